import { identifiersOf } from '../bird/contact-messages.ts';
import { listMessages } from '../bird/message.ts';
import { recentTalks } from '../bird/recent-talks.ts';
import type { ContactRow } from '../bird/resources/contact.ts';
import type { Context } from '../context.ts';
import { readRows } from '../courier/read-rows.ts';
import { namedChannels, recentChannels, sorted } from '../courier/recent-channels.ts';
import { channels } from '../courier/resources/channel.ts';
import { MOST_ROWS } from '../graph/newest-groups.ts';
import type { ConversationPart, Wanted } from './conversation-page.ts';
import { keyedBy, ofChannel, ofTalk, RANK } from './conversation-row.ts';
import { workspaceOf } from './evidence.ts';
import { MAX_CHANNELS } from './message-sources.ts';

const SHORT = `only the newest ${MOST_ROWS} messages were looked at`;

/** The conversations of a whole workspace, or of some of its channels. */
export const inWorkspace = async (
  context: Context,
  channelIds: readonly string[] | undefined,
  wanted: Wanted,
): Promise<ConversationPart> => {
  const workspaceId = workspaceOf(context);
  const list = {
    address: { operation: listMessages, workspaceId },
    query: { channelId: channelIds },
  };
  const { found, whole } = await recentTalks(context, [list], { ...wanted, rank: RANK.bird });
  return { rows: found.map(keyedBy(ofTalk)), short: whole ? undefined : SHORT };
};

/** The conversations with contacts, over all channels. */
export const withContacts = async (
  context: Context,
  contacts: readonly ContactRow[],
  wanted: Wanted,
): Promise<ConversationPart> => {
  const ids = new Set(contacts.map(({ id }) => id));
  const known = await Promise.all(contacts.map((contact) => identifiersOf(context, contact)));
  const values = [...new Set(known.flat().map(({ value }) => value))];
  const [contact] = contacts;
  if (!contact || values.length === 0) return { rows: [] };
  const lists = (['from', 'to'] as const).map((side) => ({
    address: { operation: listMessages, workspaceId: contact.workspaceId },
    query: { [side]: values },
  }));
  const isWanted = (id: string) => ids.has(id);
  const { found, whole } = await recentTalks(context, lists, { ...wanted, rank: RANK.bird, isWanted });
  return { rows: found.map(keyedBy(ofTalk)), short: whole ? undefined : SHORT };
};

/** The conversations of courier, of all channels or of those that are named. */
export const inCourier = async (
  context: Context,
  channelIds: readonly string[] | undefined,
  wanted: Wanted & { readonly unreadOnly: boolean },
): Promise<ConversationPart> => {
  const ranked = { ...wanted, rank: RANK.courier };
  const rows = channelIds
    ? sorted(await namedChannels(context, channelIds), ranked)
    : await recentChannels(context, ranked);
  return { rows: rows.map(keyedBy(ofChannel)) };
};

/** The conversations in which individuals take part. */
export const withIndividuals = async (
  context: Context,
  individualIds: readonly string[],
  wanted: Wanted,
): Promise<ConversationPart> => {
  const read = await Promise.all(
    individualIds.map((id) => readRows(context, channels, { 'participant-id': id }, MAX_CHANNELS)),
  );
  const rows = new Map(read.flatMap((one) => one.rows).map((row) => [row.id, row]));
  const found = sorted([...rows.values()], { ...wanted, unreadOnly: false, rank: RANK.courier });
  const short = read.every(({ whole }) => whole) ? undefined : `only ${MAX_CHANNELS} channels were looked at`;
  return { rows: found.map(keyedBy(ofChannel)), short };
};
