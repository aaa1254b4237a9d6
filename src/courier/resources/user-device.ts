import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierIndividual } from './individual.ts';

export const CourierUserDevice = resource('CourierUserDevice', '/v1/user-devices/');

list(CourierUserDevice).under(CourierIndividual, { field: 'devices' });
create(CourierUserDevice, { name: 'registerCourierUserDevice' });
