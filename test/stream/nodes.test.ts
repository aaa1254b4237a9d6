import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { rank } from '../../src/graph/status.ts';
import { connectRedis } from '../../src/store/redis-connection.ts';
import { openRedisLog } from '../../src/stream/log/redis-log.ts';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { ROOMY } from './changes.ts';
import { type BirdWorld, CHANNEL, CHANNEL_ID, idOfMessage, startBird } from './live.ts';
import { type Node, startNode } from './nodes.ts';
import { next, STATUS } from './published.ts';

/** What a client was told. */
interface Told {
  readonly cursor: string;
  readonly messageId: string;
  readonly status: Parameters<typeof rank>[0];
  readonly via: string;
}

describeWithRedis('two nodes on one Redis', () => {
  let server: TestRedis;
  let bird: BirdWorld;
  beforeAll(async () => {
    [server, bird] = await Promise.all([startRedis(), startBird({ first: 'sent' })]);
  });
  afterAll(async () => {
    await bird?.upstream.close();
    await server?.[Symbol.asyncDispose]();
  });

  const start = async (env?: Readonly<Record<string, string>>): Promise<[Node, Node]> =>
    Promise.all([
      startNode(bird.upstream.url, server.url, env),
      startNode(bird.upstream.url, server.url, env),
    ]);

  /** Subscribes to the channel, and has heard how it stands. */
  const watch = async (node: Node) => {
    const events = node.watch(STATUS, { channels: [CHANNEL_ID] });
    expect(await next(events)).toMatchObject({ messageId: idOfMessage('first'), via: 'SNAPSHOT' });
    return events;
  };

  it('tell the subscribers of both what either is told, under the same cursors', async () => {
    const [one, other] = await start();
    await using _ = one;
    await using __ = other;
    const [here, there] = await Promise.all([watch(one), watch(other)]);
    expect(await one.webhook('mail', 'accepted')).toBe(204);
    expect(await other.webhook('mail', 'delivered')).toBe(204);
    expect(await one.webhook('mail', 'sent')).toBe(204);
    expect(await other.webhook('mail', 'deleted')).toBe(204);
    const told = [await next(here), await next(here), await next(here)];
    expect(told.map(({ status }) => status)).toEqual(['ACCEPTED', 'DELIVERED', 'DELETED']);
    expect([await next(there), await next(there), await next(there)]).toEqual(told);
  });

  it('lose and double nothing when one is killed under continuous webhooks', async () => {
    const [one, other] = await start();
    await using _ = one;
    await using __ = other;
    const names = Array.from({ length: 100 }, (__, index) => `step ${index}`);
    const steps = ['accepted', 'sent', 'delivered', 'deleted'] as const;
    const events = await watch(one);

    /** As Bird does: again until it is taken. Every webhook goes to the one first, or to the other, and some to both. */
    const post = async (name: string, step: string, index: number) => {
      const nodes = index % 2 ? [one, other] : [other, one];
      for (;;) {
        for (const node of nodes) {
          const answer = await node.webhook(name, step).catch(() => 0);
          if (answer === 204) return;
        }
      }
    };
    const lane = async (own: readonly string[]) => {
      for (const name of own) {
        for (const [index, step] of steps.entries()) {
          await Promise.all([post(name, step, index), ...(index === 1 ? [post(name, step, 0)] : [])]);
        }
      }
    };
    const posted = Promise.all([0, 1, 2, 3].map((at) => lane(names.filter((_, index) => index % 4 === at))));

    const told: Told[] = [];
    while (told.length < 120) told.push(await next(events));
    await one.kill();
    // What had reached the client before it noticed.
    for (;;) {
      const event = await next(events).catch(() => undefined);
      if (!event) break;
      told.push(event);
    }
    const again = other.watch(STATUS, { channels: [CHANNEL_ID], after: told.at(-1)?.cursor });
    const ends = new Set(names.map(idOfMessage));
    for (const { messageId, status } of told) if (status === 'DELETED') ends.delete(messageId);
    while (ends.size > 0) {
      const event = await next(again);
      told.push(event);
      if (event.status === 'DELETED') ends.delete(event.messageId);
    }
    await posted;

    expect(new Set(told.map(({ cursor }) => cursor)).size).toBe(told.length);
    expect(new Set(told.map(({ via }) => via))).toEqual(new Set(['WEBHOOK']));
    for (const name of names) {
      const own = told.filter(({ messageId }) => messageId === idOfMessage(name));
      const ranks = own.map(({ status }) => rank(status));
      expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => a - b));
    }
    const redis = await connectRedis({ url: server.url, name: WORKSPACE_ID, warn: () => {} });
    const log = await openRedisLog({ redis, bounds: ROOMY });
    const written = ((await log.read(0, 10_000)) ?? []).filter(({ messageId }) =>
      names.some((name) => idOfMessage(name) === messageId),
    );
    expect(told.map(({ messageId, status }) => [messageId, status])).toEqual(
      written.map(({ messageId, status }) => [messageId, status]),
    );
    await log.close();
    await redis.close();
  });

  it('refuse webhooks, answer queries and keep their streams while Redis is away', async () => {
    const [one, other] = await start();
    await using _ = one;
    await using __ = other;
    const events = await watch(one);
    await server.stop();
    expect(await one.webhook('away', 'accepted')).toBe(503);
    const query = `{ bird { message(id: "${idOf('first')}", channelId: "${CHANNEL}") { status } } }`;
    expect(await one.ask(query)).toEqual({ data: { bird: { message: { status: 'SENT' } } } });
    await server.start();
    await vi.waitFor(async () => expect(await other.webhook('away', 'accepted')).toBe(204), {
      timeout: 10_000,
    });
    expect(await next(events)).toMatchObject({ messageId: idOfMessage('away'), status: 'ACCEPTED' });
    await vi.waitFor(async () => expect(await one.webhook('away', 'sent')).toBe(204), { timeout: 10_000 });
    expect(await next(events)).toMatchObject({ messageId: idOfMessage('away'), status: 'SENT' });
  });

  it('keep together inside Bird’s quota', async () => {
    const [one, other] = await start({ BIRD_GET_RPS: '40', FRESH_MS: '0' });
    await using _ = one;
    await using __ = other;
    const times: number[] = [];
    const path = `GET /workspaces/${WORKSPACE_ID}/channels/messages`;
    bird.upstream.answers({
      [path]: () => {
        times.push(performance.now());
        return { body: { results: [] } };
      },
    });
    // Each another one, so that none is shared.
    const query = (index: number) => `{ bird { messages(first: ${index}) { nodes { id } } } }`;
    const answers = await Promise.all(
      Array.from({ length: 80 }, (__, index) => (index % 2 ? one : other).ask(query(index + 1))),
    );
    expect(answers.filter(({ errors }) => errors)).toEqual([]);
    expect(times).toHaveLength(80);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(900);
  });
});
