import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { breaker } from '../../src/upstream/breaker.ts';
import { AnswerError, UnavailableError } from '../../src/upstream/errors.ts';
import type { Answer } from '../support/upstream.ts';
import { callOf, failure, gate, READ, type Reached, reach } from './call.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const fail = ({ send }: Reached, times: number): Promise<unknown[]> =>
  Promise.all(Array.from({ length: times }, () => failure(send(callOf()))));

describe('an upstream that keeps failing', () => {
  test.each<[string, Answer]>([
    ['answers 500', { status: 500 }],
    ['drops connections', { destroy: true }],
  ])('is left alone when it %s fifty times in a row', async (_, answer) => {
    await using reached = await reach(answer, breaker());
    await fail(reached, 50);
    const error = await failure(reached.send(callOf()));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ unsent: true, retryAfter: 1 });
    expect(reached.upstream.asked).toHaveLength(50);
  });

  test.each<[string, Answer]>([
    ['a good answer', {}],
    ['a refusal', { status: 404 }],
  ])('is asked on when %s comes in between', async (_, answer) => {
    await using reached = await reach({ status: 500 }, breaker());
    await fail(reached, 49);
    reached.upstream.answers({ 'GET /v1/things/*/': answer });
    await reached.send(callOf()).catch(() => {});
    reached.upstream.answers({ 'GET /v1/things/*/': { status: 500 } });
    await fail(reached, 49);
    expect(reached.upstream.asked).toHaveLength(99);
  });

  test('is not judged by clients who go away', async () => {
    const controller = new AbortController();
    const silence = gate();
    await using reached = await reach({ until: silence.promise }, breaker());
    const calls = Array.from({ length: 60 }, () =>
      failure(reached.send(callOf({ signal: controller.signal }))),
    );
    await vi.waitFor(() => expect(reached.upstream.asked.length).toBeGreaterThan(50), { interval: 5 });
    controller.abort(new Error('left'));
    await Promise.all(calls);
    silence.resolve();
    reached.upstream.answers({ 'GET /v1/things/*/': {} });
    expect((await reached.send(callOf())).status).toBe(200);
  });
});

describe('one operation that keeps failing', () => {
  const operations = ['/v1/one/', '/v1/two/', '/v1/three/'].map((path) => ({ ...READ, path }));
  const each = (reached: Reached, times: number, some = operations) =>
    Promise.all(
      some.flatMap((operation) =>
        Array.from({ length: times }, () => failure(reached.send(callOf({ operation, params: {} })))),
      ),
    );
  const [one, two] = operations;
  const OTHERS = { 'GET /v1/two/': {}, 'GET /v1/three/': {} };

  test('leaves the others alone, whether or not they are asked', async () => {
    await using reached = await reach({}, breaker());
    reached.upstream.answers({ ...OTHERS, 'GET /v1/one/': { status: 503 } });
    if (!one || !two) throw new Error('there are three');
    await each(reached, 60, [one]);
    expect(await failure(reached.send(callOf({ operation: one, params: {} })))).toMatchObject({
      unsent: true,
    });
    const asked = reached.upstream.asked.length;
    expect((await reached.send(callOf({ operation: two, params: {} }))).status).toBe(200);
    expect(reached.upstream.asked).toHaveLength(asked + 1);
  });

  test('with two others and no good answer between them means that the upstream is down', async () => {
    await using reached = await reach({}, breaker());
    for (const path of ['one', 'two', 'three']) {
      reached.upstream.answers({ [`GET /v1/${path}/`]: { status: 503 } });
    }
    await each(reached, 20);
    const asked = reached.upstream.asked.length;
    // An operation that was never asked before.
    const error = await failure(reached.send(callOf()));
    expect(error).toMatchObject({ unsent: true, retryAfter: 1 });
    expect(reached.upstream.asked).toHaveLength(asked);
  });
});

describe('after a rest', () => {
  test('one call alone tries again, and its success lets all through', async () => {
    const probe = gate();
    await using reached = await reach({ status: 500 }, breaker());
    await fail(reached, 50);
    reached.upstream.answers({ 'GET /v1/things/*/': { until: probe.promise } });
    vi.advanceTimersByTime(1001);
    const trying = reached.send(callOf());
    expect(await fail(reached, 3)).toEqual(Array(3).fill(expect.any(UnavailableError)));
    probe.resolve();
    expect((await trying).status).toBe(200);
    expect(reached.upstream.asked).toHaveLength(51);
    await Promise.all([reached.send(callOf()), reached.send(callOf())]);
    expect(reached.upstream.asked).toHaveLength(53);
  });

  test('a failed try begins the next rest', async () => {
    await using reached = await reach({ status: 500 }, breaker());
    await fail(reached, 50);
    vi.advanceTimersByTime(1001);
    expect(await failure(reached.send(callOf()))).toBeInstanceOf(AnswerError);
    vi.advanceTimersByTime(900);
    expect(await failure(reached.send(callOf()))).toBeInstanceOf(UnavailableError);
    vi.advanceTimersByTime(200);
    reached.upstream.answers({ 'GET /v1/things/*/': {} });
    await reached.send(callOf());
    expect(reached.upstream.asked).toHaveLength(52);
  });

  test('a try whose client goes away leaves the next one to the next call', async () => {
    await using reached = await reach({ status: 500 }, breaker());
    await fail(reached, 50);
    vi.advanceTimersByTime(1001);
    const left = new Error('left');
    expect(await failure(reached.send(callOf({ signal: AbortSignal.abort(left) })))).toBe(left);
    reached.upstream.answers({ 'GET /v1/things/*/': {} });
    expect((await reached.send(callOf())).status).toBe(200);
  });
});
