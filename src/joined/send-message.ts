import { getChannel } from '../bird/channel.ts';
import { readOwnId } from '../bird/load.ts';
import { BirdMessage } from '../bird/message.ts';
import { listChannelMessages } from '../bird/messages.ts';
import { send, sendMessage } from '../bird/send.ts';
import type { Context } from '../context.ts';
import { CourierChannel } from '../courier/resources/channel.ts';
import { CourierMessage, messages, post } from '../courier/resources/message.ts';
import { InputError, NotFoundError } from '../graph/errors.ts';
import { readNativeId } from '../graph/ids.ts';
import { operationsOf } from '../graph/ledger.ts';
import { Message } from '../graph/message.ts';
import { mutation } from '../graph/mutation.ts';
import { idempotencyKeyField, sendOnce } from '../graph/send-once.ts';
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
  operations: operationsOf(
    getChannel,
    CourierChannel,
    sendMessage,
    post,
    // Where a message is looked for whose send lost its answer, and read again for a call that repeats its key.
    listChannelMessages,
    BirdMessage,
    messages,
    CourierMessage,
  ),
  input: (t) => ({
    channelId: t.id({ required: true, description: 'The channel: a global id, or its upstream’s own.' }),
    to: t.string({ description: 'Bird: the number or address to send to.' }),
    contactId: t.id({ description: 'Bird: the contact to send to, a global id or Bird’s own.' }),
    individualId: t.id({
      description: 'courier: the individual who writes; by default the one behind Pigeon’s credential.',
    }),
    text: t.string({ required: true, description: 'What to say.' }),
    reference: t.string({ description: 'Bird: your own id for the message.' }),
    idempotencyKey: idempotencyKeyField(t),
  }),
  resolve: async (input, context): Promise<{ readonly message: object | null }> => {
    if (input.text.trim() === '') throw new InputError('input.text', 'must not be empty');
    const act = async (own: Context): Promise<object> => {
      const channel = await locateChannel(own, input.channelId, 'input.channelId');
      if (!channel) throw new NotFoundError('input.channelId', 'is known to neither upstream');
      return channel.api === 'bird' ? overBird(own, channel, input) : overCourier(own, channel, input);
    };
    return { message: await sendOnce(context, { mutation: 'sendMessage', input, act }) };
  },
  payload: (t) => ({
    message: t.field({
      type: Message,
      description: 'The message as its upstream took it.',
      resolve: ({ message }) => message,
    }),
  }),
});
