import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierOrganization } from './organization.ts';

export const CourierMessagingOperation = resource(
  'CourierMessagingOperation',
  '/v1/messaging-operations/{id}/',
);

list(CourierMessagingOperation).under(CourierOrganization);
create(CourierMessagingOperation);
