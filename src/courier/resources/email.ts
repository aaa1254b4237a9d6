import { recordOwn } from '../../graph/change.ts';
import { Channel } from '../../graph/channel.ts';
import { Message, type MessageView, messageFields } from '../../graph/message.ts';
import { action } from '../../graph/verbs/action.ts';
import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierRecipient, type RecipientRow } from '../recipient.ts';
import { wordStatus } from '../status.ts';
import { readTime } from '../times.ts';
import type { Flat } from '../types.ts';
import { CourierIndividual } from './individual.ts';

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
  people: (row) => (row['individual-id'] ? [row['individual-id']] : []),
};

export const CourierEmail = resource('CourierEmail', '/v1/user-emails/{id}/', {
  description: 'An email that courier sent for an organization.',
  interfaces: [Message],
  hide: ['message'],
  fields: (t) => ({
    ...messageFields(t, courierEmailView),
    channel: t.field({
      type: Channel,
      description: 'Always null: an email has no channel.',
      resolve: () => null,
    }),
    recipients: t.field({
      type: [CourierRecipient],
      description: 'The addresses that it goes to, or the individual where it names none.',
      resolve: ({ to, 'individual-id': individualId }): RecipientRow[] =>
        to?.length ? to.map((address) => ({ address, individualId })) : [{ individualId }],
    }),
    userId: t.exposeID('user-id', { description: 'Native id of the user it is for.' }),
  }),
});

/** The list of an individual's emails. */
export const emails = list(CourierEmail, { messages: true, newestBy: 'created-at' }).under(
  CourierIndividual,
  {
    description: 'The emails that courier keeps for this individual.',
  },
);

create(CourierEmail, {
  after: (row, context) => recordOwn(context, courierEmailView, row, { added: true }),
});
action(CourierEmail, 'send', {
  after: (row, context) => recordOwn(context, courierEmailView, row, { added: false }),
  reads: CourierEmail.operations,
  trace: {
    alike: false,
    clue: (_values, key) => ({ email: key }),
    find: async (context, _send, { email }) => {
      const row = await CourierEmail.load(context, String(email));
      return row && courierEmailView.status(row) !== 'DRAFT' ? [row] : [];
    },
  },
});
