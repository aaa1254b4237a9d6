import { BudgetError, type Context } from '../context.ts';
import { compare, isBehind, type Keyed, type SortKey } from '../graph/merge.ts';
import { CourierChannel } from './resources/channel.ts';
import { inboxChannels } from './resources/inbox.ts';
import { readTime } from './times.ts';
import type { Flat } from './types.ts';

export type ChannelRow = Flat<'/v1/messaging-channels/{id}/'>;

/** Which channels are wanted. */
export interface WantedChannels {
  readonly count: number;
  readonly behind: SortKey | undefined;
  readonly since: Date | null | undefined;
  /** Only those in which the acting individual has something to read. */
  readonly unreadOnly: boolean;
  /** The source's rank in a merged list. */
  readonly rank: number;
}

/** How many rows are read with a call: one of courier's pages, with the row before them and the one behind. */
const PAGE = 98;

/** The most channels that are looked at for one page. */
const MOST_CHANNELS = 5000;

/** When something was said last in a channel; undefined while nothing was. */
export const lastPosted = (row: ChannelRow): Date | undefined =>
  readTime(row['last-message']?.['posted-time']);

export const unreadIn = (row: ChannelRow): number => row['caller-new-message-count'] ?? 0;

/** Channels in which something was said, in order. */
export const sorted = (
  rows: readonly ChannelRow[],
  { count, behind, since, unreadOnly, rank }: WantedChannels,
): Keyed<ChannelRow>[] =>
  rows
    .flatMap((row) => {
      const time = lastPosted(row)?.getTime();
      return time === undefined ? [] : [{ row, sortKey: { t: time, r: rank, i: row.id } }];
    })
    .filter(
      ({ row, sortKey }) =>
        isBehind(sortKey, behind) &&
        (!since || sortKey.t >= since.getTime()) &&
        (!unreadOnly || unreadIn(row) > 0),
    )
    .toSorted((one, other) => compare(one.sortKey, other.sortKey))
    .slice(0, count);

const falls = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || value <= (values[index - 1] as number));

/**
 * When the channels that were not read yet can have been said something in at the latest. courier's page does not say
 * which of a channel's times it sorts by, so either is taken that the rows bear out.
 *
 * @returns undefined where nothing can be said
 */
const latestUnread = (rows: readonly ChannelRow[]): number | undefined => {
  const posted = rows.flatMap((row) => lastPosted(row)?.getTime() ?? []);
  if (falls(posted)) return posted.at(-1);
  const changed = rows.map((row) => readTime(row['last-modified-time'])?.getTime() ?? 0);
  const isAfter = rows.every((row, index) => (lastPosted(row)?.getTime() ?? 0) <= (changed[index] ?? 0));
  return isAfter && falls(changed) ? changed.at(-1) : undefined;
};

/** True when the rows that were read hold all that is wanted of the list. */
const isEnough = (rows: readonly ChannelRow[], wanted: WantedChannels): boolean => {
  if (wanted.unreadOnly) return falls(rows.map(unreadIn)) && rows.some((row) => unreadIn(row) === 0);
  const last = sorted(rows, wanted)[wanted.count - 1]?.sortKey.t;
  const latest = latestUnread(rows);
  if (latest === undefined) return false;
  return (last !== undefined && last > latest) || (wanted.since ? wanted.since.getTime() > latest : false);
};

/**
 * The channels that are not archived and in which something was said, the one last said something in first.
 *
 * @throws {BudgetError} more than 5,000 channels would have to be looked at
 */
export const recentChannels = async (
  context: Context,
  wanted: WantedChannels,
): Promise<Keyed<ChannelRow>[]> => {
  const values = {
    'filter[archived]': false,
    sort: [wanted.unreadOnly ? '-unread-count' : '-last-timestamp'],
  };
  const rows = new Map<string, ChannelRow>();
  let after: string | null = null;
  for (;;) {
    const { edges, pageInfo } = await inboxChannels.read(context, { first: PAGE, after }, values, true);
    for (const { node } of edges) rows.set(node.id, node);
    const all = [...rows.values()];
    if (!pageInfo.hasNextPage || isEnough(all, wanted)) return sorted(all, wanted);
    if (all.length >= MOST_CHANNELS)
      throw new BudgetError(`more than ${MOST_CHANNELS} channels of courier would have to be looked at`);
    after = pageInfo.endCursor;
  }
};

/** The channel's row as it was read last, for a channel that is named. */
export const namedChannels = async (context: Context, ids: readonly string[]): Promise<ChannelRow[]> => {
  const rows = await Promise.all(ids.map((id) => CourierChannel.load(context, id)));
  return rows.flatMap((row) => row ?? []);
};
