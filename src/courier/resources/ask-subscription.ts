import { action } from '../../graph/verbs/action.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierOrganization } from './organization.ts';
import { CourierUser } from './user.ts';

export const CourierAskSubscription = resource('CourierAskSubscription', '/v1/ask-subscriptions/{id}/');

list(CourierAskSubscription).under(CourierOrganization).under(CourierUser);
action(CourierAskSubscription, 'send', { name: 'sendCourierAskEvent' });
