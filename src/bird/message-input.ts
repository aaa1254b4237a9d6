import type { InputFieldBuilder, InputShapeFromFields } from '@pothos/core';
import { type BuilderTypes, builder } from '../builder.ts';
import { nativeEnum, readWords } from '../graph/enum.ts';
import { InputError } from '../graph/errors.ts';
import { write } from '../graph/input.ts';
import { inputType } from './bird.ts';
import { BirdMessageBodyInput } from './body-input.ts';
import { dialect } from './dialect.ts';
import { readOwnId } from './load.ts';
import type { components } from './openapi.gen.ts';
import { refuseNulls } from './refuse-nulls.ts';
import { writeBody } from './write-body.ts';

/** What is to be sent, in Bird's words but for the unknown that its strict types would not take. */
export type Draft = Omit<components['schemas']['MessageCreate'], 'body' | 'template'> & {
  readonly body?: unknown;
  readonly template?: unknown;
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
    identifiers: t.field({
      type: [inputType('MessageIdentifier')],
      description: 'More identifiers of the recipient.',
    }),
    type: t.field({ type: RecipientType, description: 'How an email names them; by default `to`.' }),
    platformAddress: t.string({ description: 'The address to give to the platform.' }),
    platformAddressSelector: t.string({
      description:
        'The expression that picks the address from the contact, such as `attributes.workEmail`; null for none.',
    }),
  }),
});

export const BirdTemplateInput = builder.inputType('BirdTemplateInput', {
  description: 'A prepared template.',
  fields: (t) => ({
    projectId: t.string({ description: 'The project in Bird’s Studio that holds the template.' }),
    version: t.string({ description: 'Its version, or `latest`.' }),
    locale: t.string({ description: 'Its language.' }),
    name: t.string({ description: 'Its name on the platform.' }),
    parameters: t.field({ type: [inputType('TemplateParameter')], description: 'The values to fill in.' }),
    variables: t.field({ type: 'JSON', description: 'The values to fill in, older style: text by key.' }),
    attachments: t.field({ type: [inputType('TemplateAttachment')], description: 'Files to send along.' }),
    settings: t.field({ type: inputType('TemplateSettings'), description: 'How it is sent over WhatsApp.' }),
    shortLinks: t.field({
      type: inputType('TemplateShortLinks'),
      description: 'How its links are shortened.',
    }),
    utmParameters: t.field({
      type: [inputType('UtmParameter')],
      description: 'Up to 8 tracking parameters to add to its links.',
    }),
  }),
});

const replyTypes = dialect.contract.component('ReplyToType');

const ReplyToInput = builder.inputType('BirdReplyToInput', {
  description: 'What the message answers to.',
  fields: (t) => ({
    id: t.id({
      required: true,
      description: 'The answered thing: the global id of a BirdMessage, or Bird’s own id.',
    }),
    type: t.field({
      type: nativeEnum('BirdReplyToType', {
        description: replyTypes.description ?? '',
        values: (replyTypes.enum ?? []).map(String),
        ...(replyTypes['x-values'] && { meanings: replyTypes['x-values'] }),
      }).type,
      required: true,
      description: 'What kind of thing is answered.',
    }),
    order: t.int({ description: 'Its place among the replies.' }),
  }),
});

/** The fields of an input that say what to send, but for the channel. */
export const messageInput = (t: InputFieldBuilder<BuilderTypes, 'InputObject'>) => ({
  recipients: t.field({
    type: [RecipientInput],
    required: true,
    description: 'Who is to get it; more than one only on email.',
  }),
  body: t.field({ type: BirdMessageBodyInput, description: 'What it carries.' }),
  template: t.field({ type: BirdTemplateInput, description: 'A template in place of a body.' }),
  sender: t.string({ description: 'The identifier to send from, where the channel has several.' }),
  senderName: t.string({ description: 'The name to send as, on email.' }),
  reference: t.string({ description: 'Your own id for it.' }),
  replyTo: t.field({ type: ReplyToInput, description: 'What it answers to.' }),
  tags: t.stringList({ description: 'Up to 10 tags of letters, digits, spaces, `-` and `_`.' }),
  meta: t.field({ type: inputType('MessageMeta'), description: 'What else to say of it.' }),
  notificationUrl: t.string({ description: 'Where else to post its events.' }),
  scheduledFor: t.field({ type: 'DateTime', description: 'When to send it: at most 35 days ahead.' }),
  validity: t.int({ description: 'For how many seconds it may be tried.' }),
  shortLinksDomain: t.string({ description: 'Shortens its links under this domain, or `default`.' }),
  enableLinkTracking: t.boolean({ description: 'Tracks who opens its links.' }),
  capFrequency: t.boolean({ description: 'Counts it against the marketing limit of the contact.' }),
  ignoreQuietHours: t.boolean({ description: 'Sends it in quiet hours too.' }),
  ignoreGlobalHoldout: t.boolean({ description: 'Sends it to those held out too.' }),
});

