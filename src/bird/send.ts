import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { recordOwn } from '../graph/change.ts';
import { InputError } from '../graph/errors.ts';
import { findLost } from '../graph/lost-sends.ts';
import { mutation } from '../graph/mutation.ts';
import { idempotencyKeyField, sendOnce } from '../graph/send-once.ts';
import { BirdMessageBodyInput, readBody } from './body-input.ts';
import { askIn, operation, readKey, readOwnId, readRow } from './load.ts';
import { BirdMessage, birdMessageView, MAX_MESSAGES, type MessageRow } from './message.ts';
import { listChannelMessages, readPage } from './messages.ts';
import { omitNullish } from './omit-nullish.ts';
import type { components } from './openapi.gen.ts';

type Schemas = components['schemas'];

export const sendMessage = operation(
  'POST',
  '/workspaces/{workspaceId}/channels/{channelId}/messages',
  false,
  { send: true },
);

/** Where in a message Pigeon marks which send it is of. */
const MARK = 'pigeonKey';

/** How many pages of a channel’s list are read to find a message, and how far before the send they begin. */
const PAGES = 5;
const SKEW_MS = 5 * 60_000;

findLost(sendMessage, {
  alike: false,
  find: async (context, { id, since }, { channel }) => {
    const [workspaceId = '', channelId = ''] = String(channel).split('/');
    const list = { operation: listChannelMessages, workspaceId, params: { channelId } };
    const span = {
      startAt: new Date(since - SKEW_MS).toISOString(),
      endAt: new Date(since + SKEW_MS).toISOString(),
    };
    let pageToken: string | undefined;
    for (let page = 0; page < PAGES; page += 1) {
      const { rows, next } = await readPage(context, list, { ...span, limit: MAX_MESSAGES, pageToken });
      const found = rows.find(({ meta }) => meta?.extraInformation?.[MARK] === id);
      if (found) return [found];
      if (next === undefined) break;
      pageToken = next;
    }
    return [];
  },
});

/** What is to be sent, in Bird's words but for the unknown that its strict types would not take. */
export type Draft = Omit<Schemas['MessageCreate'], 'body' | 'template'> & {
  readonly body?: unknown;
  readonly template?: unknown;
};

/** The draft with the mark of its send, beside what else it says of itself. */
const marked = (draft: Draft, mark: string | undefined): Draft =>
  mark === undefined
    ? draft
    : {
        ...draft,
        meta: { ...draft.meta, extraInformation: { ...draft.meta?.extraInformation, [MARK]: mark } },
      };

/**
 * Sends a message over a channel and tells the status stream.
 *
 * @param channelKey workspace/channel
 * @param inputPath the input's field for a field that Bird refused
 */
export const send = async (
  context: Context,
  channelKey: string,
  draft: Draft,
  inputPath: (field: string) => string | undefined,
): Promise<MessageRow> => {
  const [workspaceId = '', channelId = ''] = channelKey.split('/');
  const answer = await askIn(context, sendMessage, workspaceId, {
    params: { channelId },
    body: marked(draft, context.sending?.mark),
    inputPath,
    clue: { channel: channelKey },
  });
  const row = readRow<Schemas['Message']>(answer, workspaceId, 'BirdMessage', sendMessage);
  BirdMessage.prime(context, row);
  await recordOwn(context, birdMessageView, row, { added: true });
  return row;
};

const RecipientType = builder.enumType('BirdRecipientType', {
  description: 'How an email names a recipient.',
  values: {
    TO: { value: 'to', description: 'Openly, as the one it is for.' },
    CC: { value: 'cc', description: 'Openly, with a copy.' },
    BCC: { value: 'bcc', description: 'With a copy that the others do not see.' },
  } as const,
});

const RecipientInput = builder.inputType('BirdRecipientInput', {
  description: 'Somebody to send to: a known contact, or an identifier.',
  fields: (t) => ({
    contactId: t.id({ description: 'The global id of a BirdContact, or Bird’s own.' }),
    identifierKey: t.string({ description: 'The kind of identifier; may be left out.' }),
    identifierValue: t.string({ description: 'The number or address.' }),
    type: t.field({ type: RecipientType, description: 'How an email names them; by default `to`.' }),
    platformAddress: t.string({ description: 'The address to give to the platform.' }),
  }),
});

const TemplateInput = builder.inputType('BirdTemplateInput', {
  description: 'A prepared template.',
  fields: (t) => ({
    projectId: t.string({ description: 'Its project.' }),
    version: t.string({ description: 'Its version, or `latest`.' }),
    locale: t.string({ description: 'Its language.' }),
    name: t.string({ description: 'Its name on the platform.' }),
    parameters: t.field({
      type: 'JSON',
      description: 'The values to fill in: a list of `{ type, key, value }`.',
    }),
    variables: t.field({ type: 'JSON', description: 'The values to fill in, older style: text by key.' }),
  }),
});

const ReplyToInput = builder.inputType('BirdReplyToInput', {
  description: 'What the message answers to.',
  fields: (t) => ({
    id: t.id({
      required: true,
      description: 'The answered thing: the global id of a BirdMessage, or Bird’s own id.',
    }),
    type: t.string({ required: true, description: 'message, click or referrals.' }),
    order: t.int({ description: 'Its place among the replies.' }),
  }),
});

