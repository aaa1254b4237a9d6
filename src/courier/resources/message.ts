import { builder } from '../../builder.ts';
import type { Context } from '../../context.ts';
import { recordOwn } from '../../graph/change.ts';
import { globalId } from '../../graph/ids.ts';
import { Message, MessageParty, type MessageView, messageFields, type Party } from '../../graph/message.ts';
import type { MessageStatus } from '../../ports.ts';
import { readObject } from '../jsonapi.ts';
import { moment } from '../moment.ts';
import type { components } from '../openapi.gen.ts';
import { relation, resource } from '../resource.ts';
import { readTime } from '../times.ts';
import type { Flat } from '../types.ts';
import { action } from '../verbs/action.ts';
import { create } from '../verbs/create.ts';
import { list } from '../verbs/list.ts';
import { read } from '../verbs/read.ts';
import { update } from '../verbs/update.ts';
import { CourierChannel } from './channel.ts';
import { CourierIndividual } from './individual.ts';

type Schemas = components['schemas'];
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
};

const Reaction = builder.objectRef<Schemas['MessagingMessageReaction']>('CourierReaction').implement({
  description: 'What somebody felt about a message.',
  fields: (t) => ({
    reactionType: t.exposeString('reaction-type', { description: 'dislike, like, lol, love, sad or wow.' }),
    userName: t.exposeString('user-name', { description: 'Name of the user.' }),
    individual: t.field(
      relation(CourierIndividual, 'Who reacted.', (row: Schemas['MessagingMessageReaction']) =>
        row['individual-id']
          ? { id: row['individual-id'], 'first-name': row['first-name'], 'last-name': row['last-name'] }
          : undefined,
      ),
    ),
  }),
});

const Receipt = builder.objectRef<Schemas['MessagingMessageReceipt']>('CourierReadReceipt').implement({
  description: 'That somebody has, or has not yet, read a message.',
  fields: (t) => ({
    ackTime: t.field(moment('When it was read.', (row) => row['ack-time'])),
    ackUserTime: t.field(moment('When it was read by the reader’s clock.', (row) => row['ack-user-time'])),
    individual: t.field(
      relation(CourierIndividual, 'The reader.', (row: Schemas['MessagingMessageReceipt']) =>
        row['individual-id']
          ? {
              id: row['individual-id'],
              'first-name': row['individual-first-name'],
              'last-name': row['individual-last-name'],
            }
          : undefined,
      ),
    ),
  }),
});

const Receipts = builder.objectRef<Schemas['MessagingMessageReceipts']>('CourierReceipts').implement({
  description: 'Who has read a message and who has not.',
  fields: (t) => ({
    read: t.field({ type: [Receipt], description: 'Those who have.', resolve: (row) => row.read }),
    unread: t.field({ type: [Receipt], description: 'Those who have not.', resolve: (row) => row.unread }),
  }),
});

const Attachment = builder
  .objectRef<Schemas['MessagingMessageAttachment']>('CourierMessageAttachment')
  .implement({
    description: 'A file of a message, as the message tells it.',
    fields: (t) => ({
      nativeId: t.exposeID('id', { description: 'Its id at courier.' }),
      filename: t.exposeString('filename', { description: 'Its name.' }),
      contentType: t.exposeString('content-type', { description: 'Its media type.' }),
      contentSize: t.exposeInt('content-size', { description: 'Its size in bytes.' }),
      thumbnail: t.exposeString('thumbnail', { description: 'A small picture of it.' }),
      removed: t.exposeBoolean('removed', { description: 'True when it was removed.' }),
    }),
  });

/** The author as the message itself tells them. */
const author = (row: Row) =>
  row['individual-id']
    ? {
        id: row['individual-id'],
        'first-name': row['first-name'],
        'last-name': row['last-name'],
        'preferred-name': row['preferred-name'],
      }
    : undefined;

