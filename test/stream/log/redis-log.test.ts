import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { rank } from '../../../src/graph/status.ts';
import { MESSAGE_STATUSES } from '../../../src/ports.ts';
import { StoreError } from '../../../src/store/store-error.ts';
import { type Entry, type Log, leap } from '../../../src/stream/log/log.ts';
import { openRedisLog } from '../../../src/stream/log/redis-log.ts';
import { describeWithRedis, startRedis, type TestRedis } from '../../support/redis.ts';
import { change, messageId, ROOMY } from '../changes.ts';
import { logSuite, type Store } from './log-suite.ts';

const WRITER = `
  import { connectRedis } from '${new URL('../../../src/store/redis-connection.ts', import.meta.url).href}';
  import { openRedisLog } from '${new URL('../../../src/stream/log/redis-log.ts', import.meta.url).href}';
  import { change, messageId, ROOMY } from '${new URL('../changes.ts', import.meta.url).href}';
  const redis = await connectRedis({ url: process.argv[1], name: 'crash', warn: () => {} });
  const log = await openRedisLog({ redis, bounds: ROOMY });
  for (let number = 1; ; number += 1) {
    const [entry] = await log.append([change({ messageId: messageId(number) })]);
    console.log(entry.position);
  }
`;

/** Logs opened from it have a connection each, as nodes have. */
const storeOf = (server: TestRedis): Store => {
  const name = crypto.randomUUID();
  const closing: (() => Promise<void>)[] = [];
  return {
    open: async ({ bounds = ROOMY, now } = {}) => {
      const redis = await server.connect(name);
      const log = await openRedisLog({ redis, bounds, now });
      closing.push(async () => {
        await log.close();
        await redis.close();
      });
      return log;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(closing.map((close) => close()));
    },
  };
};

/** All that a log hears from now on. */
const heardBy = (log: Log) => {
  const heard: Entry[] = [];
  log.follow((entries) => heard.push(...entries));
  return heard;
};

const positions = (entries: readonly Entry[] | undefined) => entries?.map(({ position }) => position);

describeWithRedis('the log over a real Redis', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  logSuite('the Redis log', async () => storeOf(server));

  it('lets every node hear what any of them writes, in one order', async () => {
    await using store = storeOf(server);
    const [one, other] = [await store.open(), await store.open()];
    const heard = [heardBy(one), heardBy(other)];
    expect(other.epoch).toBe(one.epoch);
    for (let number = 1; number <= 20; number += 1) {
      await (number % 2 ? one : other).append([change({ messageId: messageId(number) })]);
    }
    await vi.waitFor(() => expect(heard.map((entries) => entries.length)).toEqual([20, 20]));
    expect(heard[0]).toEqual(await one.read(0, 100));
    expect(heard[1]).toEqual(heard[0]);
  });

  it('judges once when nodes write about the same messages at the same time', async () => {
    await using store = storeOf(server);
    const logs = await Promise.all([store.open(), store.open(), store.open()]);
    const heard = logs.map(heardBy);
    const statuses = MESSAGE_STATUSES.filter((status) => status !== 'RECEIVED');
    await Promise.all(
      statuses.flatMap((status) =>
        logs.flatMap((log) =>
          [1, 2, 3, 4, 5].map((number) =>
            log.append([change({ messageId: messageId(number), status, added: true })]),
          ),
        ),
      ),
    );
    const entries = (await logs[0]?.read(0, 1000)) ?? [];
    expect(positions(entries)).toEqual(entries.map((_, index) => index + 1));
    for (const number of [1, 2, 3, 4, 5]) {
      const own = entries.filter((entry) => entry.messageId === messageId(number));
      expect(own.filter(({ added }) => added)).toHaveLength(1);
      const ranks = own.filter(({ raised }) => raised).map(({ status }) => rank(status));
      expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => a - b));
      expect(own.at(-1)?.status).toBe('DELETED');
    }
    await vi.waitFor(() => expect(heard.map((one) => one.length)).toEqual(logs.map(() => entries.length)));
    expect(heard).toEqual(logs.map(() => entries));
  });

  it('hears what was written while its connection was lost', async () => {
    await using store = storeOf(server);
    const [one, other] = [await store.open(), await store.open()];
    const heard = heardBy(other);
    await one.append([change()]);
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    const killer = await server.connect();
    await killer.commands.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await killer.close();
    const write = (number: number) => one.append([change({ messageId: messageId(number) })]);
    await vi.waitFor(() => write(2));
    await write(3);
    await vi.waitFor(() => expect(positions(heard)).toEqual([1, 2, 3]));
  });

  it('has everything that was said to be written after the writer was killed', async () => {
    const writer = spawn(process.execPath, ['--input-type=module', '-e', WRITER, server.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => writer.once('exit', resolve));
    let said = 0;
    for await (const line of createInterface({ input: writer.stdout })) {
      said = Number(line);
      if (said === 200) writer.kill('SIGKILL');
    }
    await ended;
    const redis = await server.connect('crash');
    const log = await openRedisLog({ redis, bounds: ROOMY });
    expect(said).toBeGreaterThanOrEqual(200);
    expect(await log.head()).toBeGreaterThanOrEqual(said);
    expect((await log.read(said - 1, 1))?.[0]?.messageId).toBe(messageId(said));
    await log.close();
    await redis.close();
  });

  it('does not hide that a write may have failed', async () => {
    await using store = storeOf(server);
    const redis = await server.connect();
    const log = await store.open();
    await redis.commands.config('SET', 'maxmemory', '1');
    await expect(log.append([change()])).rejects.toThrow(StoreError);
    await redis.commands.config('SET', 'maxmemory', '0');
    expect(positions(await log.append([change()]))).toEqual([1]);
    await redis.close();
  });
});

