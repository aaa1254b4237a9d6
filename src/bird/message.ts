import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { messageConnectionOf } from '../graph/connection-type.ts';
import { globalId } from '../graph/ids.ts';
import { rest } from '../graph/ledger.ts';
import { Message, MessageParty, type MessageView, messageFields, type Party } from '../graph/message.ts';
import { MessageRecipient } from '../graph/message-parts.ts';
import { type NodeRef, node } from '../graph/node.ts';
import { fieldsOf } from '../graph/output.ts';
import { PERSONAL } from '../graph/personal.ts';
import { weighsLoad } from '../graph/weight.ts';
import { objectType, resource } from './bird.ts';
import { BirdMessageBody, subjectOf, textOf } from './body.ts';
import { BirdMessageFile, filesOf } from './body-files.ts';
import { dialect } from './dialect.ts';
import { askIn, byWorkspace, operation, readById, readByIds, readRows, thingField } from './load.ts';
import type { components } from './openapi.gen.ts';
import { BirdConnector } from './resources/connector.ts';
import { BirdContact, type ContactRef, contactField } from './resources/contact.ts';
import { birdStatus } from './status.ts';
import { readTime } from './times.ts';
import type { RowOf } from './types.ts';

type Schemas = components['schemas'];

const PATH = '/workspaces/{workspaceId}/channels/{channelId}/messages/{messageId}';

/** A Bird message in its workspace. */
export type MessageRow = RowOf<typeof PATH>;

export const listMessages = operation('GET', '/workspaces/{workspaceId}/channels/messages');
export const getMessage = operation('GET', PATH);

/** The most ids of one bulk read, and the largest page of messages. */
export const MAX_MESSAGES = 1000;

/** The channel and the message of a key within its workspace. */
const idsOf = (pair: string) => {
  const [channelId = '', messageId = ''] = pair.split('/');
  return { channelId, messageId };
};

/** Without a beginning Bird may look at a limited time alone, also for messages that are named. */
export const THE_BEGINNING = new Date(0).toISOString();

const loadMany = async (context: Context, workspaceId: string, pairs: readonly string[]) => {
  const ids = [...new Set(pairs.map((pair) => idsOf(pair).messageId))];
  const answer = await askIn(context, listMessages, workspaceId, {
    query: { id: ids, startAt: THE_BEGINNING, limit: ids.length },
    batch: ids.length,
  });
  return readRows<MessageRow>(answer, workspaceId, 'BirdMessage', listMessages);
};

const loader: NodeRef<MessageRow> = node<MessageRow>('BirdMessage', {
  api: 'bird',
  operations: [getMessage, listMessages],
  key: (row) => `${row.workspaceId}/${row.channelId}/${row.id}`,
  natives: 3,
  batch: MAX_MESSAGES,
  load: (keys, context) =>
    byWorkspace(keys, (workspaceId, pairs) =>
      readByIds<MessageRow>(
        pairs,
        (some) => loadMany(context, workspaceId, some),
        (pair) => readById<MessageRow>(context, getMessage, 'BirdMessage', { workspaceId, ...idsOf(pair) }),
        (row) => `${row.channelId}/${row.id}`,
      ),
    ),
});

/** The contacts at the other end of a message. */
export const contactsOf = (row: MessageRow): readonly Schemas['MessageContact'][] =>
  row.sender?.contact ? [row.sender.contact] : (row.receiver?.contacts ?? []);

/** An incoming message says so; one without a direction is incoming when a contact sent it. */
const directionOf = (row: MessageRow): 'incoming' | 'outgoing' =>
  row.direction ?? (row.sender?.contact ? 'incoming' : 'outgoing');

