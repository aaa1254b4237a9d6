import { action } from '../../graph/verbs/action.ts';
import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierBulkMessage } from './bulk-message.ts';

export const CourierBulkAttachment = resource(
  'CourierBulkAttachment',
  '/v1/messaging-bulk-attachments/{id}/',
);

list(CourierBulkAttachment).under(CourierBulkMessage, { field: 'attachments' });
create(CourierBulkAttachment, { name: 'prepareCourierBulkAttachment' });
action(CourierBulkAttachment, 'process-upload', { name: 'completeCourierBulkAttachment' });
