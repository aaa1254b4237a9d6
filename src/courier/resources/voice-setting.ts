import { action } from '../../graph/verbs/action.ts';
import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../courier.ts';
import { CourierOrganization } from './organization.ts';

export const CourierVoiceSetting = resource('CourierVoiceSetting', '/v1/voice-settings/{id}/');

list(CourierVoiceSetting).under(CourierOrganization);
create(CourierVoiceSetting);
update(CourierVoiceSetting);
action(CourierVoiceSetting, 'run-task', { name: 'runCourierVoiceTask' });
