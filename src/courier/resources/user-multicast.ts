import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierIndividual } from './individual.ts';

export const CourierUserMulticast = resource('CourierUserMulticast', '/v1/user-multicasts/');

list(CourierUserMulticast).under(CourierIndividual, { field: 'multicasts' });
create(CourierUserMulticast, { name: 'multicastToCourierIndividuals' });
