import { LRUCache } from 'lru-cache';
import type { Context } from '../context.ts';
import { TooManyError } from '../graph/errors.ts';

/** How many people one caller may look up by address or number at once, and how many more each minute. */
const BURST = 60;
const A_MINUTE = 60;

/** How many callers are remembered. */
const CALLERS = 100_000;

/** By running gateway and caller: when all look-ups will be free again, in milliseconds. */
const freeAt = new WeakMap<object, LRUCache<string, number>>();

/**
 * Counts one search for a person by an address or a number, so that nobody finds out in bulk who is known here.
 * Where callers cannot be told apart there is nothing to count.
 *
 * @throws {TooManyError} the caller has searched too often
 */
export const countSearch = ({ services, caller }: Context): void => {
  if (!caller.known) return;
  const callers = freeAt.get(services) ?? new LRUCache({ max: CALLERS });
  freeAt.set(services, callers);
  const cost = 60_000 / A_MINUTE;
  const now = performance.now();
  const then = Math.max(callers.get(caller.key) ?? 0, now) + cost;
  const over = then - now - BURST * cost;
  if (over > 0) throw new TooManyError('too many searches for persons', Math.ceil(over / 1000));
  callers.set(caller.key, then);
};
