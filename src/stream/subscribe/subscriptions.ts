import { BirdChannel } from '../../bird/channel.ts';
import { BirdMessage } from '../../bird/message.ts';
import { listChannelMessages } from '../../bird/messages.ts';
import { builder } from '../../builder.ts';
import type { Context, EventsArgs } from '../../context.ts';
import { CourierChannel } from '../../courier/resources/channel.ts';
import { CourierEmail } from '../../courier/resources/email.ts';
import { CourierMessage, messages } from '../../courier/resources/message.ts';
import { CourierText } from '../../courier/resources/text.ts';
import { Channel } from '../../graph/channel.ts';
import { rest } from '../../graph/ledger.ts';
import { clientIdOf, Message } from '../../graph/message.ts';
import { loadNode } from '../../graph/node.ts';
import { MessageStatusEnum } from '../../graph/status.ts';
import { followReads, personIdOf } from '../../joined/followed.ts';
import type { StreamEvent } from '../../ports.ts';
import { conversationsOf } from '../topics.ts';

const EventSource = builder.enumType('EventSource', {
  description: 'How an event came to Pigeon’s knowledge.',
  values: {
    SNAPSHOT: { description: 'It is how things stood when the subscription began.' },
    WEBHOOK: { description: 'The upstream told it.' },
    POLL: { description: 'Pigeon asked the upstream.' },
    MUTATION: { description: 'A mutation of Pigeon did it.' },
    RECONCILED: {
      description: 'It is how things stand after more was missed than the log holds.',
    },
    GAP: {
      description:
        'Events are missing that nobody can tell. `messageId` is the id of the message or channel that should be read again, or empty for everything that the subscription is about; `status` is UNKNOWN.',
    },
  } as const,
});

const MESSAGES = [BirdMessage, CourierMessage, CourierText, CourierEmail];
const CHANNELS = [BirdChannel, CourierChannel];
const MESSAGE_READS = rest(...MESSAGES);
const CHANNEL_READS = rest(...CHANNELS);

/** What a subscription may read before its first event: what is named, and a named channel's newest messages. */
const SNAPSHOT_READS = rest(...MESSAGES, ...CHANNELS, listChannelMessages, messages, ...followReads);

const CURSOR = 'Give it as `after`, or as `Last-Event-ID`, to go on right behind this event.';
const OBSERVED_AT = 'When Pigeon came to know it.';

const BESIDE = {
  channelId: 'Global id of the channel it is in; null where it has none or that is not known.',
  conversationId:
    'Global id of the conversation it belongs to, of several the first; null where it has none or that is not known.',
  personId:
    'Global id of the person at its other end, of several the first, as far as it is known without reading; null where the message does not tell it, as one of the organization’s in a channel of courier does not.',
} as const;

const conversationIdOf = (event: StreamEvent): string | null => conversationsOf(event)[0] ?? null;

const MessageStatusEvent = builder.objectRef<StreamEvent>('MessageStatusEvent').implement({
  description:
    'A message has come further, or stands where it does as the subscription begins. Of one message, the status of no event is below that of an event before, but for one that was removed and is back.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { nullable: false, description: CURSOR }),
    messageId: t.exposeID('messageId', {
      nullable: false,
      description: 'Global id of the message; for a GAP see there.',
    }),
    message: t.field({
      type: Message,
      description: 'The message, read anew; null when it cannot be read.',
      directives: MESSAGE_READS,
      resolve: ({ messageId, via }, _args, context) => (via === 'GAP' ? null : loadNode(context, messageId)),
    }),
    channelId: t.exposeID('channelId', { description: BESIDE.channelId }),
    conversationId: t.id({ description: BESIDE.conversationId, resolve: conversationIdOf }),
    personId: t.id({
      description: BESIDE.personId,
      resolve: ({ people }, _args, context) => personIdOf(context, people),
    }),
    status: t.expose('status', {
      type: MessageStatusEnum,
      nullable: false,
      description: 'How far it has come; DELETED while it is removed.',
    }),
    previous: t.expose('previous', {
      type: MessageStatusEnum,
      description: 'The status that this subscriber was told before; null where none was.',
    }),
    nativeStatus: t.exposeString('nativeStatus', { description: 'The upstream’s own word for the status.' }),
    occurredAt: t.expose('occurredAt', {
      type: 'DateTime',
      nullable: false,
      description: 'When it happened by the upstream’s clock. Events do not come in the order of this.',
    }),
    observedAt: t.expose('observedAt', { type: 'DateTime', nullable: false, description: OBSERVED_AT }),
    via: t.expose('via', { type: EventSource, nullable: false, description: 'How Pigeon knows.' }),
  }),
});

