import { createHash } from 'node:crypto';
import { builder } from '../../builder.ts';
import type { Context } from '../../context.ts';
import { recordOwn } from '../../graph/change.ts';
import { globalId } from '../../graph/ids.ts';
import { Message, MessageParty, type MessageView, messageFields, type Party } from '../../graph/message.ts';
import { MessageAttachment, MessageRecipient } from '../../graph/message-parts.ts';
import { relation } from '../../graph/node.ts';
import { extendObject } from '../../graph/output.ts';
import { action } from '../../graph/verbs/action.ts';
import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { read } from '../../graph/verbs/read.ts';
import { update } from '../../graph/verbs/update.ts';
import type { MessageStatus } from '../../ports.ts';
import { resource } from '../courier.ts';
import { readTime, writeTime } from '../times.ts';
import type { Flat } from '../types.ts';
import { CourierChannel } from './channel.ts';
import { CourierIndividual } from './individual.ts';

type Row = Flat<'/v1/messaging-messages/{id}/'>;

const fullName = (...names: (string | undefined)[]): string | null => names.filter(Boolean).join(' ') || null;

/**
 * True for the organization's side. The document shows one `user-type`, `participant`: whoever is of another
 * type, an automatic answer and a message of nobody count as the organization's.
 */
const isOwn = (row: Row): boolean =>
  row.source === 'auto-responder' ||
  (row['user-type'] == null ? !row['individual-id'] : row['user-type'] !== 'participant');

const status = (row: Row): MessageStatus => {
  if (row.draft) return 'DRAFT';
  const readers = row['read-receipts'] ?? [];
  if (readers.some((receipt) => receipt['individual-id'] !== row['individual-id'])) return 'READ';
  return isOwn(row) ? 'SENT' : 'RECEIVED';
};

/** How a courier message tells what every message tells. */
const courierMessageView: MessageView<Row> = {
  typename: 'CourierMessage',
  api: 'courier',
  key: (row) => row.id,
  nativeId: (row) => row.id,
  channelId: (row) => (row['channel-id'] ? globalId('CourierChannel', row['channel-id']) : null),
  direction: (row) => (isOwn(row) ? 'OUTGOING' : 'INCOMING'),
  text: (row) => row.message,
  status,
  removed: (row) => row.removed,
  nativeStatus: () => null,
  statusAt: (row) => readTime(row['last-modified-time']),
  createdAt: (row) => readTime(row['posted-time']),
  author: (row): Party => ({
    name: row['preferred-name'] || fullName(row['first-name'], row['last-name']) || row['user-name'] || null,
    self: isOwn(row),
    who: row,
  }),
  // Of a message of the organization's it is not told who else is in the channel.
  people: (row) => (isOwn(row) || !row['individual-id'] ? [] : [row['individual-id']]),
};

/** A file as a message tells it. */
type FileRow = NonNullable<Row['attachments']>[number];

extendObject('CourierMessageAttachment', [MessageAttachment], (t) => ({
  url: t.string({
    description: 'Always null: courier documents no address to read a file at.',
    resolve: () => null,
  }),
  name: t.string({
    description: 'Its name, which is `filename` too.',
    resolve: (row) => (row as FileRow).filename,
  }),
  size: t.int({
    description: 'Its size in bytes, which is `contentSize` too.',
    resolve: (row) => (row as FileRow)['content-size'],
  }),
}));

export const CourierMessage = resource('CourierMessage', '/v1/messaging-messages/{id}/', {
  description: 'A message in a courier channel.',
  interfaces: [Message],
  // The author says the names, and every message says the rest.
  hide: ['first-name', 'last-name', 'preferred-name', 'message', 'posted-time'],
  fields: (t) => ({
    ...messageFields(t, courierMessageView),
    userId: t.exposeID('user-id', { description: 'Native id of the author’s user.' }),
  }),
});

const noIndividual = (description: string) => ({
  type: CourierIndividual,
  description,
  resolve: () => null,
});

// Messages and emails of courier tell theirs in fields of their own.
builder.interfaceField(Message, 'individual', (t) =>
  t.field(
    noIndividual(
      'The individual whom a message of courier itself names: who wrote a message, or whom an email is for.',
    ),
  ),
);
builder.interfaceField(MessageRecipient, 'individual', (t) =>
  t.field(noIndividual('The individual of courier.')),
);

builder.objectField(MessageParty, 'individual', (t) =>
  t.field(
    relation(CourierIndividual, 'The individual who wrote it, where courier says who.', ({ who }: Party) => {
      const row = who && typeof who === 'object' && 'individual-id' in who ? (who as Row) : undefined;
      const {
        'individual-id': id,
        'first-name': first,
        'last-name': last,
        'preferred-name': preferred,
      } = row ?? {};
      return id ? { id, 'first-name': first, 'last-name': last, 'preferred-name': preferred } : undefined;
    }),
  ),
);

/** The list of a channel's messages. */
export const messages = list(CourierMessage, {
  messages: true,
  newestBy: 'posted-time',
  always: { 'include-read-receipts': true },
}).under(CourierChannel, { description: 'Its messages, newest first.' });

/** Tells the status stream; the channel's newest message and its counts have changed with the message. */
export const recordMessage =
  (how: { readonly added: boolean }) =>
  (row: Row, context: Context): Promise<void> => {
    if (row['channel-id']) CourierChannel.forget(context, row['channel-id']);
    return recordOwn(context, courierMessageView, row, how);
  };

/** How far before its send a message may have been posted, by another clock and in whole seconds, in milliseconds. */
const SKEW_MS = 5_000;

/** How many messages of the channel are read to find one. */
const POSTED_SINCE = 1000;

/** Tells texts apart without holding them. */
const textHash = (text: unknown): string =>
  createHash('sha256').update(String(text).trim()).digest('base64url');

/** How messages are posted. */
export const post = create(CourierMessage, {
  name: 'postCourierMessage',
  after: recordMessage({ added: true }),
  reads: [messages.operation],
  trace: {
    // courier takes no mark, so a message is known by its author, its words and when it was posted.
    alike: true,
    clue: (values) => ({
      channel: values['channel-id'],
      author: values['individual-id'] ?? null,
      text: textHash(values.message),
    }),
    find: async (context, { since }, { channel, author, text }) => {
      const values = {
        'channel-id': channel,
        'filter[cmp-posted-time]': [`>=${writeTime(new Date(since - SKEW_MS))}`],
      };
      const { edges } = await messages.read(context, { first: POSTED_SINCE }, values, false);
      const isIt = (row: Row) =>
        textHash(row.message) === text && (author === null ? isOwn(row) : row['individual-id'] === author);
      // Oldest first: what was posted soon after the send is the likeliest.
      return edges
        .map(({ node }) => node)
        .filter(isIt)
        .toReversed();
    },
  },
});
/** How messages are changed, and drafts posted. */
export const edit = update(CourierMessage, { after: recordMessage({ added: false }) });
/** Marks a message, and all before it, as read. */
export const acknowledge = action(CourierMessage, 'ack', {
  name: 'acknowledgeCourierMessage',
  after: recordMessage({ added: false }),
});
action(CourierMessage, 'add-reaction', { name: 'addCourierMessageReaction' });
action(CourierMessage, 'delete-reaction', { name: 'removeCourierMessageReaction' });
read(CourierMessage, 'get-receipts');
