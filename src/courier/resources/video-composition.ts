import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierVideoChannel } from './video-channel.ts';

export const CourierVideoComposition = resource('CourierVideoComposition', '/v1/video-compositions/{id}/');

list(CourierVideoComposition).under(CourierVideoChannel, { field: 'recordings' });
