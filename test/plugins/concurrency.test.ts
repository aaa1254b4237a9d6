import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { FairSlots } from '../../src/plugins/concurrency.ts';
import { startTestGateway } from '../support/gateway.ts';
import { smallSchema } from '../support/schema.ts';
import { startUpstream } from '../support/upstream.ts';

const turn = () => new Promise(setImmediate);

const BOUNDS = { perCaller: 2, all: 3, waitingPerCaller: 2, waiting: 4 };

describe('slots', () => {
  /** Takes a slot and says so in the list. */
  const start = (slots = new FairSlots(BOUNDS)) => {
    const began: string[] = [];
    const releases: (() => void)[] = [];
    const take = (key: string, signal?: AbortSignal) =>
      slots.take({ key, known: true }, signal).then((release) => {
        began.push(key);
        releases.push(release);
      });
    return { slots, began, releases, take };
  };

  it('are bounded for each caller and for all', async () => {
    const { slots, began, take } = start();
    for (const key of ['ada', 'ada', 'ada', 'bob', 'bob', 'carol']) void take(key);
    await turn();
    expect(began).toEqual(['ada', 'ada', 'bob']);
    expect(slots.counts).toEqual({ running: 3, waiting: 3 });
  });

  it('are given to callers in turn, whoever has asked for more', async () => {
    const { began, releases, take } = start(
      new FairSlots({ ...BOUNDS, perCaller: 3, waitingPerCaller: 9, waiting: 9 }),
    );
    for (const key of ['ada', 'ada', 'ada', 'ada', 'ada', 'bob', 'carol', 'bob']) void take(key);
    await turn();
    for (let index = 0; index < 5; index += 1) {
      releases[index]?.();
      await turn();
    }
    expect(began.slice(3)).toEqual(['ada', 'bob', 'carol', 'ada', 'bob']);
  });

  it('refuse who has too many waiting, and go on for others', async () => {
    const { take } = start();
    for (const key of ['ada', 'ada', 'ada', 'ada']) void take(key);
    await expect(take('ada')).rejects.toThrow('a caller may have 2 operations running and 2 waiting');
    void take('bob');
    void take('bob');
    void take('carol');
    await expect(take('dan')).rejects.toThrow('waiting');
  });

  it('are left by who goes while they wait, and nothing is kept of them', async () => {
    const { slots, began, releases, take } = start();
    const client = new AbortController();
    void take('ada');
    void take('ada');
    const left = take('ada', client.signal);
    client.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    await expect(take('ada', client.signal)).rejects.toThrow('gone');
    expect(slots.counts).toEqual({ running: 2, waiting: 0 });
    for (const release of releases) release();
    for (const release of releases) release();
    expect(slots.counts).toEqual({ running: 0, waiting: 0 });
    expect(began).toHaveLength(2);
  });
});

describe('operations at once', () => {
  const LIMITED = [{ extensions: { code: 'RATE_LIMITED', retryable: true } }];

  it('wait for their turn over one socket and over HTTP, and are refused beyond that', async () => {
    const gate = Promise.withResolvers<void>();
    let most = 0;
    let running = 0;
    await using courier = await startUpstream({
      'GET /v1/things/*/': async () => {
        running += 1;
        most = Math.max(most, running);
        await gate.promise;
        running -= 1;
        return { body: 'done' };
      },
    });
    await using gateway = await startTestGateway({
      courier,
      schema: smallSchema(),
      deadlineMs: 10_000,
      concurrency: { perCaller: 2, all: 3, waitingPerCaller: 4, waiting: 5 },
      sharing: false,
    });
    const client = createClient({
      url: `${gateway.url}/graphql`.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      lazy: false,
    });
    const asked = Array.from({ length: 7 }, (_, id) =>
      client.iterate({ query: `{ thing(id: ${id}) }` }).next(),
    );
    const metric = async () =>
      (await (await fetch(`${gateway.url}/metrics`)).text()).match(/_waiting (\d)/)?.[1];
    await expect.poll(metric).toBe('4');
    expect(
      await gateway.ask('{ thing(id: 8) }', {}, { signal: AbortSignal.timeout(50) }).catch(() => 'waits'),
    ).toBe('waits');
    await expect.poll(metric).toBe('4');
    const more = Array.from({ length: 3 }, () => gateway.ask('{ thing(id: 9) }'));
    const refused = await Promise.any(
      more.map(async (answer) => {
        const { body } = await answer;
        if (!body.errors) throw new Error('it was answered');
        return body.errors;
      }),
    );
    expect(refused).toMatchObject(LIMITED);
    gate.resolve();
    for (const answer of asked) expect((await answer).value).toHaveProperty('data.thing', '"done"');
    await Promise.all(more);
    expect(most).toBeLessThanOrEqual(3);
    await client.dispose();
  });

  it('of thousands on one socket run a few at a time', async () => {
    await using gateway = await startTestGateway({
      schema: smallSchema(),
      concurrency: { perCaller: 2, all: 2, waitingPerCaller: 10, waiting: 10 },
    });
    const client = createClient({
      url: `${gateway.url}/graphql`.replace('http', 'ws'),
      webSocketImpl: WebSocket,
    });
    const results = await Promise.all(
      Array.from({ length: 2000 }, async () => (await client.iterate({ query: '{ hello }' }).next()).value),
    );
    const answered = results.filter((result) => result?.data);
    const refused = results.filter((result) => result?.errors);
    expect(answered.length + refused.length).toBe(2000);
    expect(answered.length).toBeGreaterThan(0);
    for (const { errors } of refused) expect(errors).toMatchObject(LIMITED);
    await client.dispose();
  });
});
