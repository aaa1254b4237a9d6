import { action } from '../../graph/verbs/action.ts';
import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierEmail } from './email.ts';

export const CourierEmailAttachment = resource('CourierEmailAttachment', '/v1/user-email-attachments/{id}/');

list(CourierEmailAttachment).under(CourierEmail, {
  field: 'files',
  description: 'The files that go with the email.',
});
create(CourierEmailAttachment, { name: 'prepareCourierEmailAttachment' });
action(CourierEmailAttachment, 'process-upload', { name: 'completeCourierEmailAttachment' });
