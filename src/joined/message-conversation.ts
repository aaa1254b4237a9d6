import { builder } from '../builder.ts';
import { decodeId } from '../graph/ids.ts';
import { rest } from '../graph/ledger.ts';
import { Message, viewOf } from '../graph/message.ts';
import { brand } from '../graph/node.ts';
import { asksOnly } from '../graph/selection.ts';
import { weighs } from '../graph/weight.ts';
import { Conversation, conversationReads } from './conversation.ts';
import { conversationIds } from './conversation-id.ts';
import { loadConversation } from './conversation-messages.ts';

/** The key of the conversation that a message belongs to; of several the first. */
const keyOf = (row: object): string | undefined => {
  const view = viewOf(row);
  const [id] = conversationIds(view?.channelId(row), view?.people(row) ?? []);
  return id === undefined ? undefined : decodeId(id)?.key;
};

builder.interfaceField(Message, 'conversation', (t) =>
  t.field({
    type: Conversation,
    description:
      'The conversation it belongs to, whose `id` costs no call; null for a text or an email of courier, which have no channel.',
    directives: rest({ operations: conversationReads }),
    extensions: weighs((asked) =>
      asked.asksOnly(['id']) ? {} : { calls: { bird: 3, courier: 1 }, estimated: { bird: 3 } },
    ),
    resolve: (row, _args, context, info) => {
      const key = keyOf(row);
      if (key === undefined) return null;
      // The row's own message is no conversation's newest, so only the id can be told of it.
      return asksOnly(info, []) ? (brand({ key }, 'Conversation') as never) : loadConversation(context, key);
    },
  }),
);
