import { setTimeout as wait } from 'node:timers/promises';
import { LimitedError } from './errors.ts';
import type { Call, Layer } from './send.ts';

/** How long a call may wait for its turn, in milliseconds, before it is refused. */
const MAX_WAIT_MS = 5000;

/** One quota: calls a second (0 = none), and which calls it counts together (`undefined` = does not count). */
export interface Quota {
  readonly perSecond: number;
  readonly bucket: (call: Call) => string | undefined;
}

/**
 * Keeps calls inside the upstream's quotas: a token bucket each, refilled evenly and one second deep.
 * A call that would wait too long, or past its deadline, is refused with the seconds to wait.
 */
export const limit = (...quotas: readonly Quota[]): Layer => {
  /** When the bucket would be full again, in milliseconds, by bucket. */
  const fullAt = new Map<string, number>();

  return (next) => async (call) => {
    for (const { perSecond, bucket } of quotas) {
      const name = perSecond > 0 ? bucket(call) : undefined;
      if (name === undefined) continue;
      const now = performance.now();
      const cost = 1000 / perSecond;
      const filled = Math.max(fullAt.get(name) ?? 0, now) + cost;
      const turn = filled - 1000 - now;
      if (turn > MAX_WAIT_MS || now + turn >= call.deadline) {
        throw new LimitedError(call.operation, Math.ceil(turn / 1000));
      }
      fullAt.set(name, filled);
      if (turn > 0) {
        await wait(turn, undefined, { signal: call.signal }).catch(() => {
          throw call.signal?.reason;
        });
      }
    }
    return next(call);
  };
};
