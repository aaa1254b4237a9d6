import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { QueuedSend, SendStore } from '../../src/ports.ts';
import { openRedisSendStore } from '../../src/sending/redis-send-store.ts';
import { openSqliteSendStore } from '../../src/sending/sqlite-send-store.ts';
import { describeWithRedis, startRedis } from '../support/redis.ts';

const queued = (id: string, at: number, owner = 'ada'): QueuedSend => ({
  id,
  owner,
  callerKey: owner,
  callerKnown: true,
  print: `print ${id}`,
  input: '{}',
  channelId: 'channel',
  at,
});

/** What holds for every store of sends, however it keeps them; `reopen` is another process’s view. */
const conforms = (use: (work: (open: () => Promise<SendStore>) => Promise<void>) => Promise<void>) => {
  test('keeps the last wish of each mark, whichever came first', () =>
    use(async (open) => {
      const store = await open();
      await store.wish(['a', 'b'], { wish: 'stop', at: 5 });
      await store.wish(['a'], { wish: 'resume', at: 4 });
      await store.wish(['b'], { wish: 'resume', at: 6 });
      await store.wish(['b'], { wish: 'stop', at: 3 });
      await store.wish(['c'], { wish: 'stop', at: 7 });
      await store.wish(['c'], { wish: 'resume', at: 7 });
      const other = await open();
      const all = await Promise.all(['a', 'b', 'c', 'd'].map((mark) => other.isStopped([mark])));
      expect(all).toEqual([true, false, true, false]);
      expect(await other.isStopped(['d', 'b', 'a'])).toBe(true);
      expect(await other.isStopped([])).toBe(false);
    }));

  test('hashes under one key', () =>
    use(async (open) => {
      const [one, other] = [await open(), await open()];
      expect(Buffer.from(one.secret).toString('hex')).toMatch(/^[\da-f]{64}$/);
      expect(other.secret).toEqual(one.secret);
    }));

  test('counts up to a cap in a window, and says from when on there may be another', () =>
    use(async (open) => {
      const store = await open();
      const count = (now: number) => store.count('a', 2, 100, now);
      expect([await count(1000), await count(1050), await count(1060)]).toEqual([undefined, undefined, 1100]);
      expect(await store.count('b', 2, 100, 1060)).toBeUndefined();
      expect(await count(1100)).toBeUndefined();
      expect(await count(1149)).toBe(1150);
      await store.uncount('a');
      expect(await count(1149)).toBeUndefined();
      // One for later that is taken back changes nothing of now.
      expect(await count(5000)).toBeUndefined();
      await store.uncount('a');
      expect(await count(1149)).toBe(1150);
    }));

  test('remembers what clients call messages', () =>
    use(async (open) => {
      const store = await open();
      await store.label('one', 'draft 1');
      await store.label('one', 'draft 2');
      expect([...(await (await open()).labels(['one', 'two']))]).toEqual([['one', 'draft 2']]);
      expect((await store.labels([])).size).toBe(0);
    }));

  test('queues each id once, and gives what is due to one process at a time', () =>
    use(async (open) => {
      const [one, other] = [await open(), await open()];
      expect(await one.enqueue(queued('a', 100))).toEqual(queued('a', 100));
      expect((await other.enqueue({ ...queued('a', 500), print: 'other' })).print).toBe('print a');
      await one.enqueue(queued('b', 200));
      await one.enqueue(queued('c', 50, 'grace'));
      expect((await other.queued('ada', 10)).map(({ id }) => id)).toEqual(['a', 'b']);
      expect(await one.lease(10, 60, 40)).toEqual([]);
      expect((await one.lease(10, 60, 150)).map(({ id }) => id)).toEqual(['c', 'a']);
      expect(await other.lease(10, 60, 150)).toEqual([]);
      // The first process ended before it had sent them.
      expect((await other.lease(10, 60, 220)).map(({ id }) => id).toSorted()).toEqual(['a', 'b', 'c']);
      await other.postpone('a', 900);
      expect((await one.queued('ada', 10)).map(({ id, at }) => [id, at])).toEqual([
        ['b', 200],
        ['a', 900],
      ]);
      expect(await one.dequeue('a', 'grace')).toBe(false);
      expect(await one.dequeue('a', 'ada')).toBe(true);
      expect(await one.dequeue('a', 'ada')).toBe(false);
      expect((await one.lease(10, 60, 10_000)).map(({ id }) => id).toSorted()).toEqual(['b', 'c']);
    }));
};

describe('the memory of sends in SQLite', () => {
  conforms(async (work) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'pigeon-'));
    const opened: SendStore[] = [];
    try {
      await work(async () => {
        const store = openSqliteSendStore(dataDir);
        opened.push(store);
        return store;
      });
    } finally {
      await Promise.all(opened.map((store) => store.close()));
      await rm(dataDir, { recursive: true });
    }
  });
});

describeWithRedis('the memory of sends in Redis', () => {
  conforms(async (work) => {
    await using server = await startRedis();
    await work(async () => openRedisSendStore(await server.connect('pigeon')));
  });
});
