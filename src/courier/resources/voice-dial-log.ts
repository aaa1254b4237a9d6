import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierIndividual } from './individual.ts';
import { CourierOrganization } from './organization.ts';

export const CourierVoiceDialLog = resource('CourierVoiceDialLog', '/v1/voice-dial-logs/{id}/');

list(CourierVoiceDialLog).under(CourierOrganization).under(CourierIndividual);
