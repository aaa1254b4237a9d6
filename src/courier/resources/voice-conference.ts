import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { read } from '../../graph/verbs/read.ts';
import { resource } from '../courier.ts';
import { CourierIndividual } from './individual.ts';
import { CourierOrganization } from './organization.ts';

export const CourierVoiceConference = resource('CourierVoiceConference', '/v1/voice-conferences/{id}/');

list(CourierVoiceConference).under(CourierOrganization).under(CourierIndividual);
create(CourierVoiceConference);
read(CourierVoiceConference, 'get-credentials');
