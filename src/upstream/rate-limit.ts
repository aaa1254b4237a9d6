import { setTimeout as wait } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { LimitedError } from './errors.ts';
import type { Call, Layer } from './send.ts';

/** How long a call may wait for its turn, in milliseconds, before it is refused. */
const MAX_WAIT_MS = 5000;

/** How much of a second's calls a bucket holds, in milliseconds. */
export const DEPTH_MS = 1000;

/** How many buckets are remembered: a full one need not be. */
const BUCKETS = 10_000;

/** One quota: calls a second (0 = none), and which calls it counts together (`undefined` = does not count). */
export interface Quota {
  readonly perSecond: number;
  readonly bucket: (call: Call) => string | undefined;
}

/**
 * Takes the next turn of a bucket, a token bucket that is refilled evenly and one second deep. It answers after
 * how many milliseconds the turn comes, not above 0 for now; beyond `longest` nothing is taken.
 */
export type Turns = (bucket: string, perSecond: number, longest: number) => number | Promise<number>;

/** The turns of this process alone. */
export const ownTurns = (): Turns => {
  /** When the bucket would be full again, in milliseconds, by bucket; callers may name any workspace. */
  const fullAt = new LRUCache<string, number>({ max: BUCKETS });
  return (bucket, perSecond, longest) => {
    const now = performance.now();
    const filled = Math.max(fullAt.get(bucket) ?? 0, now) + 1000 / perSecond;
    const turn = filled - DEPTH_MS - now;
    if (turn <= longest) fullAt.set(bucket, filled);
    return turn;
  };
};

/**
 * Keeps calls inside the upstream's quotas, by the turns of those who share them. A call that would wait too
 * long, or past its deadline, is refused with the seconds to wait.
 */
export const limit =
  (turns: Turns, ...quotas: readonly Quota[]): Layer =>
  (next) =>
  async (call) => {
    for (const { perSecond, bucket } of quotas) {
      const name = perSecond > 0 ? bucket(call) : undefined;
      if (name === undefined) continue;
      const longest = Math.min(MAX_WAIT_MS, call.deadline - performance.now());
      const turn = await turns(name, perSecond, longest);
      if (turn > longest) throw new LimitedError(call.operation, Math.ceil(turn / 1000));
      if (turn > 0) {
        await wait(turn, undefined, { signal: call.signal }).catch(() => {
          throw call.signal?.reason;
        });
      }
    }
    return next(call);
  };
