import type { Context } from '../context.ts';
import { newestOf, type TimedList } from '../graph/newest.ts';
import { readRows } from './read-rows.ts';
import { messages } from './resources/message.ts';
import { readTime, SECOND, writeTime } from './times.ts';
import type { Flat } from './types.ts';

type Row = Flat<'/v1/messaging-messages/{id}/'>;

/** From when on messages count and before when, in milliseconds since the epoch. */
export interface Posted {
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** The beginning of the second that a moment lies in. */
const floor = (time: number): number => Math.floor(time / SECOND) * SECOND;

/** The end of the last second that begins before a moment. */
const ceil = (time: number): number => Math.ceil(time / SECOND) * SECOND;

/**
 * A channel's messages by the time they show. courier may keep finer times than it shows and compare by those, so
 * whole seconds are asked for at each end: what is shown in a second is read with all of that second.
 */
export const channelMessages = (
  context: Context,
  channelId: string,
  { since, until = Number.POSITIVE_INFINITY }: Posted = {},
): TimedList<Row> => {
  return {
    read: (time, most) => {
      const from = Math.max(time ?? Number.NEGATIVE_INFINITY, since ?? Number.NEGATIVE_INFINITY);
      const span = [
        ...(Number.isFinite(from) ? [`>=${writeTime(new Date(floor(from)))}`] : []),
        ...(Number.isFinite(until) ? [`<${writeTime(new Date(ceil(until)))}`] : []),
      ];
      const values = {
        'channel-id': channelId,
        ...(span.length > 0 && { 'filter[cmp-posted-time]': span }),
      };
      return readRows(context, messages, values, most);
    },
  };
};

/**
 * The newest messages of a channel, newest first; those of one second as courier lists them, and those whose time
 * cannot be read last.
 */
export const newestInChannel = async (
  context: Context,
  channelId: string,
  count: number,
): Promise<readonly Row[]> => {
  const newest = await newestOf(channelMessages(context, channelId), count, (row) => ({
    row,
    sortKey: { t: readTime(row['posted-time'])?.getTime() ?? 0, r: 0, i: '' },
  }));
  return newest.map(({ row }) => row);
};

/** All messages of a channel that were changed in the second of a moment, given in milliseconds, or later. */
export const messagesChangedSince = async (
  context: Context,
  channelId: string,
  time: number,
): Promise<readonly Row[]> => {
  const values = {
    'channel-id': channelId,
    'filter[cmp-last-modified-time]': [`>=${writeTime(new Date(floor(time)))}`],
  };
  return (await readRows(context, messages, values, Number.POSITIVE_INFINITY)).rows;
};