describeWithRedis('a Redis that goes away', () => {
  it('fails writers at once, lets readers wait, and is followed on when it is back', async () => {
    await using server = await startRedis();
    await using store = storeOf(server);
    const [one, other] = [await store.open(), await store.open()];
    const heard = heardBy(other);
    const [entry] = await one.append([change()]);
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    await server.stop();
    await expect(one.append([change({ status: 'READ' })])).rejects.toThrow(StoreError);
    await expect(one.states([messageId(1)], ['service'])).rejects.toThrow(StoreError);
    const waits = one.read(0, 10);
    await server.start();
    expect(await waits).toEqual([entry]);
    await vi.waitFor(() => one.append([change({ status: 'READ' })]), { timeout: 5000 });
    await vi.waitFor(() => expect(heard).toHaveLength(2));
    expect(await one.read(0, 10)).toEqual(heard);
    expect(heard[1]).toMatchObject({ follows: 1 });
  });

  it('ends the wait of readers when the log closes', async () => {
    await using server = await startRedis();
    const redis = await server.connect();
    const log = await openRedisLog({ redis, bounds: ROOMY });
    await server.stop();
    const waits = log.head();
    await log.close();
    await redis.close();
    await expect(waits).rejects.toThrow('closed');
  });

  it('is another log when it comes back empty, gives no position twice, and tells who follows', async () => {
    await using server = await startRedis();
    await using store = storeOf(server);
    const [one, other] = [await store.open(), await store.open()];
    const lost = vi.fn();
    const heard: Entry[] = [];
    other.follow((entries) => heard.push(...entries), lost);
    const { epoch } = one;
    for (const number of [1, 2, 3]) await one.append([change({ messageId: messageId(number) })]);
    await vi.waitFor(() => expect(heard).toHaveLength(3));
    await server.stop();
    await server.start({ empty: true });
    await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce(), { timeout: 5000 });
    const [written] = await vi.waitFor(() => one.append([change({ messageId: messageId(4) })]), {
      timeout: 5000,
    });
    expect(written?.position).toBeGreaterThan(leap(0));
    expect(one.epoch).not.toBe(epoch);
    expect(other.epoch).toBe(one.epoch);
    for (const cursor of [1, 2, 3]) expect(await one.read(cursor, 10)).toBeUndefined();
    await vi.waitFor(() => expect(heard.at(-1)).toEqual(written));
  });

  it('gives no position twice when it comes back without its end, whichever node knew of that', async () => {
    await using server = await startRedis();
    const name = crypto.randomUUID();
    await using redis = await server.connect(name).then((connection) => ({
      ...connection,
      [Symbol.asyncDispose]: () => connection.close(),
    }));
    await using log = await openRedisLog({ redis, bounds: ROOMY }).then((opened) => ({
      ...opened,
      [Symbol.asyncDispose]: () => opened.close(),
    }));
    for (const number of [1, 2, 3, 4]) await log.append([change({ messageId: messageId(number) })]);
    // As a copy would be that had heard of two entries when it took over.
    await redis.commands.xdel(redis.key('entries'), '3-0', '4-0');
    await redis.commands.hset(redis.key('meta'), 'head', '2');
    await server.stop();
    await server.start();
    const another = await server.connect(name);
    const fresh = await openRedisLog({ redis: another, bounds: ROOMY });
    const written = [];
    for (const number of [5, 6, 7]) {
      written.push(...(await fresh.append([change({ messageId: messageId(number) })])));
    }
    expect(positions(written)?.every((position) => position > leap(0))).toBe(true);
    expect(fresh.epoch).toBe(log.epoch);
    expect(await fresh.read(2, 10)).toEqual(written);
    for (const cursor of [3, 4]) expect(await fresh.read(cursor, 10)).toBeUndefined();
    await fresh.close();
    await another.close();
  });

  it('tells a node that slept until entries had gone which it never heard of', async () => {
    await using server = await startRedis();
    const redis = await server.connect();
    const log = await openRedisLog({ redis, bounds: ROOMY });
    const lost = vi.fn();
    log.follow(() => {}, lost);
    await log.append([change()]);
    await redis.commands.hset(redis.key('meta'), 'head', '9');
    const killer = await server.connect();
    await killer.commands.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await killer.close();
    await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce(), { timeout: 5000 });
    expect(await log.read(1, 10)).toBeUndefined();
    await log.close();
    await redis.close();
  });

  it('goes on past a row that nobody can read, which is missing like one that has gone', async () => {
    await using server = await startRedis();
    const redis = await server.connect();
    const log = await openRedisLog({ redis, bounds: ROOMY });
    const heard = heardBy(log);
    await log.append([change()]);
    await redis.commands.xadd(
      redis.key('entries'),
      '2-0',
      't',
      '0',
      'e',
      '{torn',
      'p',
      '0',
      'f',
      '1',
      'a',
      '0',
    );
    await redis.commands.hset(redis.key('meta'), 'head', '2');
    await vi.waitFor(async () => {
      await log.append([change({ messageId: messageId(3) })]);
      expect(positions(heard)).toEqual([1, 3]);
    });
    expect(positions(await log.read(0, 1))).toEqual([1]);
    expect(await log.read(1, 10)).toBeUndefined();
    expect(positions(await log.read(2, 10))).toEqual([3]);
    await log.close();
    await redis.close();
  });

  it('refuses to open where there is none', async () => {
    const server = await startRedis();
    await server[Symbol.asyncDispose]();
    await expect(server.connect('any', { connectMs: 100 })).rejects.toThrow(
      /cannot be kept in REDIS_URL: .*ECONNREFUSED/,
    );
  });
});
