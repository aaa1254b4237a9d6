import { messagesChangedSince, newestInChannel } from '../../courier/channel-messages.ts';
import { decodeId } from '../../graph/ids.ts';
import { mostDue } from './backoff.ts';
import { type PollPlan, readAlone, readingOf, type Task } from './task.ts';
import type { TrackedChannel, TrackedMessage } from './tracked.ts';

/** How many of a channel's messages are looked at the first time. */
const FIRST = 50;

/** How far each reading of a list reaches back over the one before: rows may come to show late. */
const OVERLAP_MS = 60_000;

/** A message that has not changed for so long is asked for by itself: a list that reaches it would be long. */
const OLD_MS = 24 * 3600_000;

/** courier: a channel's messages by the list of what has changed, with receipts; texts and emails by id. */
export const planCourier: PollPlan = ({ messages, channels }, { now, elapsed }) => {
  const ours = [...messages.values()].filter(({ api }) => api === 'courier');
  const channel = mostDue(
    [...channels.values()].filter(({ api }) => api === 'courier'),
    elapsed,
  );
  const message = mostDue(ours, elapsed);
  const isListed = ({ channelId, alone, stampAt }: TrackedMessage, of: string) =>
    channelId === of && !alone && stampAt > now - OLD_MS;
  const list = (channelId: string): Task =>
    listChannel(
      channelId,
      channels.get(channelId),
      ours.filter((one) => isListed(one, channelId)),
    );
  if (channel && !(message && message.backoff.dueAt < channel.backoff.dueAt)) return list(channel.id);
  if (!message) return undefined;
  const { channelId } = message;
  return channelId && isListed(message, channelId) ? list(channelId) : readAlone(message);
};

/**
 * Whether a receipt counts as a change of its message is not documented, so the list reaches back to the last
 * change of each message that waits for a reader.
 */
const listChannel = (
  channelId: string,
  channel: TrackedChannel | undefined,
  messages: readonly TrackedMessage[],
): Task => ({
  channel,
  messages,
  read: async (context) => {
    const whole = channel && channel.until === undefined;
    const since = Math.min(
      ...messages.map(({ stampAt }) => stampAt),
      ...(channel?.until === undefined ? [] : [channel.until - OVERLAP_MS]),
    );
    const id = decodeId(channelId)?.key ?? '';
    const rows = whole
      ? await newestInChannel(context, id, FIRST)
      : await messagesChangedSince(context, id, since);
    return rows.flatMap((row) => readingOf(context, row, 'statusAt'));
  },
});
