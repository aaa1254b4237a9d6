import { action } from '../../graph/verbs/action.ts';
import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../courier.ts';
import { CourierMessage } from './message.ts';

export const CourierAttachment = resource('CourierAttachment', '/v1/messaging-attachments/{id}/');

list(CourierAttachment).under(CourierMessage, { field: 'files', description: 'Its files, asked anew.' });
/** How a file for a message is announced. */
export const announceFile = create(CourierAttachment, { name: 'prepareCourierAttachment' });
update(CourierAttachment);
/** How courier is told that a file is uploaded. */
export const completeFile = action(CourierAttachment, 'process-upload', {
  name: 'completeCourierAttachment',
});
