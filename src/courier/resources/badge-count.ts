import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierIndividual } from './individual.ts';

export const CourierBadgeCount = resource('CourierBadgeCount', '/v1/badge-counts/{id}/');

list(CourierBadgeCount).under(CourierIndividual);
create(CourierBadgeCount);
