import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { getChannel } from '../bird/channel.ts';
import { readOwnId } from '../bird/load.ts';
import { send, sendMessage } from '../bird/send.ts';
import type { Context } from '../context.ts';
import { CourierChannel } from '../courier/resources/channel.ts';
import { post } from '../courier/resources/message.ts';
import { ConflictError, InputError, NotFoundError } from '../graph/errors.ts';
import { readNativeId } from '../graph/ids.ts';
import { Message } from '../graph/message.ts';
import { mutation } from '../graph/mutation.ts';
import { OutcomeUnknownError } from '../upstream/errors.ts';
import { type ChannelAddress, locateChannel } from './lookup.ts';

interface Input {
  readonly channelId: string;
  readonly to?: string | null | undefined;
  readonly contactId?: string | null | undefined;
  readonly individualId?: string | null | undefined;
  readonly text: string;
  readonly reference?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/** For how long a key is remembered, in milliseconds, and how many. */
const REMEMBERED_MS = 24 * 60 * 60 * 1000;
const REMEMBERED = 100_000;

interface Remembered {
  readonly print: string;
  readonly sent: Promise<object>;
}

/** What was sent under each caller's keys, by the running gateway. */
const remembered = new WeakMap<object, LRUCache<string, Remembered>>();

const memoryOf = ({ services }: Context): LRUCache<string, Remembered> => {
  const memory = remembered.get(services) ?? new LRUCache({ max: REMEMBERED, ttl: REMEMBERED_MS });
  remembered.set(services, memory);
  return memory;
};

/**
 * Sends once for each key of a caller: the same key again gives the same answer and sends nothing. What was
 * surely not sent is forgotten, so that it can be tried again; what may have been sent is not.
 *
 * @param act is given the context to send in
 * @throws {ConflictError} the key was used for another message
 */
const once = (
  context: Context,
  input: Input,
  act: (context: Context) => Promise<object>,
): Promise<object> => {
  if (input.idempotencyKey == null) return act(context);
  if (input.idempotencyKey === '') throw new InputError('input.idempotencyKey', 'must not be empty');
  const memory = memoryOf(context);
  const key = JSON.stringify([context.caller.key, context.courierCredential?.key, input.idempotencyKey]);
  const print = createHash('sha256')
    .update(
      JSON.stringify(
        Object.entries(input)
          .filter(([, value]) => value != null)
          .toSorted(),
      ),
    )
    .digest('base64');
  const before = memory.get(key);
  if (before && before.print !== print) {
    throw new ConflictError('input.idempotencyKey', 'was used for another message');
  }
  if (before) return before.sent;
  // A client that goes away and asks again is to find what became of it, so its going stops nothing.
  const sent = act({ ...context, signal: undefined });
  memory.set(key, { print, sent });
  sent.catch((error) => {
    if (!(error instanceof OutcomeUnknownError)) memory.delete(key);
  });
  return sent;
};

const birdBlame = (field: string): string | undefined => {
  if (field.includes('receiver')) return 'input.to';
  if (field.includes('reference')) return 'input.reference';
  return field.includes('body') ? 'input.text' : undefined;
};

const overBird = (context: Context, channel: ChannelAddress, input: Input): Promise<object> => {
  const { to, contactId, individualId, text, reference } = input;
  if (individualId != null) throw new InputError('input.individualId', 'is for channels of courier');
  if (!to === !contactId) throw new InputError('input.to', 'or contactId is needed, and not both');
  const [workspaceId = ''] = channel.key.split('/');
  const contact = contactId
    ? { id: readOwnId(contactId, 'input.contactId', 'BirdContact', workspaceId) }
    : { identifierValue: to ?? '' };
  return send(
    context,
    channel.key,
    {
      receiver: { contacts: [contact] },
      body: { type: 'text', text: { text } },
      ...(reference && { reference }),
    },
    birdBlame,
  );
};

const overCourier = (context: Context, channel: ChannelAddress, input: Input): Promise<object> => {
  for (const field of ['to', 'contactId', 'reference'] as const) {
    if (input[field] != null) throw new InputError(`input.${field}`, 'is for channels of Bird');
  }
  return post.run(
    context,
    {
      'channel-id': channel.key,
      message: input.text,
      ...(input.individualId != null && {
        'individual-id': readNativeId(input.individualId, 'input.individualId', 'CourierIndividual'),
      }),
    },
    courierBlame,
  );
};

const courierBlame = (field: string): string | undefined => {
  if (field.includes('individual-id')) return 'input.individualId';
  if (field.includes('channel-id')) return 'input.channelId';
  return field.includes('message') ? 'input.text' : undefined;
};

mutation('sendMessage', {
  description:
    'Sends words over a channel of either upstream, which the channel decides. Bird needs exactly one of `to` and `contactId`; courier takes `individualId`. A native channel id is looked up in both.',
  operations: [getChannel, ...CourierChannel.operations, sendMessage, post.operation],
  input: (t) => ({
    channelId: t.id({ required: true, description: 'The channel: a global id, or its upstream’s own.' }),
    to: t.string({ description: 'Bird: the number or address to send to.' }),
    contactId: t.id({ description: 'Bird: the contact to send to, a global id or Bird’s own.' }),
    individualId: t.id({
      description: 'courier: the individual who writes; by default the one behind Pigeon’s credential.',
    }),
    text: t.string({ required: true, description: 'What to say.' }),
    reference: t.string({ description: 'Bird: your own id for the message.' }),
    idempotencyKey: t.string({
      description:
        'Sends once however often it is asked for with this key, by this caller and until the gateway restarts, for a day.',
    }),
  }),
  resolve: async (input, context): Promise<{ readonly message: object }> => {
    if (input.text.trim() === '') throw new InputError('input.text', 'must not be empty');
    const message = await once(context, input, async (own) => {
      const channel = await locateChannel(own, input.channelId, 'input.channelId');
      if (!channel) throw new NotFoundError('input.channelId', 'is known to neither upstream');
      return channel.api === 'bird' ? overBird(own, channel, input) : overCourier(own, channel, input);
    });
    return { message };
  },
  payload: (t) => ({
    message: t.field({
      type: Message,
      description: 'The message as its upstream took it.',
      resolve: ({ message }) => message,
    }),
  }),
});