/** How a Bird message tells what every message tells. */
export const birdMessageView: MessageView<MessageRow> = {
  typename: 'BirdMessage',
  api: 'bird',
  key: loader.key,
  nativeId: (row) => row.id,
  channelId: (row) => globalId('BirdChannel', `${row.workspaceId}/${row.channelId}`),
  direction: (row) => (directionOf(row) === 'incoming' ? 'INCOMING' : 'OUTGOING'),
  text: (row) => textOf(row.body),
  status: (row) => birdStatus(row.status, directionOf(row)),
  nativeStatus: (row) => row.status,
  statusAt: (row) => readTime(row.lastStatusAt),
  createdAt: (row) => readTime(row.createdAt),
  author: (row): Party => {
    const { contact, connector } = row.sender ?? {};
    return {
      name: (contact ?? connector)?.annotations?.name ?? null,
      self: !contact,
      who: contact?.id ? ({ workspaceId: row.workspaceId, id: contact.id } satisfies ContactRef) : undefined,
    };
  },
  people: (row) => contactsOf(row).flatMap(({ id }) => (id ? [`${row.workspaceId}/${id}`] : [])),
};

/** Somebody at one end of a message, with the workspace it is in. */
type End = Partial<Schemas['MessageContact'] & Schemas['MessageConnector']> & {
  readonly workspaceId: string;
  readonly isContact: boolean;
};

export const Participant = builder.objectRef<End>('BirdMessageParticipant').implement({
  description: 'One end of a message: a contact, or the channel’s own connector.',
  interfaces: [MessageRecipient],
  fields: (t) => ({
    address: t.exposeString('identifierValue', {
      description: 'The number or address, which is `identifierValue` too.',
    }),
    name: t.string({
      description: 'Their name as the message tells it.',
      resolve: (end) => end.annotations?.name,
    }),
    identifierKey: t.exposeString('identifierKey', {
      description: 'The kind of identifier, such as `phonenumber`.',
    }),
    identifierValue: t.exposeString('identifierValue', {
      description: 'The number or address itself.',
      extensions: PERSONAL,
    }),
    identifiers: t.field({
      type: [objectType('MessageIdentifier')],
      description: 'More identifiers of a contact.',
      resolve: (end) => end.identifiers,
    }),
    platformAddress: t.exposeString('platformAddress', {
      description: 'The address as given to the platform.',
      extensions: PERSONAL,
    }),
    platformAddressSelector: t.exposeString('platformAddressSelector', {
      description: 'The expression that picks the address from the contact.',
    }),
    type: t.exposeString('type', { description: 'How an email names them: `to`, `cc` or `bcc`.' }),
    types: t.exposeStringList('types', { description: 'The kinds of a connector.' }),
    countryCode: t.exposeString('countryCode', { description: 'The country of a number.' }),
    contact: t.field(
      contactField('The contact; null for the organization’s own end.', (end: End) =>
        end.isContact && end.id ? { workspaceId: end.workspaceId, id: end.id } : undefined,
      ),
    ),
    connector: t.field(
      thingField(BirdConnector, 'The connector; null for a contact’s end.', (end: End) =>
        !end.isContact && end.id ? { workspaceId: end.workspaceId, id: end.id } : undefined,
      ),
    ),
  }),
});

/** The participants at one side of a message. */
export const endsOf = (
  workspaceId: string,
  side:
    | { readonly connector?: object; readonly contact?: object; readonly contacts?: readonly object[] }
    | undefined,
): End[] => [
  ...(side?.connector ? [{ ...side.connector, workspaceId, isContact: false }] : []),
  ...[...(side?.contact ? [side.contact] : []), ...(side?.contacts ?? [])].map((contact) => ({
    ...contact,
    workspaceId,
    isContact: true,
  })),
];

const Failure = builder.objectRef<Schemas['MessageFailure']>('BirdMessageFailure').implement({
  description: 'Why a message failed.',
  fields: (t) => ({
    code: t.exposeInt('code', { description: 'Bird’s code, the same over all platforms.' }),
    description: t.exposeString('description', { description: 'Readable words.' }),
    sourceName: t.string({ description: 'Where it broke.', resolve: ({ source }) => source?.name }),
    sourceCode: t.string({ description: 'That place’s own code.', resolve: ({ source }) => source?.code }),
  }),
});