export const CourierMessage = resource('CourierMessage', '/v1/messaging-messages/{id}/', {
  description: 'A message in a courier channel.',
  interfaces: [Message],
  fields: (t) => ({
    ...messageFields(t, courierMessageView),
    channel: t.field(
      relation(CourierChannel, 'The channel it was posted in.', (row) =>
        row['channel-id'] ? { id: row['channel-id'] } : undefined,
      ),
    ),
    individual: t.field(relation(CourierIndividual, 'Who wrote it.', author)),
    lastModifiedTime: t.field(moment('When it was last changed.', (row) => row['last-modified-time'])),
    acknowledged: t.exposeBoolean('ack', { description: 'True when the acting individual has read it.' }),
    draft: t.exposeBoolean('draft', { description: 'True while it is not posted.' }),
    removed: t.exposeBoolean('removed', { description: 'True when it was removed.' }),
    attachments: t.field({
      type: [Attachment],
      description: 'Its files.',
      resolve: (row) => row.attachments,
    }),
    reactions: t.field({
      type: [Reaction],
      description: 'What people felt.',
      resolve: (row) => row.reactions,
    }),
    readReceipts: t.field({
      type: [Receipt],
      description: 'Who has read it, as the message tells it.',
      resolve: (row) => row['read-receipts'],
    }),
    destination: t.field({
      type: 'JSON',
      description: 'Where else it went.',
      resolve: (row) => row.destination,
    }),
    phrases: t.field({
      type: 'JSON',
      description: 'What courier found in it.',
      resolve: (row) => row.phrases,
    }),
    sentiment: t.exposeString('sentiment', { description: 'The mood courier found in it.' }),
    origin: t.exposeString('source', { description: 'How it came to be, such as `auto-responder`.' }),
    userId: t.exposeID('user-id', { description: 'Native id of the author’s user.' }),
    userName: t.exposeString('user-name', { description: 'Name of the author’s user.' }),
    userType: t.exposeString('user-type', { description: 'The author’s part, such as `participant`.' }),
  }),
});

builder.objectField(MessageParty, 'individual', (t) =>
  t.field(
    relation(CourierIndividual, 'The individual who wrote it, where courier says who.', ({ who }: Party) =>
      who && typeof who === 'object' && 'individual-id' in who ? author(who as Row) : undefined,
    ),
  ),
);

/** The list of a channel's messages. */
export const messages = list(CourierMessage, {
  messages: true,
  newestBy: 'posted-time',
  always: { 'include-read-receipts': true },
});

messages.on(
  CourierChannel,
  'messages',
  { 'channel-id': (channel) => channel.id },
  'Its messages, newest first.',
);

/** Tells the status stream; the channel's newest message and its counts have changed with the message. */
const changed =
  (how: { readonly added: boolean }) =>
  (row: Row, context: Context): Promise<void> => {
    if (row['channel-id']) CourierChannel.forget(context, row['channel-id']);
    return recordOwn(context, courierMessageView, row, how);
  };

/** How messages are posted. */
export const post = create(CourierMessage, {
  name: 'postCourierMessage',
  description: 'Posts a message in a channel.',
  after: changed({ added: true }),
});
update(CourierMessage, {
  description: 'Changes a message: its text, whether it is a draft, whether it is removed.',
  after: changed({ added: false }),
});
action(CourierMessage, 'ack', {
  name: 'acknowledgeCourierMessage',
  description: 'Says that an individual has read a message and all before it.',
  after: changed({ added: false }),
});
action(CourierMessage, 'add-reaction', {
  name: 'addCourierMessageReaction',
  description: 'Adds an individual’s reaction to a message.',
});
action(CourierMessage, 'delete-reaction', {
  name: 'deleteCourierMessageReaction',
  description: 'Takes an individual’s reaction to a message back.',
});
read(CourierMessage, 'get-receipts', {
  field: 'receipts',
  description: 'Who has read it and who has not, asked anew.',
  type: Receipts,
  read: readObject,
});
