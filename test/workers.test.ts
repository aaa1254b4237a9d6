import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type BirdWorld, CHANNEL_ID, idOfMessage, startBird } from './stream/live.ts';
import { type Node, startNode } from './stream/nodes.ts';
import { next, STATUS } from './stream/published.ts';
import { WORKSPACE_ID } from './support/gateway.ts';
import { idOf } from './support/ids.ts';
import { describeWithRedis, startRedis, type TestRedis } from './support/redis.ts';

/** How many clients there are: enough that each of two workers has some. */
const CLIENTS = 6;

const SLOW = `/workspaces/${WORKSPACE_ID}/channel-groups`;

/** The processes that a process has begun and that run. */
const childrenOf = (pid: number): number[] =>
  spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean)
    .map(Number);

describeWithRedis('two workers behind one port', () => {
  let redis: TestRedis;
  let bird: BirdWorld;
  let pigeon: Node;
  beforeAll(async () => {
    [redis, bird] = await Promise.all([startRedis(), startBird({ first: 'sent' })]);
    pigeon = await startNode(bird.upstream.url, redis.url, { WORKERS: '2', DEADLINE_MS: '60000' });
  }, 120_000);
  afterAll(async () => {
    await pigeon?.kill();
    await bird?.upstream.close();
    await redis?.[Symbol.asyncDispose]();
  });

  test('take turns, and show their numbers as one', async () => {
    // A connection of its own each.
    const headers = { connection: 'close' };
    for (let count = 0; count < CLIENTS; count += 1) await fetch(`${pigeon.url}/livez`, { headers });
    const metrics = await (await fetch(`${pigeon.url}/metrics`, { headers })).text();
    expect(childrenOf(pigeon.pid)).toHaveLength(2);
    expect(metrics).toMatch(/^pigeon_build_info\{[^}]*\} 1$/m);
    expect(metrics).toMatch(/^pigeon_http_request_duration_seconds_count\{[^}]*route="\/livez"[^}]*\} 6$/m);
  });

  test('see what the other one has changed', async () => {
    const path = `/workspaces/${WORKSPACE_ID}/contacts/${idOf('ada')}`;
    let name = 'before';
    const row = () => ({ body: { id: idOf('ada'), computedDisplayName: name } });
    bird.upstream.answers({
      [`GET ${path}`]: row,
      [`PATCH ${path}`]: () => {
        name = 'after';
        return row();
      },
    });
    /** Asks each worker, by a connection of its own. */
    const ask = async (query: string, times: number): Promise<unknown[]> => {
      const answers: unknown[] = [];
      while (answers.length < times) {
        const response = await fetch(`${pigeon.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', connection: 'close' },
          body: JSON.stringify({ query }),
        });
        answers.push((await response.json()).data?.bird?.contact?.displayName);
      }
      return answers;
    };
    const read = `{ bird { contact(id: "${idOf('ada')}") { displayName } } }`;
    const asked = () => bird.upstream.calls().filter((call) => call === `GET ${path}`).length;
    expect(await ask(read, CLIENTS)).toEqual(Array(CLIENTS).fill('before'));
    // Each of them keeps what it has read.
    expect(asked()).toBe(2);
    await ask(
      `mutation { updateBirdContact(input: { id: "${idOf('ada')}", attributes: { firstName: "Ada" } }) { contact { id } } }`,
      1,
    );
    await vi.waitFor(async () => expect(await ask(read, 2)).toEqual(['after', 'after']), {
      timeout: 5000,
    });
  });

  test('tell the subscribers of both what either is told, also after one has ended and begun again', async () => {
    const watch = async () => {
      const all = Array.from({ length: CLIENTS }, () => pigeon.watch(STATUS, { channels: [CHANNEL_ID] }));
      for (const events of all) expect(await next(events)).toMatchObject({ via: 'SNAPSHOT' });
      return all;
    };
    const told = async (name: string, all: Awaited<ReturnType<typeof watch>>) => {
      expect(await pigeon.webhook(name, 'delivered')).toBe(204);
      return Promise.all(all.map(next));
    };
    const all = await watch();
    for (const event of await told('before', all)) {
      expect(event).toMatchObject({ messageId: idOfMessage('before'), status: 'DELIVERED' });
    }

    const before = childrenOf(pigeon.pid);
    process.kill(before[0] ?? 0, 'SIGKILL');
    await vi.waitFor(
      () => {
        const now = childrenOf(pigeon.pid);
        expect(now).toHaveLength(2);
        expect(now).not.toContain(before[0]);
      },
      { timeout: 60_000, interval: 100 },
    );
    for (const event of await told('after', await watch())) {
      expect(event).toMatchObject({ messageId: idOfMessage('after') });
    }
  }, 120_000);

  test('answer what they were asked before a signal ends them all', async () => {
    const opened = Promise.withResolvers<void>();
    bird.upstream.answers({ [`GET ${SLOW}`]: { body: { results: [] }, until: opened.promise } });
    const answers: Promise<unknown>[] = [];
    // Identical calls are one in each worker.
    const asked = () => bird.upstream.calls().filter((call) => call === `GET ${SLOW}`).length;
    await vi.waitFor(
      () => {
        answers.push(pigeon.ask('{ bird { channelGroups { id } } }'));
        expect(asked()).toBe(2);
      },
      { timeout: 40_000, interval: 500 },
    );
    const workers = childrenOf(pigeon.pid);
    const ended = pigeon.end();
    opened.resolve();
    for (const answer of await Promise.all(answers)) {
      expect(answer).toEqual({ data: { bird: { channelGroups: [] } } });
    }
    expect(await ended).toBe(0);
    for (const pid of workers) expect(() => process.kill(pid, 0)).toThrow();
  }, 60_000);
});
