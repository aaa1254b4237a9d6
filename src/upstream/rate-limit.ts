import { setTimeout as wait } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { LimitedError } from './errors.ts';
import type { Call, Layer } from './send.ts';

/** How long a call may wait for its token, in milliseconds, before it is refused. */
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
 * Takes a token of a bucket that is refilled evenly and one second deep. It answers after how many milliseconds
 * the call may be made, not above 0 for now; beyond `longest` nothing is taken.
 */
export type RateLimiter = (bucket: string, perSecond: number, longest: number) => number | Promise<number>;

/** A rate limiter that counts this process's calls alone. */
export const localRateLimiter = (): RateLimiter => {
  /** When the bucket would be full again, in milliseconds, by bucket; callers may name any workspace. */
  const fullAt = new LRUCache<string, number>({ max: BUCKETS });
  return (bucket, perSecond, longest) => {
    const now = performance.now();
    const filled = Math.max(fullAt.get(bucket) ?? 0, now) + 1000 / perSecond;
    const waitMs = filled - DEPTH_MS - now;
    if (waitMs <= longest) fullAt.set(bucket, filled);
    return waitMs;
  };
};

/**
 * Keeps calls inside the upstream's quotas, by a rate limiter that all who share them use. A call that would wait too
 * long, or past its deadline, is refused with the seconds to wait.
 */
export const rateLimit =
  (rateLimiter: RateLimiter, ...quotas: readonly Quota[]): Layer =>
  (next) =>
  async (call) => {
    for (const { perSecond, bucket } of quotas) {
      const name = perSecond > 0 ? bucket(call) : undefined;
      if (name === undefined) continue;
      const longest = Math.min(MAX_WAIT_MS, call.deadline - performance.now());
      const waitMs = await rateLimiter(name, perSecond, longest);
      if (waitMs > longest) throw new LimitedError(call.operation, Math.ceil(waitMs / 1000));
      if (waitMs > 0) {
        await wait(waitMs, undefined, { signal: call.signal }).catch(() => {
          throw call.signal?.reason;
        });
      }
    }
    return next(call);
  };
