import { list } from '../../graph/verbs/list.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../courier.ts';
import { CourierVideoChannel } from './video-channel.ts';

export const CourierVideoParticipant = resource('CourierVideoParticipant', '/v1/video-participants/{id}/');

list(CourierVideoParticipant).under(CourierVideoChannel, { field: 'attendees' });
update(CourierVideoParticipant);
