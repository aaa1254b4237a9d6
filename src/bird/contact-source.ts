import { createContextCache } from '@pothos/core';
import DataLoader from 'dataloader';
import type { Context } from '../context.ts';
import { isBehind, type Keyed, type MessageSource } from '../graph/merge.ts';
import { newestOf, newestOfEach, type PartOf } from '../graph/newest.ts';
import { contactsOf, listMessages, type MessageRow } from './message.ts';
import { keyed, type Span, timedMessages } from './message-source.ts';

/** Whose messages are wanted: contacts of one workspace and everything they are known by. */
export interface Whose {
  readonly workspaceId: string;
  readonly contactIds: ReadonlySet<string>;
  readonly identifiers: readonly string[];
  /** Only what was said over this channel. */
  readonly channelId?: string | undefined;
}

/** At which end of its messages a contact stands. */
type Side = 'from' | 'to';

/** The newest messages of contacts at one end. */
interface Newest extends PartOf<MessageRow> {
  readonly workspaceId: string;
  readonly identifiers: readonly string[];
}

/** How many identifiers one list may be asked for: more would outgrow the request lines that servers take. */
const IDENTIFIERS_A_CALL = 100;

const listOf = (
  context: Context,
  { workspaceId, identifiers, channelId }: Pick<Whose, 'workspaceId' | 'identifiers' | 'channelId'>,
  side: Side,
  since?: number,
  last?: number,
) =>
  timedMessages(
    context,
    { address: { operation: listMessages, workspaceId }, query: { channelId, [side]: identifiers } },
    since,
    last,
  );

/** What several contacts were said last, or said, which one list tells together; undefined for one that is to be read alone. */
const loaders = createContextCache((context: Context) => {
  const at = (side: Side) =>
    new DataLoader<Newest, readonly Keyed<MessageRow>[] | undefined>(
      async (parts) => {
        const [only] = parts;
        if (!only || parts.length === 1) return [undefined];
        const workspaces = Map.groupBy(parts, ({ workspaceId }) => workspaceId);
        const found = new Map<Newest, readonly Keyed<MessageRow>[] | undefined>();
        await Promise.all(
          [...workspaces].map(async ([workspaceId, some]) => {
            const identifiers = [...new Set(some.flatMap((part) => part.identifiers))];
            if (identifiers.length > IDENTIFIERS_A_CALL) return;
            const rows = await newestOfEach(listOf(context, { workspaceId, identifiers }, side), some);
            for (const [index, part] of some.entries()) found.set(part, rows[index]);
          }),
        );
        return parts.map((part) => found.get(part));
      },
      // About as many contacts as their identifiers fit into a call.
      { cache: false, maxBatchSize: IDENTIFIERS_A_CALL / 2 },
    );
  return { from: at('from'), to: at('to') };
});

/**
 * All messages that contacts sent, or all that were sent to them, newest first. Bird takes both sides' filters
 * together, so each side is a list of its own. Rows of others that share an identifier are passed over.
 *
 * @param rank the source's rank in a merged list
 */
export const messageSource = (
  context: Context,
  whose: Whose,
  side: Side,
  { since, until }: Span = {},
  rank = 0,
): MessageSource<MessageRow> => ({
  newest: Number.POSITIVE_INFINITY,
  read: async (behind, count) => {
    const last = Math.min(
      behind?.t ?? Number.POSITIVE_INFINITY,
      until?.getTime() ?? Number.POSITIVE_INFINITY,
    );
    const key = (row: MessageRow) => {
      const one = keyed(row, rank, row.id);
      const { t } = one.sortKey;
      const isWanted =
        contactsOf(row).some(({ id }) => id !== undefined && whose.contactIds.has(id)) &&
        isBehind(one.sortKey, behind) &&
        (!since || t >= since.getTime()) &&
        (!until || t < until.getTime());
      return isWanted ? one : undefined;
    };
    const isPlain = !behind && !since && !until && whose.channelId === undefined;
    const together = isPlain && (await loaders(context)[side].load({ ...whose, count, key }));
    if (together) return together;
    const bound = Number.isFinite(last) ? last : undefined;
    return newestOf(listOf(context, whose, side, since?.getTime(), bound), count, key);
  },
});