/** What an input says of a message to send. */
export type MessageInput = InputShapeFromFields<ReturnType<typeof messageInput>>;

/** The input's names of what Bird calls otherwise. */
const OWN_NAMES = new Map([
  ['receiver', 'recipients'],
  ['notification', 'notificationUrl'],
  ['shortLinks', 'shortLinksDomain'],
]);

/** The input's field for one that Bird refused, which Bird names by its place in the body. */
export const messageField = (field: string): string | undefined => {
  const name = /^[\w-]+/.exec(field.replace(/^body\.(?=receiver|reference|tags|template|meta)/, ''))?.[0];
  return name === undefined ? undefined : (OWN_NAMES.get(name) ?? name);
};

const MAX_TAGS = 10;

/** One recipient as Bird takes them. */
const writeRecipient = (recipient: object, path: string, workspaceId: string): object => {
  const { contactId, identifiers, ...rest } = refuseNulls(recipient, path, ['platformAddressSelector']);
  if (!contactId === !rest.identifierValue)
    throw new InputError(path, 'must each have exactly one of contactId and identifierValue');
  const shape = { type: 'array', items: { $ref: 'MessageIdentifier' }, nullable: false };
  return {
    ...(contactId !== undefined && { id: readOwnId(String(contactId), path, 'BirdContact', workspaceId) }),
    ...rest,
    ...(identifiers !== undefined && {
      identifiers: write(dialect, shape, identifiers, `${path}.identifiers`, ''),
    }),
  };
};

/** A template as Bird takes it. */
export const writeTemplate = (template: object, path: string): unknown =>
  write(dialect, dialect.contract.component('MessageTemplate'), template, path, '');

/**
 * What an input says as Bird takes it.
 *
 * @param path where the input stands, such as `input`
 * @throws {InputError} it cannot be sent so
 */
export const draftOf = (input: MessageInput, path: string, workspaceId: string): Draft => {
  const given = refuseNulls(input, path) as MessageInput;
  const { recipients, body, template, sender, senderName, replyTo, tags, validity } = given;
  const at = (name: string) => `${path}.${name}`;
  if (!body === !template) throw new InputError(at('body'), 'or template is needed, and not both');
  if (recipients.length === 0) throw new InputError(at('recipients'), 'must name somebody');
  if (tags && (tags.length > MAX_TAGS || tags.some((tag) => !/^[\w -]{1,50}$/.test(tag))))
    throw new InputError(at('tags'), 'must be up to 10 words of letters, digits, spaces, - and _');
  if (validity != null && validity < 0) throw new InputError(at('validity'), 'must not be negative');
  if (senderName && !sender) throw new InputError(at('senderName'), 'needs the sender that it names');
  readWords(replyTo ? [replyTo.type] : [], at('replyTo.type'));
  const component = (name: string) => dialect.contract.component(name);
  const draft = {
    receiver: { contacts: recipients.map((one) => writeRecipient(one, at('recipients'), workspaceId)) },
    body: body && writeBody(body, at('body')),
    template: template && writeTemplate(template, at('template')),
    sender: sender && {
      connector: { identifierValue: sender, ...(senderName && { annotations: { name: senderName } }) },
    },
    reference: given.reference,
    replyTo: replyTo && {
      ...refuseNulls(replyTo, at('replyTo')),
      id: readOwnId(replyTo.id, at('replyTo.id'), 'BirdMessage', workspaceId),
    },
    tags,
    meta: given.meta && write(dialect, component('MessageMeta'), given.meta, at('meta'), ''),
    notification: given.notificationUrl && { url: given.notificationUrl },
    scheduledFor: given.scheduledFor?.toISOString(),
    validity,
    shortLinks: given.shortLinksDomain && { domain: given.shortLinksDomain },
    enableLinkTracking: given.enableLinkTracking,
    capFrequency: given.capFrequency,
    ignoreQuietHours: given.ignoreQuietHours,
    ignoreGlobalHoldout: given.ignoreGlobalHoldout,
  };
  return Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined)) as Draft;
};
