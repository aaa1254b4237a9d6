import type { Api, Context } from '../context.ts';
import type { Unreachable } from '../graph/errors.ts';
import { endOfQuietHours, isTimeZone } from '../sending/quiet-hours.ts';

/** That somebody is written to too early, and when they may be. */
export interface Early {
  readonly reason: Extract<Unreachable, 'QUIET_HOURS' | 'CAP_REACHED'>;
  /** In milliseconds since the epoch. */
  readonly at: number;
}

/** Bird may send at once what is scheduled for sooner than this, in milliseconds: ten minutes and what clocks differ. */
const BIRD_AHEAD_MS = 11 * 60_000;

/** How often quiet hours and caps may push each other on before a send counts as never possible. */
const MOST_PUSHES = 50;

/** What is counted for a send, until it is known that it was made. */
export interface Counted {
  readonly early: Early | undefined;
  /** Nothing was sent, so it does not count. */
  undo(): Promise<void>;
}

/**
 * When those who would get a message may be written to, by the quiet hours of their own clocks and by the cap of each.
 * The send counts from here on; one that is too early counts for when it may be sent.
 *
 * @param people keys of all who would get it
 * @param timeZones those that are known of them
 */
export const countSend = async (
  { services }: Context,
  api: Api,
  people: readonly string[],
  timeZones: readonly string[],
): Promise<Counted> => {
  const { sendRules, sendStore, optOuts } = services;
  const { quietHours, cap } = sendRules;
  const known = timeZones.filter(isTimeZone);
  const zones = known.length > 0 ? new Set(known) : [sendRules.timeZone];
  const marks = optOuts.marks(people.map((value) => ({ kind: 'person', value })));
  const now = Date.now();
  let at = now;
  let reason: Early['reason'] | undefined;

  /** The end of the quiet hours of anybody of them; the moment itself where it lies in none. */
  const afterQuiet = (time: number): number =>
    Math.max(
      time,
      ...[...zones].map((zone) => (quietHours && endOfQuietHours(time, quietHours, zone)) ?? time),
    );

  const undo = (counted: readonly string[]) => async () => {
    for (const mark of counted) await sendStore.uncount(mark);
  };

  /** Counts one send for each at the time; where somebody’s cap is reached none is, and it is said from when on. */
  const countAll = async (time: number): Promise<number | undefined> => {
    const counted: string[] = [];
    for (const mark of cap ? marks : []) {
      const from = cap && (await sendStore.count(mark, cap.count, cap.windowMs, time));
      if (from === undefined) {
        counted.push(mark);
        continue;
      }
      await undo(counted)();
      // Whoever counted at a later time already is not to be met again at this one.
      return Math.max(from, time + 1);
    }
    return undefined;
  };

  for (let push = 0; push < MOST_PUSHES; push += 1) {
    const quiet = afterQuiet(at);
    if (quiet > at) reason ??= 'QUIET_HOURS';
    at = quiet;
    if (at > now && api === 'bird' && at < now + BIRD_AHEAD_MS) {
      at = now + BIRD_AHEAD_MS;
      continue;
    }
    const from = await countAll(at);
    if (from === undefined) {
      const early = reason && { reason, at };
      return { early, undo: undo(cap ? marks : []) };
    }
    reason ??= 'CAP_REACHED';
    at = from;
  }
  return { early: { reason: reason ?? 'CAP_REACHED', at }, undo: undo([]) };
};
