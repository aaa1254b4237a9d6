import { action } from '../../graph/verbs/action.ts';
import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../courier.ts';
import { CourierOrganization } from './organization.ts';

export const CourierPlugin = resource('CourierPlugin', '/v1/messaging-plugins/{id}/');

list(CourierPlugin).under(CourierOrganization);
create(CourierPlugin);
update(CourierPlugin);
action(CourierPlugin, 'disable');
action(CourierPlugin, 'enable');
action(CourierPlugin, 'expand');