const MessageEvent = builder.objectRef<StreamEvent>('MessageEvent').implement({
  description: 'A message is new.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { nullable: false, description: CURSOR }),
    messageId: t.exposeID('messageId', {
      nullable: false,
      description: 'Global id of the message; for a GAP see there.',
    }),
    message: t.field({
      type: Message,
      description: 'The message; null when it cannot be read.',
      directives: MESSAGE_READS,
      resolve: ({ messageId, via }, _args, context) => (via === 'GAP' ? null : loadNode(context, messageId)),
    }),
    channelId: t.exposeID('channelId', { description: BESIDE.channelId }),
    conversationId: t.id({ description: BESIDE.conversationId, resolve: conversationIdOf }),
    personId: t.id({
      description: BESIDE.personId,
      resolve: ({ people }, _args, context) => personIdOf(context, people),
    }),
    channel: t.field({
      type: Channel,
      description: 'The channel it is in; null where it has none or it cannot be read.',
      directives: CHANNEL_READS,
      resolve: ({ channelId }, _args, context) => (channelId ? loadNode(context, channelId) : null),
    }),
    clientId: t.string({
      description: 'What the client that sent it calls it; no call is needed to tell.',
      resolve: ({ messageId }, _args, context) => clientIdOf(context, messageId),
    }),
    observedAt: t.expose('observedAt', { type: 'DateTime', nullable: false, description: OBSERVED_AT }),
    via: t.expose('via', { type: EventSource, nullable: false, description: 'How Pigeon knows.' }),
  }),
});

const AFTER =
  'Cursor of the last event seen: everything since then comes first. Where the log does not reach back so far, how things stand comes in its place, and a GAP event where that cannot be told. A `Last-Event-ID` header wins.';

const open = (context: Context, kind: 'raised' | 'added', args: EventsArgs) => {
  const { openEvents } = context.services;
  if (!openEvents) throw new Error('this gateway was started without its status stream');
  return openEvents(context, kind, args);
};

/** The arguments by which both subscriptions name people and conversations. */
const people = builder.args((t) => ({
  persons: t.idList({
    description:
      'All messages with these persons, by global ids: of their contacts at Bird, and what is said in the channels of courier in which their individuals take part. A text of courier tells no person.',
  }),
  contacts: t.idList({
    description:
      'All messages with these contacts of Bird, as far as Bird tells them: ids of BirdContact, or Bird’s own.',
  }),
  individuals: t.idList({
    description:
      'All that is said in the channels in which these individuals take part as the subscription begins, and what they say elsewhere: ids of CourierIndividual, or courier’s own.',
  }),
  conversations: t.idList({ description: 'All messages of these conversations.' }),
}));

builder.subscriptionFields((t) => ({
  messageStatusChanged: t.field({
    type: MessageStatusEvent,
    nullable: false,
    description:
      'The status of messages: first how they stand, then every step. What is named is asked about where the upstream does not tell. Without arguments, every step of every message that is told: then nothing is asked about.',
    directives: SNAPSHOT_READS,
    args: {
      messages: t.arg.idList({
        description:
          'These messages: ids of BirdMessage, CourierMessage, CourierText or CourierEmail, or the upstreams’ own.',
      }),
      channels: t.arg.idList({
        description:
          'All messages of these channels, the newest 50 that still move to begin with: ids of BirdChannel or CourierChannel, or the upstreams’ own.',
      }),
      ...people,
      after: t.arg.string({ description: AFTER }),
    },
    subscribe: (_root, args, context) => open(context, 'raised', args),
    resolve: (event) => event,
  }),
  messageAdded: t.field({
    type: MessageEvent,
    nullable: false,
    description:
      'New messages, sent or received, since the subscription began. Channels that are named are asked about where the upstream does not tell. Without `channels`, those of every channel that are told: then nothing is asked about.',
    directives: SNAPSHOT_READS,
    args: {
      channels: t.arg.idList({
        description: 'Only these: ids of BirdChannel or CourierChannel, or the upstreams’ own.',
      }),
      ...people,
      after: t.arg.string({ description: AFTER }),
    },
    subscribe: (_root, args, context) => open(context, 'added', args),
    resolve: (event) => event,
  }),
}));
