import { action } from '../../graph/verbs/action.ts';
import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { read } from '../../graph/verbs/read.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../courier.ts';
import { CourierIndividual } from './individual.ts';
import { CourierOrganization } from './organization.ts';

export const CourierVideoChannel = resource('CourierVideoChannel', '/v1/video-channels/{id}/');

list(CourierVideoChannel).under(CourierIndividual).under(CourierOrganization);
create(CourierVideoChannel);
update(CourierVideoChannel);
action(CourierVideoChannel, 'finalize-encounter', { name: 'finalizeCourierVideoEncounter' });
action(CourierVideoChannel, 'finalize-encounter', {
  name: 'finalizeCourierVideoEncounterV2',
  path: '/v2/video-channels/{id}/finalize-encounter/',
});
action(CourierVideoChannel, 'participant-audio-states', { name: 'setCourierVideoParticipantAudioStates' });
action(CourierVideoChannel, 'reminder-timer', { name: 'startCourierVideoReminderTimer' });
action(CourierVideoChannel, 'terminate');
read(CourierVideoChannel, 'get-credentials');
