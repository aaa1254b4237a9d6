import { listMessages, THE_BEGINNING } from '../../bird/message.ts';
import { channelMessagesSince, newestInChannel } from '../../bird/message-source.ts';
import { readPage } from '../../bird/messages.ts';
import { decodeId, splitKey } from '../../graph/ids.ts';
import { mostDue } from './backoff.ts';
import { type PollPlan, readAlone, readingOf, type Task } from './task.ts';
import type { TrackedChannel, TrackedMessage } from './tracked.ts';

/** How many messages are asked for in one call: more ids would outgrow the request lines that servers take. */
const IDS_A_CALL = 100;

/** What is due so soon goes with what is due, in milliseconds. */
const SOON_MS = 5_000;

/** How many of a channel's messages are looked at the first time. */
const FIRST = 50;

/** How far each reading of a list reaches back over the one before: rows may come to show late. */
const OVERLAP_MS = 60_000;

const keyOf = (id: string): readonly string[] => splitKey(decodeId(id)?.key ?? '');

/** Bird: messages in bulk by id, channels by the list of what was made since the last time. */
export const planBird: PollPlan = ({ messages, channels }, { elapsed }) => {
  const all = [...messages.values()].filter(({ api }) => api === 'bird');
  const channel = mostDue(
    [...channels.values()].filter(({ api }) => api === 'bird'),
    elapsed,
  );
  const message = mostDue(all, elapsed);
  // A channel's list tells of its newest messages too.
  if (channel && !(message && message.backoff.dueAt < channel.backoff.dueAt)) return listChannel(channel);
  if (!message || message.alone) return message && readAlone(message);
  const [workspaceId = ''] = keyOf(message.id);
  const others = all.filter(
    (one) =>
      one !== message &&
      !one.alone &&
      one.backoff.dueAt <= elapsed + SOON_MS &&
      keyOf(one.id)[0] === workspaceId,
  );
  return readMany(workspaceId, [message, ...others.slice(0, IDS_A_CALL - 1)]);
};

const listChannel = (channel: TrackedChannel): Task => {
  const [workspaceId = '', id = ''] = keyOf(channel.id);
  const { until } = channel;
  return {
    channel,
    messages: [],
    read: async (context) => {
      const rows =
        until === undefined
          ? await newestInChannel(context, { workspaceId, id }, FIRST)
          : await channelMessagesSince(context, { workspaceId, id }, until - OVERLAP_MS);
      return rows.flatMap((row) => readingOf(context, row, 'createdAt'));
    },
  };
};

const readMany = (workspaceId: string, messages: readonly TrackedMessage[]): Task => ({
  channel: undefined,
  messages,
  read: async (context) => {
    const ids = messages.map(({ id }) => keyOf(id)[2] ?? '');
    const query = { id: ids, startAt: THE_BEGINNING, limit: ids.length };
    const { rows } = await readPage(context, { operation: listMessages, workspaceId }, query);
    return rows.flatMap((row) => readingOf(context, row, 'createdAt'));
  },
});
