import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierVoiceSetting } from './voice-setting.ts';

export const CourierVoiceQueueEntry = resource('CourierVoiceQueueEntry', '/v1/voice-queue-entries/{id}/');

list(CourierVoiceQueueEntry).under(CourierVoiceSetting, { field: 'queueEntries' });