/** The input's names of what Bird calls otherwise. */
const OWN_NAMES = new Map([
  ['receiver', 'recipients'],
  ['notification', 'notificationUrl'],
  ['shortLinks', 'shortLinksDomain'],
]);

/** Bird refuses a field by its place in the body. */
const blameOf = (field: string): string | undefined => {
  const name = /^[\w-]+/.exec(field.replace(/^body\.(?=receiver|reference|tags|template|meta)/, ''))?.[0];
  return name === undefined ? undefined : `input.${OWN_NAMES.get(name) ?? name}`;
};

const MAX_TAGS = 10;

mutation('sendBirdMessage', {
  description: 'Sends a message over a Bird channel. It needs exactly one of `body` and `template`.',
  operations: [sendMessage],
  input: (t) => ({
    channelId: t.id({ required: true, description: 'The global id of a BirdChannel, or Bird’s own.' }),
    recipients: t.field({
      type: [RecipientInput],
      required: true,
      description: 'Who is to get it; more than one only on email.',
    }),
    body: t.field({ type: BirdMessageBodyInput, description: 'What it carries.' }),
    template: t.field({ type: TemplateInput, description: 'A template in place of a body.' }),
    sender: t.string({ description: 'The identifier to send from, where the channel has several.' }),
    senderName: t.string({ description: 'The name to send as, on email.' }),
    reference: t.string({ description: 'Your own id for it.' }),
    replyTo: t.field({ type: ReplyToInput, description: 'What it answers to.' }),
    tags: t.stringList({ description: 'Up to 10 tags of letters, digits, spaces, `-` and `_`.' }),
    meta: t.field({ type: 'JSON', description: 'What else to say of it, as Bird takes it.' }),
    notificationUrl: t.string({ description: 'Where else to post its events.' }),
    scheduledFor: t.field({ type: 'DateTime', description: 'When to send it: at most 35 days ahead.' }),
    validity: t.int({ description: 'For how many seconds it may be tried.' }),
    shortLinksDomain: t.string({ description: 'Shortens its links under this domain, or `default`.' }),
    enableLinkTracking: t.boolean({ description: 'Tracks who opens its links.' }),
    capFrequency: t.boolean({ description: 'Counts it against the marketing limit of the contact.' }),
    ignoreQuietHours: t.boolean({ description: 'Sends it in quiet hours too.' }),
    ignoreGlobalHoldout: t.boolean({ description: 'Sends it to those held out too.' }),
    idempotencyKey: idempotencyKeyField(t),
  }),
  resolve: async (input, context): Promise<{ readonly message: MessageRow | null }> => {
    const key = readKey(
      input.channelId,
      'input.channelId',
      'BirdChannel',
      context.services.bird?.workspaceId ?? '',
    );
    const [workspaceId = ''] = key.split('/');
    if (!input.body === !input.template)
      throw new InputError('input.body', 'or template is needed, and not both');
    if (input.recipients.length === 0) throw new InputError('input.recipients', 'must name somebody');
    if (
      input.tags &&
      (input.tags.length > MAX_TAGS || input.tags.some((tag) => !/^[\w -]{1,50}$/.test(tag)))
    ) {
      throw new InputError('input.tags', 'must be up to 10 words of letters, digits, spaces, - and _');
    }
    if (input.validity != null && input.validity < 0)
      throw new InputError('input.validity', 'must not be negative');
    if (input.senderName && !input.sender)
      throw new InputError('input.senderName', 'needs the sender that it names');
    const contacts = input.recipients.map(({ contactId, ...rest }) => {
      if (!contactId === !rest.identifierValue) {
        throw new InputError(
          'input.recipients',
          'must each have exactly one of contactId and identifierValue',
        );
      }
      return {
        ...(contactId && { id: readOwnId(contactId, 'input.recipients', 'BirdContact', workspaceId) }),
        ...omitNullish(rest),
      };
    });
    const draft = omitNullish({
      receiver: { contacts },
      body: input.body && readBody(input.body, 'input.body'),
      template: input.template && omitNullish(input.template),
      sender: input.sender && {
        connector: {
          identifierValue: input.sender,
          ...(input.senderName && { annotations: { name: input.senderName } }),
        },
      },
      reference: input.reference,
      replyTo: input.replyTo && {
        ...omitNullish(input.replyTo),
        id: readOwnId(input.replyTo.id, 'input.replyTo.id', 'BirdMessage', workspaceId),
      },
      tags: input.tags,
      meta: input.meta,
      notification: input.notificationUrl && { url: input.notificationUrl },
      scheduledFor: input.scheduledFor?.toISOString(),
      validity: input.validity,
      shortLinks: input.shortLinksDomain && { domain: input.shortLinksDomain },
      enableLinkTracking: input.enableLinkTracking,
      capFrequency: input.capFrequency,
      ignoreQuietHours: input.ignoreQuietHours,
      ignoreGlobalHoldout: input.ignoreGlobalHoldout,
    }) as Draft;
    const act = (own: Context) => send(own, key, draft, blameOf);
    return { message: await sendOnce(context, { mutation: 'sendBirdMessage', input, act }) };
  },
  payload: (t) => ({
    message: t.expose('message', { type: BirdMessage, description: 'The message as Bird took it.' }),
  }),
});
