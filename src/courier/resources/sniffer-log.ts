import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierSniffer } from './sniffer.ts';

export const CourierSnifferLog = resource('CourierSnifferLog', '/v1/sniffers/{id}/get-logs/');

list(CourierSnifferLog).under(CourierSniffer);
