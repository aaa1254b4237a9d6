import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { breaker } from '../../src/upstream/breaker.ts';
import { AnswerError, CancelledError, UnavailableError } from '../../src/upstream/errors.ts';
import { http } from '../../src/upstream/http.ts';
import { retry } from '../../src/upstream/retry.ts';
import { compose } from '../../src/upstream/send.ts';
import { type Answer, type Prepared, startUpstream } from '../support/upstream.ts';
import { CHANGE, callOf, failure, reach, SEARCH } from './call.ts';

const bird = retry({ refusedMeansUnprocessed: true });
const courier = retry({ refusedMeansUnprocessed: false });

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Answers in turn; the last one stays. */
const inTurn = (...answers: readonly Answer[]): Prepared => {
  let asked = 0;
  return () => answers[Math.min(asked++, answers.length - 1)] ?? {};
};

const LOST: [string, Answer][] = [
  ['502', { status: 502 }],
  ['503', { status: 503 }],
  ['504', { status: 504 }],
  ['429', { status: 429 }],
  ['a dropped connection', { destroy: true }],
];

describe('a read', () => {
  test.each(LOST)('is made again after %s', async (_, answer) => {
    await using reached = await reach(inTurn(answer, { body: { name: 'Ada' } }), courier);
    expect((await reached.send(callOf())).body).toEqual({ name: 'Ada' });
    expect(reached.upstream.asked).toHaveLength(2);
  });

  test.each(LOST)('is given up after three times %s', async (_, answer) => {
    await using reached = await reach(answer, courier);
    await failure(reached.send(callOf()));
    expect(reached.upstream.asked).toHaveLength(3);
  });

  test.each([400, 401, 403, 404, 409, 422, 500, 501])('is not made again after %i', async (status) => {
    await using reached = await reach({ status }, courier);
    expect(await failure(reached.send(callOf()))).toMatchObject({ status });
    expect(reached.upstream.asked).toHaveLength(1);
  });

  test('that is a POST is made again like any other', async () => {
    await using reached = await reach(inTurn({ destroy: true }, {}), courier);
    await reached.send(callOf({ operation: SEARCH, body: { by: 'email' } }));
    expect(reached.upstream.asked.map(({ body }) => body)).toEqual([{ by: 'email' }, { by: 'email' }]);
  });

  test('does not wait for what Retry-After puts behind the deadline', async () => {
    await using reached = await reach({ status: 429, headers: { 'retry-after': '3' } }, courier);
    const started = performance.now();
    expect(await failure(reached.send(callOf()))).toMatchObject({ status: 429, retryAfter: 3 });
    expect(performance.now() - started).toBeLessThan(500);
    expect(reached.upstream.asked).toHaveLength(1);
  });

  test('is not made again past its deadline', async () => {
    await using reached = await reach({ status: 503 }, courier);
    vi.mocked(Math.random).mockReturnValue(0.99);
    await failure(reached.send(callOf({ deadline: performance.now() + 60 })));
    expect(reached.upstream.asked).toHaveLength(1);
  });

  test('is not made again when its client goes during the wait', async () => {
    const controller = new AbortController();
    await using reached = await reach({ status: 503, headers: { 'retry-after': '1' } }, courier);
    const calling = failure(reached.send(callOf({ signal: controller.signal })));
    const gone = new CancelledError(CHANGE);
    await vi.waitFor(() => expect(reached.upstream.asked).toHaveLength(1), { interval: 5 });
    controller.abort(gone);
    expect(await calling).toBe(gone);
    expect(reached.upstream.asked).toHaveLength(1);
  });

  test('of an upstream that is left alone ends at once', async () => {
    await using reached = await reach({ status: 500 }, courier, breaker());
    await Promise.all(Array.from({ length: 50 }, () => failure(reached.send(callOf()))));
    const started = performance.now();
    const error = await failure(reached.send(callOf()));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(performance.now() - started).toBeLessThan(500);
    expect(reached.upstream.asked).toHaveLength(50);
  });
});

describe('a change', () => {
  const change = () => callOf({ operation: CHANGE, body: { text: 'hello' } });

  test.each(LOST)('is made once where %s says nothing of what happened', async (_, answer) => {
    await using reached = await reach(answer, courier);
    await failure(reached.send(change()));
    expect(reached.upstream.asked).toHaveLength(1);
  });

  test('is made again after 429 where that means that nothing happened', async () => {
    await using reached = await reach(inTurn({ status: 429 }, { status: 202 }), bird);
    expect((await reached.send(change())).status).toBe(202);
    expect(reached.upstream.asked.map(({ body }) => body)).toEqual([{ text: 'hello' }, { text: 'hello' }]);
  });

  test('is given up after three times 429', async () => {
    await using reached = await reach({ status: 429 }, bird);
    expect(await failure(reached.send(change()))).toBeInstanceOf(AnswerError);
    expect(reached.upstream.asked).toHaveLength(3);
  });

  test.each(LOST.filter(([name]) => name !== '429'))('is made once there too after %s', async (_, answer) => {
    await using reached = await reach(answer, bird);
    await failure(reached.send(change()));
    expect(reached.upstream.asked).toHaveLength(1);
  });

  test('is not tried again where nothing listens', async () => {
    const upstream = await startUpstream();
    await upstream.close();
    const { send, close } = http(upstream.url);
    let tried = 0;
    const counted = compose(send, bird, (next) => (call) => {
      tried++;
      return next(call);
    });
    expect(await failure(counted(change()))).toMatchObject({ unsent: true });
    await close();
    expect(tried).toBe(1);
  });
});
