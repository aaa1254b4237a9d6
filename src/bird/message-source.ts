import type { Context } from '../context.ts';
import type { Keyed } from '../graph/merge.ts';
import { newestOf, type TimedList } from '../graph/newest.ts';
import type { QueryValue } from '../upstream/send.ts';
import { MAX_MESSAGES, type MessageRow, THE_BEGINNING } from './message.ts';
import { channelMessages, type ListAddress, readPage } from './messages.ts';
import { readTime, writeTime } from './times.ts';

/** A span of time, its beginning in it and its end not. */
export interface Span {
  readonly since?: Date | null | undefined;
  readonly until?: Date | null | undefined;
}

/** A list of messages of a workspace, or of one channel, and the parameters that it is asked with. */
export interface MessageList {
  readonly address: ListAddress;
  readonly query: Readonly<Record<string, QueryValue>>;
}

/**
 * Bird's messages by the time they show. Whether the ends belong to Bird's span is not documented, so it is asked for a
 * little more at each.
 *
 * @param since from when on messages count, in milliseconds since the epoch
 * @param last the moment of the last messages that count
 */
export const timedMessages = (
  context: Context,
  { address, query }: MessageList,
  since?: number,
  last?: number,
): TimedList<MessageRow> => ({
  read: async (time, most) => {
    const from = Math.max(time ?? Number.NEGATIVE_INFINITY, since ?? Number.NEGATIVE_INFINITY);
    const rows: MessageRow[] = [];
    let token: string | undefined;
    do {
      const page = await readPage(context, address, {
        ...query,
        startAt: Number.isFinite(from) ? writeTime(new Date(from - 1)) : THE_BEGINNING,
        endAt: last === undefined ? undefined : writeTime(new Date(last + 1)),
        limit: Math.min(MAX_MESSAGES, most - rows.length),
        pageToken: token,
      });
      rows.push(...page.rows);
      // A token that leads to its own page leads nowhere.
      token = page.next === token ? undefined : page.next;
    } while (token !== undefined && rows.length < most);
    return { rows, whole: token === undefined };
  },
});

/**
 * A message with its place; one whose time cannot be read comes last.
 *
 * @param id orders the messages of one moment
 */
export const keyed = (row: MessageRow, rank: number, id: string): Keyed<MessageRow> => ({
  row,
  sortKey: { t: readTime(row.createdAt)?.getTime() ?? 0, r: rank, i: id },
});

/** The newest messages of a channel, newest first; those of one moment as Bird lists them. */
export const newestInChannel = async (
  context: Context,
  channel: { readonly workspaceId: string; readonly id: string },
  count: number,
): Promise<readonly MessageRow[]> => {
  const list = timedMessages(context, { address: channelMessages(channel), query: {} });
  return (await newestOf(list, count, (row) => keyed(row, 0, ''))).map(({ row }) => row);
};

/** All messages of a channel from a moment on, which is in milliseconds since the epoch. */
export const channelMessagesSince = async (
  context: Context,
  channel: { readonly workspaceId: string; readonly id: string },
  time: number,
): Promise<readonly MessageRow[]> => {
  const list = timedMessages(context, { address: channelMessages(channel), query: {} });
  return (await list.read(time, Number.POSITIVE_INFINITY)).rows;
};
