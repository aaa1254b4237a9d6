import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierTextAccountNumber } from './text-account-number.ts';

export const CourierTextNumberLog = resource('CourierTextNumberLog', '/v1/text-number-logs/');

list(CourierTextNumberLog).under(CourierTextAccountNumber, { field: 'logs' });
