import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../courier.ts';

export const CourierBulkMessage = resource('CourierBulkMessage', '/v1/messaging-bulk-messages/{id}/');

list(CourierBulkMessage);
create(CourierBulkMessage);
update(CourierBulkMessage);
