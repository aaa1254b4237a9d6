import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';

export const CourierNotificationCount = resource('CourierNotificationCount', '/v1/user-notification-counts/');

list(CourierNotificationCount);