const ReplyTo = builder.objectRef<Schemas['ReplyTo'] & { row: MessageRow }>('BirdReplyTo').implement({
  description: 'What a message answers to.',
  fields: (t) => ({
    ...(fieldsOf(
      { dialect, typename: 'BirdReplyTo', hide: ['id'] },
      dialect.contract.component('ReplyTo'),
    )(t as never) as object),
    nativeId: t.exposeID('id', { description: 'Id of the answered thing.' }),
    message: t.field({
      type: loader,
      description: 'The answered message; null when it is something else.',
      directives: rest(loader),
      extensions: weighsLoad(loader.loading),
      resolve: ({ id, type, row }, _args, context) =>
        type === 'message' ? loader.load(context, `${row.workspaceId}/${row.channelId}/${id}`) : null,
    }),
  }),
});

export const BirdMessage = resource('BirdMessage', PATH, {
  loader,
  field: false,
  interfaces: [Message],
  description: 'A message over a Bird channel.',
  hide: [
    'sender',
    'receiver',
    'direction',
    'status',
    'failure',
    'body',
    'template',
    'replyTo',
    'parts',
    'lastStatusAt',
    'createdAt',
  ],
  fields: (t) => ({
    ...messageFields(t, birdMessageView),
    contact: t.field(
      contactField('The contact at the other end; of several the first.', (row: MessageRow) => {
        const id = contactsOf(row)[0]?.id;
        return id ? { workspaceId: row.workspaceId, id } : undefined;
      }),
    ),
    sender: t.field({
      type: Participant,
      description: 'Who sent it.',
      resolve: (row) => endsOf(row.workspaceId, row.sender)[0],
    }),
    recipients: t.field({
      type: [Participant],
      description: 'Who it is for.',
      resolve: (row) => endsOf(row.workspaceId, row.receiver),
    }),
    subject: t.string({
      description: 'The subject of an email or an MMS, whatever the body is and wherever Bird keeps it.',
      resolve: (row) => subjectOf(row.body) ?? row.meta?.email?.subject,
    }),
    attachments: t.field({
      type: [BirdMessageFile],
      description: 'The pictures and files of its body or template.',
      resolve: ({ body, template }) => template?.attachments ?? filesOf(body),
    }),
    body: t.field({
      type: BirdMessageBody,
      description: 'What it carries.',
      resolve: ({ body, template }) => (template ? { type: 'template' as const, template } : body),
    }),
    failure: t.expose('failure', { type: Failure, description: 'Why it failed.' }),
    replyTo: t.field({
      type: ReplyTo,
      description: 'What it answers to.',
      resolve: (row) => (row.replyTo ? { ...row.replyTo, row } : null),
    }),
    platformReferences: t.stringList({
      description: 'Its ids at the platform, one a part.',
      resolve: (row) => row.parts?.flatMap(({ platformReference }) => platformReference ?? []),
    }),
  }),
});

const noContact = (description: string) => ({ type: BirdContact, description, resolve: () => null });

// BirdMessage and its participants tell theirs in fields of their own.
builder.interfaceField(Message, 'contact', (t) =>
  t.field(noContact('The contact of Bird at the other end; null for messages of courier.')),
);
builder.interfaceField(MessageRecipient, 'contact', (t) => t.field(noContact('The contact of Bird.')));

builder.objectField(MessageParty, 'contact', (t) =>
  t.field(
    contactField('The contact who wrote it, where Bird says who.', ({ who }: Party) =>
      who && typeof who === 'object' && 'workspaceId' in who ? (who as ContactRef) : undefined,
    ),
  ),
);

export const BirdMessageConnection = messageConnectionOf(BirdMessage, 'BirdMessage');
