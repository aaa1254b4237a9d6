import { identifiersOf } from '../bird/contact-messages.ts';
import { messageSource } from '../bird/contact-source.ts';
import { listMessages } from '../bird/message.ts';
import type { Talk } from '../bird/recent-talks.ts';
import { BirdContact } from '../bird/resources/contact.ts';
import { identifiers } from '../bird/resources/contact-identifier.ts';
import type { Context } from '../context.ts';
import { CourierChannel } from '../courier/resources/channel.ts';
import { messages } from '../courier/resources/message.ts';
import {
  type Connection,
  type ConnectionArgs,
  connect,
  readCursor,
  readFirst,
  writeCursor,
} from '../graph/connection.ts';
import { operationsOf } from '../graph/ledger.ts';
import { isSortKey, type Keyed, merge, type SortKey } from '../graph/merge.ts';
import { answeredTogether } from '../graph/message.ts';
import { type ConversationRow, identifierUsed, ofChannel, ofTalk, talkWith } from './conversation-row.ts';

/** What is read of what a contact and a channel of Bird say to each other. */
export const talkReads = operationsOf(BirdContact, identifiers, listMessages);

/** Reads what a contact and a channel of Bird say to each other, newest first. */
const readTalk = async (
  context: Context,
  talk: Pick<Talk, 'workspaceId' | 'channelId'> & { readonly contact: { readonly id: string } },
  used: readonly string[],
  behind: SortKey | undefined,
  count: number,
) => {
  const contact = await BirdContact.load(context, `${talk.workspaceId}/${talk.contact.id}`);
  const known = contact ? (await identifiersOf(context, contact)).map(({ value }) => value) : [];
  const whose = {
    workspaceId: talk.workspaceId,
    channelId: talk.channelId,
    contactIds: new Set([talk.contact.id]),
    identifiers: [...new Set([...known, ...used])],
  };
  if (whose.identifiers.length === 0) return [];
  const sides = (['from', 'to'] as const).map((side) => messageSource(context, whose, side));
  return merge(sides, behind, count, (_source, error) => {
    throw error;
  });
};

/** The conversation of a key; null when there is none, or nothing has been said in it. */
export const loadConversation = async (context: Context, key: string): Promise<ConversationRow | null> => {
  const [workspaceId = '', channelId, contactId] = key.split('/');
  if (channelId === undefined || contactId === undefined) {
    const channel = await CourierChannel.load(context, key);
    return channel && ofChannel(channel);
  }
  const talk = { workspaceId, channelId, contact: { id: contactId } };
  const [newest] = await readTalk(context, talk, [], undefined, 1);
  return newest ? ofTalk(talkWith(newest.row, contactId)) : null;
};

type CursorOf = SortKey & { readonly k: string };

/** What was said in a conversation, page by page, newest first. */
export const messagesOf = async (
  row: ConversationRow,
  args: ConnectionArgs,
  context: Context,
  asksForMore: boolean,
): Promise<Connection<object>> => {
  if (row.api === 'courier')
    return answeredTogether(
      context,
      await messages.read(context, args, { 'channel-id': row.channel.id }, asksForMore),
    );
  const name = `conversation ${row.key}`;
  const first = readFirst(args);
  const after = args.after == null ? undefined : readCursor<CursorOf>(args.after, name, isSortKey);
  const rows: Keyed<object>[] = await readTalk(context, row.talk, identifierUsed(row.talk), after, first + 1);
  const edges = rows
    .slice(0, first)
    .map(({ row: node, sortKey }) => ({ node, cursor: writeCursor({ k: name, ...sortKey }) }));
  return answeredTogether(context, connect(edges, args, rows.length > first));
};
