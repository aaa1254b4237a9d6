import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { rank } from '../../../src/graph/status.ts';
import { MESSAGE_STATUSES } from '../../../src/ports.ts';
import { StoreError } from '../../../src/store/store-error.ts';
import type { Entry, Log } from '../../../src/stream/log/log.ts';
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
    await vi.waitFor(() => expect(positions(heard)).toEqual([1, 2]));
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

  it('gives no position twice when it comes back empty, and says that entries have gone', async () => {
    await using server = await startRedis();
    await using store = storeOf(server);
    const [one, other] = [await store.open(), await store.open()];
    const heard = heardBy(other);
    const { epoch } = one;
    for (const number of [1, 2, 3]) await one.append([change({ messageId: messageId(number) })]);
    await vi.waitFor(() => expect(heard).toHaveLength(3));
    await server.stop();
    await server.start({ empty: true });
    const written = await vi.waitFor(() => one.append([change({ messageId: messageId(4) })]), {
      timeout: 5000,
    });
    expect(positions(written)).toEqual([4]);
    expect(one.epoch).toBe(epoch);
    expect(await one.read(1, 10)).toBeUndefined();
    expect(positions(await one.read(3, 10))).toEqual([4]);
    await vi.waitFor(() => expect(positions(heard)).toEqual([1, 2, 3, 4]));
  });

  it('refuses to open where there is none', async () => {
    const server = await startRedis();
    await server[Symbol.asyncDispose]();
    await expect(server.connect('any', { connectMs: 100 })).rejects.toThrow(
      /cannot be kept in REDIS_URL: .*ECONNREFUSED/,
    );
  });
});
