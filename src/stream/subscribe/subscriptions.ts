import { builder } from '../../builder.ts';
import { Channel } from '../../graph/channel.ts';
import { ledger, rest } from '../../graph/ledger.ts';
import { Message } from '../../graph/message.ts';
import { loadNode } from '../../graph/node.ts';
import { MessageStatusEnum } from '../../graph/status.ts';
import '../../joined/lookup.ts';
import type { Context, EventsArgs } from '../../context.ts';
import type { StreamEvent } from '../../ports.ts';

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

/** The reads among all that the graph reaches, by path. */
const reads = (...paths: readonly string[]) =>
  rest(...ledger().filter(({ method, path }) => method === 'GET' && paths.includes(path)));

const MESSAGE_READS = reads(
  '/workspaces/{workspaceId}/channels/messages',
  '/workspaces/{workspaceId}/channels/{channelId}/messages/{messageId}',
  '/v1/messaging-messages/{id}/',
  '/v1/texts/{id}/',
  '/v1/user-emails/{id}/',
);

const CHANNEL_READS = reads(
  '/workspaces/{workspaceId}/channels',
  '/workspaces/{workspaceId}/channels/{channelId}',
  '/v1/messaging-channels/{id}/',
);

const CURSOR = 'Give it as `after`, or as `Last-Event-ID`, to go on right behind this event.';
const OBSERVED_AT = 'When Pigeon came to know it.';

const MessageStatusEvent = builder.objectRef<StreamEvent>('MessageStatusEvent').implement({
  description:
    'A message has come further, or stands where it does as the subscription begins. Of one message, the status of no event is below that of an event before.',
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
    status: t.expose('status', {
      type: MessageStatusEnum,
      nullable: false,
      description: 'How far it has come.',
    }),
    previous: t.expose('previous', {
      type: MessageStatusEnum,
      description: 'The status told before; null where none was.',
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
    channel: t.field({
      type: Channel,
      description: 'The channel it is in; null where it has none or it cannot be read.',
      directives: CHANNEL_READS,
      resolve: ({ channelId }, _args, context) => (channelId ? loadNode(context, channelId) : null),
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

builder.subscriptionFields((t) => ({
  messageStatusChanged: t.field({
    type: MessageStatusEvent,
    nullable: false,
    description:
      'The status of messages: first how they stand, then every step. What is named is asked about where the upstream does not tell. Without arguments, every step of every message that is told: then nothing is asked about.',
    args: {
      messages: t.arg.idList({
        description:
          'These messages: ids of BirdMessage, CourierMessage, CourierText or CourierEmail, or the upstreams’ own.',
      }),
      channels: t.arg.idList({
        description:
          'All messages of these channels, the newest 50 that still move to begin with: ids of BirdChannel or CourierChannel, or the upstreams’ own.',
      }),
      after: t.arg.string({ description: AFTER }),
    },
    subscribe: (_root, args, context) => open(context, 'raised', args),
    resolve: (event) => event,
  }),
  messageAdded: t.field({
    type: MessageEvent,
    nullable: false,
    description:
      'New messages, sent or received. Channels that are named are asked about where the upstream does not tell. Without `channels`, those of every channel that are told: then nothing is asked about.',
    args: {
      channels: t.arg.idList({
        description: 'Only these: ids of BirdChannel or CourierChannel, or the upstreams’ own.',
      }),
      after: t.arg.string({ description: AFTER }),
    },
    subscribe: (_root, args, context) => open(context, 'added', args),
    resolve: (event) => event,
  }),
}));
