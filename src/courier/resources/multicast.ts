import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierIndividualGroup } from './individual-group.ts';

export const CourierMulticast = resource('CourierMulticast', '/v1/multicasts/{id}/');

list(CourierMulticast).under(CourierIndividualGroup);
create(CourierMulticast);
