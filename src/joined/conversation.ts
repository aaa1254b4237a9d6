import type { GraphQLResolveInfo } from 'graphql';
import { BirdChannel } from '../bird/channel.ts';
import { MAX_MESSAGES } from '../bird/message.ts';
import { BirdContact } from '../bird/resources/contact.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { unreadIn } from '../courier/recent-channels.ts';
import { CourierChannel } from '../courier/resources/channel.ts';
import { CourierMessage, messages } from '../courier/resources/message.ts';
import { Channel } from '../graph/channel.ts';
import { connectionArgs } from '../graph/connection-type.ts';
import { operationsOf, rest } from '../graph/ledger.ts';
import { Message, MessageConnection, MessageEdge, MessageParty } from '../graph/message.ts';
import { brand, embedded, registerNode } from '../graph/node.ts';
import { asksFor, asksOnly } from '../graph/selection.ts';
import { Source } from '../graph/source.ts';
import { firstOf, weighs } from '../graph/weight.ts';
import { loadConversation, messagesOf, talkReads } from './conversation-messages.ts';
import { activityOf, type ConversationRow, participantsOf, personOf } from './conversation-row.ts';
import { identityReads } from './identity.ts';
import { tellPerson } from './message-person.ts';
import { Person } from './person.ts';

/** What is said with one person, or one group, over one channel. */
export const Conversation = builder.objectRef<ConversationRow>('Conversation');

export const conversationReads = operationsOf({ operations: talkReads }, CourierChannel);

registerNode('Conversation', [1, 3], conversationReads, loadConversation, {
  loadings: [BirdContact.loading, CourierChannel.loading].flatMap((loading) => loading ?? []),
});

const MessagesOfConversation = builder.connectionObject(
  {
    type: Message,
    name: 'ConversationMessageConnection',
    description: 'What was said in a conversation, page by page.',
    interfaces: [MessageConnection],
  },
  {
    name: 'ConversationMessageEdge',
    description: 'One message of a conversation, and its cursor.',
    interfaces: [MessageEdge],
  },
);

/** What a channel of courier embeds of its newest message. */
const EMBEDDED = ['nativeId', 'source', 'text', 'createdAt', 'channel', 'conversation', 'person'];

/** The newest message: Bird’s is there; of courier’s the channel tells some, and the rest is read. */
const lastMessageOf = (row: ConversationRow, context: Context, info: GraphQLResolveInfo) => {
  if (row.api === 'bird') return row.talk.last;
  const last = row.channel['last-message'];
  if (!last?.id) return null;
  const part = { ...last, id: last.id, 'channel-id': row.channel.id };
  return asksOnly(info, EMBEDDED) ? brand(part, 'CourierMessage') : CourierMessage.load(context, last.id);
};

builder.node(Conversation, {
  id: { resolve: ({ key }) => key },
  description:
    'What is said with one person, or one group, over one channel: a contact and a channel of Bird, or a channel of courier.',
  fields: (t) => ({
    source: t.field({
      type: Source,
      nullable: false,
      description: 'The upstream it lives in.',
      resolve: ({ api }) => api,
    }),
    channel: t.field({
      type: Channel,
      description: 'The channel over which it is led.',
      directives: rest(BirdChannel),
      extensions: weighs((asked) =>
        BirdChannel.loading && !asked.asksOnly(['id']) ? { loads: [BirdChannel.loading] } : {},
      ),
      resolve: (row, _args, context, info): object | null | Promise<object | null> => {
        if (row.api === 'courier') return row.channel;
        const { workspaceId, channelId } = row.talk;
        const part = { workspaceId, id: channelId };
        return embedded(BirdChannel, `${workspaceId}/${channelId}`, part, context, info);
      },
    }),
    participants: t.field({
      type: [MessageParty],
      description:
        'Who takes part, with the names that the conversation itself tells: Bird’s contact, or all of courier’s channel.',
      resolve: participantsOf,
    }),
    person: t.field({
      type: Person,
      description:
        'The person it is with: Bird’s contact, or the one individual in courier’s channel who does not run it; null for a group.',
      directives: rest(...identityReads),
      extensions: weighs(() => ({ estimated: { bird: 10, courier: 10 } })),
      resolve: (row, _args, context) => personOf(context, row) ?? null,
    }),
    lastMessage: t.field({
      type: Message,
      description: `What was said last. It costs no call of Bird’s; of courier’s, \`id\`, ${EMBEDDED.map((name) => `\`${name}\``).join(', ')} cost none, and one a conversation is made for anything else.`,
      directives: rest(CourierMessage),
      extensions: weighs((asked) =>
        CourierMessage.loading && !asked.asksOnly(['id', ...EMBEDDED])
          ? { loads: [CourierMessage.loading] }
          : {},
      ),
      resolve: async (row, _args, context, info): Promise<object | null> => {
        const last = await lastMessageOf(row, context, info);
        if (last) tellPerson(last, () => personOf(context, row));
        return last;
      },
    }),
    lastActivityAt: t.field({
      type: 'DateTime',
      description: 'When something was said last; null while nothing was.',
      resolve: (row) => activityOf(row) ?? null,
    }),
    unread: t.int({
      description:
        'How many of its messages the individual behind courier’s credential has not read; null for Bird, which does not know.',
      resolve: (row) => (row.api === 'courier' ? unreadIn(row.channel) : null),
    }),
    messages: t.field({
      type: MessagesOfConversation,
      description: 'What was said, newest first.',
      directives: rest({ operations: talkReads }, messages),
      extensions: weighs((asked) => ({
        calls: {
          bird: 1 + 2 * Math.ceil((firstOf(asked) + 2) / MAX_MESSAGES),
          courier: Math.ceil((firstOf(asked) + 2) / MAX_MESSAGES),
        },
        estimated: { bird: 3 },
        rows: firstOf(asked),
      })),
      args: connectionArgs,
      resolve: async (row, args, context, info): Promise<never> => {
        const page = await messagesOf(row, args, context, asksFor(info, 'pageInfo', 'hasNextPage'));
        for (const { node } of page.edges) tellPerson(node, () => personOf(context, row));
        return page as never;
      },
    }),
  }),
});
