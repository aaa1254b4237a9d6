import { action } from '../../graph/verbs/action.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierIndividual } from './individual.ts';
import { CourierOrganization } from './organization.ts';

export const CourierNotification = resource('CourierNotification', '/v1/user-notifications/{id}/');

list(CourierNotification).under(CourierIndividual).under(CourierOrganization);
action(CourierNotification, 'ack', { name: 'acknowledgeCourierNotification' });
