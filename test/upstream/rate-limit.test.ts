import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LimitedError } from '../../src/upstream/errors.ts';
import { localRateLimiter, type Quota, rateLimit } from '../../src/upstream/rate-limit.ts';
import type { Call } from '../../src/upstream/send.ts';
import { CHANGE, callOf, failure, READ, type Reached, reach } from './call.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Reads alone are counted, all together. */
const quota = (perSecond: number): Quota => ({
  perSecond,
  bucket: ({ operation }) => (operation.method === 'GET' ? 'reads' : undefined),
});

const ask = ({ send }: Reached, times: number, more: Partial<Call> = {}) =>
  Promise.all(Array.from({ length: times }, () => send(callOf(more))));

describe('a quota', () => {
  test('lets a second’s worth through at once and refuses what would wait past its deadline', async () => {
    await using reached = await reach({}, rateLimit(localRateLimiter(), quota(10)));
    await ask(reached, 10);
    const deadline = performance.now() + 50;
    const error = await failure(reached.send(callOf({ deadline })));
    expect(error).toBeInstanceOf(LimitedError);
    expect(error).toMatchObject({ operation: READ, retryAfter: 1, retryable: true });
    expect(reached.upstream.asked).toHaveLength(10);
  });

  test('is refilled evenly', async () => {
    await using reached = await reach({}, rateLimit(localRateLimiter(), quota(10)));
    await ask(reached, 10);
    vi.advanceTimersByTime(300);
    await ask(reached, 3, { deadline: performance.now() + 1 });
    expect(await failure(reached.send(callOf({ deadline: performance.now() + 1 })))).toBeInstanceOf(
      LimitedError,
    );
    vi.advanceTimersByTime(60_000);
    await ask(reached, 10, { deadline: performance.now() + 1 });
    expect(await failure(reached.send(callOf({ deadline: performance.now() + 1 })))).toBeInstanceOf(
      LimitedError,
    );
  });

  test('lets a call wait for its turn', async () => {
    await using reached = await reach({}, rateLimit(localRateLimiter(), quota(50)));
    vi.useRealTimers();
    const started = performance.now();
    await ask(reached, 55);
    expect(performance.now() - started).toBeGreaterThan(80);
    expect(reached.upstream.asked).toHaveLength(55);
  });

  test('refuses who would wait for more than five seconds, and says for how long', async () => {
    await using reached = await reach({}, rateLimit(localRateLimiter(), quota(1)));
    const { signal, ...gone } = { signal: new AbortController(), deadline: performance.now() + 60_000 };
    const waiting = Array.from({ length: 6 }, () =>
      reached.send(callOf({ ...gone, signal: signal.signal })).catch(() => {}),
    );
    expect(await failure(reached.send(callOf(gone)))).toMatchObject({ retryAfter: 6 });
    signal.abort(new Error('left'));
    await Promise.all(waiting);
  });

  test('lets go of a call whose client goes while it waits', async () => {
    await using reached = await reach({}, rateLimit(localRateLimiter(), quota(1)));
    await ask(reached, 1);
    const controller = new AbortController();
    const left = new Error('left');
    const waiting = failure(reached.send(callOf({ signal: controller.signal })));
    controller.abort(left);
    expect(await waiting).toBe(left);
    expect(reached.upstream.asked).toHaveLength(1);
  });

  test('does not count what it is not for', async () => {
    await using reached = await reach({}, rateLimit(localRateLimiter(), quota(1)));
    await ask(reached, 20, { operation: CHANGE, deadline: performance.now() + 1 });
    expect(reached.upstream.asked).toHaveLength(20);
  });

  test('of 0 is none', async () => {
    await using reached = await reach({}, rateLimit(localRateLimiter(), quota(0)));
    await ask(reached, 20, { deadline: performance.now() + 1 });
    expect(reached.upstream.asked).toHaveLength(20);
  });
});
