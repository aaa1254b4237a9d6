import type { Context } from '../../context.ts';
import { recentStates } from '../../joined/lookup.ts';
import type { Interest } from '../deliver/pub-sub.ts';
import type { Entry } from '../log/log.ts';

/** How many of a channel's newest messages may lie in the second in which a subscription begins. */
const PER_CHANNEL = 50;

/** The widest that an upstream shows a moment, in milliseconds. */
const SECOND = 1000;

/**
 * Tells the messages that were there before a subscription began. An upstream may show whole seconds, and its clock is
 * not Pigeon's, so the newest messages of each named channel are looked at: they were there, whatever their times say.
 * A channel that cannot be read is judged by times alone. What Pigeon itself has sent since then is new for certain.
 *
 * @param now when it begins, in milliseconds since the epoch
 */
export const messagesBefore = async (
  context: Context,
  interest: Interest | undefined,
  now: number,
): Promise<(entry: Entry) => boolean> => {
  const began = Math.floor(now / SECOND) * SECOND;
  const found = await Promise.all(
    [...(interest?.channels ?? [])].map((id) => recentStates(context, id, PER_CHANNEL).catch(() => [])),
  );
  const there = new Set(
    found.flat().flatMap(({ messageId, createdAt }) => ((createdAt ?? began) >= began ? [messageId] : [])),
  );
  return ({ messageId, createdAt, via }) =>
    via !== 'MUTATION' && (there.has(messageId) || (createdAt ?? began) < began);
};
