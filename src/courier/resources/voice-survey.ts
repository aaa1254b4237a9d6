import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierIndividual } from './individual.ts';
import { CourierOrganization } from './organization.ts';

export const CourierVoiceSurvey = resource('CourierVoiceSurvey', '/v1/voice-surveys/{id}/');

list(CourierVoiceSurvey).under(CourierOrganization).under(CourierIndividual);
create(CourierVoiceSurvey);
