import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierIndividual } from './individual.ts';
import { CourierOrganization } from './organization.ts';

export const CourierVoiceRecording = resource('CourierVoiceRecording', '/v1/voice-recordings/{id}/');

list(CourierVoiceRecording).under(CourierOrganization).under(CourierIndividual);
