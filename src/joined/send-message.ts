import { listChannels } from '../bird/channel.ts';
import { BirdMessage } from '../bird/message.ts';
import { BirdTemplateInput } from '../bird/message-input.ts';
import { listChannelMessages } from '../bird/messages.ts';
import { sendMessage } from '../bird/send.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { draftReads } from '../courier/draft.ts';
import { CourierMessage, messages, post } from '../courier/resources/message.ts';
import { InputError } from '../graph/errors.ts';
import { globalId } from '../graph/ids.ts';
import { operationsOf } from '../graph/ledger.ts';
import { Message, viewOf } from '../graph/message.ts';
import { mutation } from '../graph/mutation.ts';
import { idempotencyKeyField, sendOnce } from '../graph/send-once.ts';
import { deliver, refuseEmptyMessage } from './deliver.ts';
import { personReachReads } from './person-reach.ts';
import { ScheduledSend } from './scheduled-sends.ts';
import { Scheduled, schedule } from './send-queue.ts';
import type { SendInput } from './send-target.ts';

/** How long what a client calls a message may be, in characters. */
const MAX_CLIENT_ID = 255;

const AttachmentInput = builder.inputType('SendAttachmentInput', {
  description: 'A file to send: exactly one of `uploadId` and `url`.',
  fields: (t) => ({
    uploadId: t.id({ description: 'What `prepareUpload` gave for it, once it is uploaded.' }),
    url: t.string({ description: 'Bird: where else the file can be fetched by anybody.' }),
    contentType: t.string({ description: 'The media type of the file; needed beside `url`.' }),
    filename: t.string({ description: 'Its name.' }),
    altText: t.string({ description: 'Bird: what a picture shows, for those who cannot see it.' }),
  }),
});

/** What was sent, or waits to be. */
interface Sent {
  readonly message: object | null;
  readonly scheduled: Scheduled | null;
}

/** A repeated send names its message again: what told of it first may not have known the name. */
const labelAgain = async (
  { services }: Context,
  message: object | null,
  clientId: string | null,
): Promise<void> => {
  const view = message && viewOf(message);
  if (!view || clientId === null) return;
  try {
    await services.sendStore.label(globalId(view.typename, view.key(message)), clientId);
  } catch (error) {
    // The message is sent all the same.
    services.warn('what a client calls a message could not be written', { error: String(error) });
  }
};

mutation('sendMessage', {
  description: [
    'Sends words, files or a template over a channel of either upstream. With `channelId` the channel decides: Bird',
    'needs exactly one of `to` and `contactId`; courier takes `individualId`. With `personId` it goes to a person: over',
    'the channel that `channelId` names, or else over that of the conversation which went on last, and over no other in',
    'its place. Nothing is sent to somebody who wants no more messages by what Bird, courier or Pigeon knows: a number or',
    'a subscription that is unsubscribed, a consent that was not given, a STOP that came in before the send left. That,',
    'a closed service window and all else that keeps a message from a person is `NOT_REACHABLE`, with the `reasons`.',
    'A native channel id is looked up in both.',
  ].join(' '),
  operations: operationsOf(
    { operations: personReachReads },
    listChannels,
    sendMessage,
    post,
    ...draftReads,
    // Where a message is looked for whose send lost its answer, and read again for a call that repeats its key.
    listChannelMessages,
    BirdMessage,
    messages,
    CourierMessage,
  ),
  weight: (asked) => {
    const input = asked.arg('input') as SendInput | undefined;
    return input?.personId == null
      ? { calls: { bird: 4, courier: 4 }, estimated: { bird: 4, courier: 20 } }
      : { calls: { bird: 4, courier: 4 }, estimated: { bird: 20, courier: 40 } };
  },
  input: (t) => ({
    channelId: t.id({
      description: 'The channel: a global id, or its upstream’s own. This, `personId` or both are needed.',
    }),
    personId: t.id({
      description: 'The person to send to: the global id of a Person, a BirdContact or a CourierIndividual.',
    }),
    to: t.string({ description: 'Bird: the number or address to send to.' }),
    contactId: t.id({ description: 'Bird: the contact to send to, a global id or Bird’s own.' }),
    individualId: t.id({
      description: 'courier: the individual who writes; by default the one behind Pigeon’s credential.',
    }),
    text: t.string({ description: 'What to say. This, `attachments` or `template` is needed.' }),
    attachments: t.field({ type: [AttachmentInput], description: 'Files to send, with or without words.' }),
    template: t.field({
      type: BirdTemplateInput,
      description: 'Bird: a template in place of words, which may be sent outside a service window too.',
    }),
    reference: t.string({ description: 'Bird: your own id for the message.' }),
    clientId: t.string({
      description:
        'What you call the message until it has an id. It stands on the message, on `messageAdded` and on what a repeated send gives. Up to 255 characters.',
    }),
    idempotencyKey: idempotencyKeyField(t),
  }),
  resolve: async (given, context): Promise<Sent> => {
    const input: SendInput = given;
    refuseEmptyMessage(input);
    const clientId = input.clientId ?? null;
    if (clientId !== null && (clientId === '' || clientId.length > MAX_CLIENT_ID))
      throw new InputError('input.clientId', `must have 1 to ${MAX_CLIENT_ID} characters`);
    const act = (own: Context) => deliver(own, input, (early, target) => schedule(own, input, early, target));
    const isPassing = (given: object) => given instanceof Scheduled;
    const sent = await sendOnce(context, { mutation: 'sendMessage', input, act, isPassing });
    if (sent instanceof Scheduled) return { message: null, scheduled: sent };
    await labelAgain(context, sent, clientId);
    return { message: sent, scheduled: null };
  },
  payload: (t) => ({
    message: t.field({
      type: Message,
      description: 'The message as its upstream took it; null while it waits to be sent.',
      resolve: ({ message }) => message,
    }),
    scheduled: t.field({
      type: ScheduledSend,
      description: 'Where it waits to be sent, on channels of courier.',
      resolve: ({ scheduled }) => scheduled,
    }),
  }),
});
