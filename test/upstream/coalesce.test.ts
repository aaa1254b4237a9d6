import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { coalesce } from '../../src/upstream/coalesce.ts';
import { deadline } from '../../src/upstream/deadline.ts';
import { TimeoutError } from '../../src/upstream/errors.ts';
import { retry } from '../../src/upstream/retry.ts';
import type { Call } from '../../src/upstream/send.ts';
import type { Answer } from '../support/upstream.ts';
import { CHANGE, callOf, failure, gate, type Reached, reach, SEARCH, THEIRS } from './call.ts';

/** Reaches an upstream that answers its number of the call as soon as it may. */
const reachSlowly = async (answer: Answer = {}) => {
  const open = gate();
  let asked = 0;
  const reached = await reach(
    () => ({ body: { call: ++asked }, until: open.promise, ...answer }),
    coalesce(),
  );
  return Object.assign(reached, { open: () => open.resolve() });
};

const arrived = ({ upstream }: Reached, count: number) =>
  vi.waitFor(() => expect(upstream.asked).toHaveLength(count), { interval: 5 });

describe('identical reads in flight', () => {
  test('share one call', async () => {
    await using reached = await reachSlowly();
    const calls = Array.from({ length: 10 }, () => reached.send(callOf({ query: { limit: 1 } })));
    reached.open();
    const answers = await Promise.all(calls);
    expect(answers.map(({ body }) => body)).toEqual(Array(10).fill({ call: 1 }));
    expect(reached.upstream.calls()).toEqual(['GET /v1/things/1/?limit=1']);
  });

  test('share its failure', async () => {
    await using reached = await reachSlowly({ status: 500 });
    const calls = [failure(reached.send(callOf())), failure(reached.send(callOf()))];
    reached.open();
    expect(await Promise.all(calls)).toMatchObject([{ status: 500 }, { status: 500 }]);
    expect(reached.upstream.asked).toHaveLength(1);
  });

  test('are asked anew once the answer is there', async () => {
    await using reached = await reachSlowly();
    reached.open();
    await reached.send(callOf());
    expect((await reached.send(callOf())).body).toEqual({ call: 2 });
  });

  test.each<[string, Partial<Call>]>([
    ['another credential', { credential: THEIRS }],
    ['another path value', { params: { id: '2' } }],
    ['another query', { query: { limit: 2 } }],
  ])('are not shared with %s', async (_, other) => {
    await using reached = await reachSlowly();
    const calls = [reached.send(callOf()), reached.send(callOf(other))];
    await arrived(reached, 2);
    reached.open();
    const bodies = (await Promise.all(calls)).map(({ body }) => body);
    expect(bodies).toEqual(expect.arrayContaining([{ call: 1 }, { call: 2 }]));
    if (other.credential) {
      expect(reached.upstream.asked.map(({ headers }) => headers.authorization).toSorted()).toEqual([
        'Bearer ours',
        'Bearer theirs',
      ]);
    }
  });

  test.each([CHANGE, SEARCH])('do not include $method $path', async (operation) => {
    await using reached = await reachSlowly();
    const calls = [reached.send(callOf({ operation })), reached.send(callOf({ operation }))];
    await arrived(reached, 2);
    reached.open();
    await Promise.all(calls);
  });
});

describe('a read that is begun after a change', () => {
  test('joins none that was begun before it ended', async () => {
    const open = gate();
    let asked = 0;
    const answer = () => ({ body: { call: ++asked }, until: open.promise });
    await using reached = await reach(answer, coalesce());
    reached.upstream.answers({ 'POST /v1/things/': {} });
    const before = reached.send(callOf());
    await arrived(reached, 1);
    await reached.send(callOf({ operation: CHANGE }));
    const after = [reached.send(callOf()), reached.send(callOf())];
    // Somebody else’s change is not theirs to see at once.
    const theirs = reached.send(callOf({ credential: THEIRS }));
    await arrived(reached, 4);
    open.resolve();
    expect((await before).body).toEqual({ call: 1 });
    expect(new Set((await Promise.all(after)).map(({ body }) => (body as { call: number }).call)).size).toBe(
      1,
    );
    await theirs;
  });

  test('does so after one that failed, too', async () => {
    const open = gate();
    await using reached = await reach({ until: open.promise }, coalesce());
    reached.upstream.answers({ 'POST /v1/things/': { destroy: true } });
    const before = reached.send(callOf());
    await arrived(reached, 1);
    await failure(reached.send(callOf({ operation: CHANGE })));
    const after = reached.send(callOf());
    await arrived(reached, 3);
    open.resolve();
    await Promise.all([before, after]);
  });
});

describe('whoever waits', () => {
  test('has their own deadline, and the call goes on for those with more time', async () => {
    const open = gate();
    await using reached = await reach(
      { until: open.promise },
      deadline,
      coalesce(),
      retry({ refusedMeansUnprocessed: false }),
    );
    const short = failure(reached.send(callOf({ deadline: performance.now() + 80 })));
    await arrived(reached, 1);
    const long = reached.send(callOf({ deadline: performance.now() + 5000 }));
    expect(await short).toBeInstanceOf(TimeoutError);
    open.resolve();
    expect((await long).status).toBe(200);
    expect(reached.upstream.asked).toHaveLength(1);
  });

  test('lets a call that is made again take the time of whoever has most', async () => {
    let asked = 0;
    const answer = () =>
      ++asked === 1 ? { status: 503, headers: { 'retry-after': '1' }, delayMs: 100 } : {};
    await using reached = await reach(
      answer,
      deadline,
      coalesce(),
      retry({ refusedMeansUnprocessed: false }),
    );
    const short = failure(reached.send(callOf({ deadline: performance.now() + 600 })));
    await arrived(reached, 1);
    const long = reached.send(callOf({ deadline: performance.now() + 5000 }));
    expect(await short).toBeInstanceOf(TimeoutError);
    expect((await long).status).toBe(200);
    expect(reached.upstream.asked).toHaveLength(2);
  });

  test('goes away without the others', async () => {
    await using reached = await reachSlowly();
    const controller = new AbortController();
    const left = new Error('left');
    const leaving = failure(reached.send(callOf({ signal: controller.signal })));
    const { signal } = new AbortController();
    const staying = reached.send(callOf({ signal }));
    await arrived(reached, 1);
    controller.abort(left);
    expect(await leaving).toBe(left);
    reached.open();
    expect((await staying).body).toEqual({ call: 1 });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('ends the call by going away last', async () => {
    await using reached = await reachSlowly();
    const gone = gate();
    reached.upstream.onGone(gone.resolve);
    const controllers = [new AbortController(), new AbortController()];
    const calls = controllers.map(({ signal }) => failure(reached.send(callOf({ signal }))));
    await arrived(reached, 1);
    for (const controller of controllers) controller.abort(new Error('left'));
    await Promise.all(calls);
    await gone.promise;
    reached.open();
  });

  test('does not join a call that everybody has just left', async () => {
    await using reached = await reachSlowly();
    const controller = new AbortController();
    const leaving = failure(reached.send(callOf({ signal: controller.signal })));
    await arrived(reached, 1);
    controller.abort(new Error('left'));
    const next = reached.send(callOf());
    reached.open();
    expect((await next).body).toEqual({ call: 2 });
    await leaving;
  });

  test('has gone already and starts nothing that stays', async () => {
    await using reached = await reachSlowly();
    const left = new Error('left');
    expect(await failure(reached.send(callOf({ signal: AbortSignal.abort(left) })))).toBe(left);
    reached.open();
    expect((await reached.send(callOf())).status).toBe(200);
  });
});
