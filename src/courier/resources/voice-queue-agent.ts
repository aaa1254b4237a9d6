import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierVoiceSetting } from './voice-setting.ts';

export const CourierVoiceQueueAgent = resource('CourierVoiceQueueAgent', '/v1/voice-queue-agents/{id}/');

list(CourierVoiceQueueAgent).under(CourierVoiceSetting, { field: 'queueAgents' });
create(CourierVoiceQueueAgent);
