import { recordOwn } from '../../graph/change.ts';
import { Channel } from '../../graph/channel.ts';
import { Message, type MessageView, messageFields } from '../../graph/message.ts';
import { moment } from '../moment.ts';
import { relation, resource } from '../resource.ts';
import { wordStatus } from '../status.ts';
import { readTime } from '../times.ts';
import type { Flat } from '../types.ts';
import { action } from '../verbs/action.ts';
import { create } from '../verbs/create.ts';
import { list } from '../verbs/list.ts';
import { CourierIndividual } from './individual.ts';
import { CourierOrganization } from './organization.ts';

type Row = Flat<'/v1/user-emails/{id}/'>;

/** How an email tells what every message tells. */
const courierEmailView: MessageView<Row> = {
  typename: 'CourierEmail',
  api: 'courier',
  key: (row) => row.id,
  nativeId: (row) => row.id,
  channelId: () => null,
  direction: () => 'OUTGOING',
  text: (row) => row.message,
  status: (row) => wordStatus(row.status),
  nativeStatus: (row) => row.status,
  statusAt: (row) => readTime(row['last-modified-at']),
  createdAt: (row) => readTime(row['created-at']),
  author: () => ({ name: null, self: true }),
};

export const CourierEmail = resource('CourierEmail', '/v1/user-emails/{id}/', {
  description: 'An email that courier sent for an organization.',
  interfaces: [Message],
  fields: (t) => ({
    ...messageFields(t, courierEmailView),
    channel: t.field({
      type: Channel,
      description: 'Always null: an email has no channel.',
      resolve: () => null,
    }),
    subject: t.exposeString('subject', { description: 'Its subject.' }),
    html: t.exposeString('message-html', { description: 'What it says, as HTML.' }),
    to: t.exposeStringList('to', { description: 'The addresses it goes to.' }),
    result: t.exposeString('result', { description: 'What became of sending it.' }),
    taskId: t.exposeString('task-id', { description: 'Id of the task that sends it.' }),
    userId: t.exposeID('user-id', { description: 'Native id of the user it is for.' }),
    createdBy: t.exposeID('created-by', { description: 'Native id of who wrote it.' }),
    lastModifiedAt: t.field(moment('When it was last changed.', (row) => row['last-modified-at'])),
    individual: t.field(
      relation(CourierIndividual, 'The individual it is for.', (row) =>
        row['individual-id'] ? { id: row['individual-id'] } : undefined,
      ),
    ),
    senderOrganization: t.field(
      relation(CourierOrganization, 'The organization that sends it.', (row) =>
        row['sender-organization-id'] ? { id: row['sender-organization-id'] } : undefined,
      ),
    ),
  }),
});

/** The list of an individual's emails. */
export const emails = list(CourierEmail, { messages: true, newestBy: 'created-at' });

emails.on(
  CourierIndividual,
  'emails',
  { 'individual-id': (individual) => individual.id },
  'The emails that courier keeps for this individual.',
);

create(CourierEmail, {
  description: 'Writes an email, and sends it with `autoSend`.',
  after: (row, context) => recordOwn(context, courierEmailView, row, { added: true }),
});
action(CourierEmail, 'send', {
  description: 'Sends an email that is still a draft.',
  after: (row, context) => recordOwn(context, courierEmailView, row, { added: false }),
});
