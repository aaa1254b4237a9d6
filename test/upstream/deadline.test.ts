import { getEventListeners } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { deadline } from '../../src/upstream/deadline.ts';
import { CancelledError, TimeoutError } from '../../src/upstream/errors.ts';
import { callOf, failure, gate, reach } from './call.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('a call ends at its deadline, and the upstream sees it leave', async () => {
  const silence = gate();
  const gone = gate();
  await using reached = await reach({ until: silence.promise }, deadline);
  reached.upstream.onGone(gone.resolve);
  const started = performance.now();
  const error = await failure(reached.send(callOf({ deadline: started + 50 })));
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error).toMatchObject({ retryable: true });
  expect(performance.now() - started).toBeLessThan(500);
  await gone.promise;
  silence.resolve();
});

test('a call whose deadline has passed is not made', async () => {
  await using reached = await reach({}, deadline);
  expect(await failure(reached.send(callOf({ deadline: performance.now() - 1 })))).toBeInstanceOf(
    TimeoutError,
  );
  expect(reached.upstream.asked).toEqual([]);
});

test('a call whose client has gone is not made', async () => {
  await using reached = await reach({}, deadline);
  const error = await failure(reached.send(callOf({ signal: AbortSignal.abort() })));
  expect(error).toBeInstanceOf(CancelledError);
  expect(reached.upstream.asked).toEqual([]);
});

test('a call ends when its client goes', async () => {
  const controller = new AbortController();
  const silence = gate();
  await using reached = await reach(() => {
    controller.abort();
    return { until: silence.promise };
  }, deadline);
  expect(await failure(reached.send(callOf({ signal: controller.signal })))).toBeInstanceOf(CancelledError);
  silence.resolve();
});

test.each<[string, object]>([
  ['an answer', {}],
  ['a refusal', { status: 500 }],
])('%s lets go of the timer and the listener', async (_, answer) => {
  await using reached = await reach(answer, deadline);
  const { signal } = new AbortController();
  // Only timers of layers are counted: those of undici and the server are theirs.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const before = vi.getTimerCount();
  const calling = reached.send(callOf({ signal, deadline: performance.now() + 60_000 })).catch(() => {});
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  expect(vi.getTimerCount()).toBeGreaterThan(before);
  await calling;
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(vi.getTimerCount()).toBe(before);
});
