import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierUserDevice } from './user-device.ts';

export const CourierUserDeviceLog = resource('CourierUserDeviceLog', '/v1/user-devices/{id}/get-logs/');

list(CourierUserDeviceLog).under(CourierUserDevice);
