import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RedisConnection } from '../../../src/store/redis-connection.ts';
import { redisWatched } from '../../../src/stream/poll/redis-watched.ts';
import type { WatchSet } from '../../../src/stream/poll/watched.ts';
import { redisRateLimiter } from '../../../src/upstream/redis-rate-limiter.ts';
import { describeWithRedis, startRedis, type TestRedis } from '../../support/redis.ts';

const watch = (messages: readonly string[], channels: readonly string[] = []): WatchSet => ({
  messages: new Set(messages),
  channels: new Set(channels),
});

describeWithRedis('what nodes share in a real Redis', () => {
  let server: TestRedis;
  const open: RedisConnection[] = [];
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    await Promise.all(open.map((redis) => redis.close()));
    await server?.[Symbol.asyncDispose]();
  });

  const connect = async (name: string) => {
    const redis = await server.connect(name);
    open.push(redis);
    return redis;
  };
  const pair = async () => {
    const name = crypto.randomUUID();
    return [await connect(name), await connect(name)] as const;
  };

  describe('what is watched', () => {
    it('is what the subscribers of all nodes watch', async () => {
      const [one, other] = (await pair()).map((redis) => redisWatched(redis));
      await one?.announce(watch(['a', 'b'], ['x']));
      await other?.announce(watch(['b', 'c']));
      expect(await one?.all()).toEqual(watch(['a', 'b', 'c'], ['x']));
      await one?.announce(watch([]));
      expect(await other?.all()).toEqual(watch(['b', 'c']));
      await other?.close();
      expect(await one?.all()).toEqual(watch([]));
    });

    it('hangs on no clock of Redis', async () => {
      const [redis] = await pair();
      const one = redisWatched(redis);
      await one.announce(watch(['a']));
      await one.leads();
      const keys = await redis.commands.keys(`${redis.key('')}*`);
      expect(keys).toHaveLength(3);
      expect(await Promise.all(keys.map((key) => redis.commands.pttl(key)))).toEqual([-1, -1, -1]);
    });

    it('is forgotten with the node that does not say it again', async () => {
      const [redis, redisToo] = await pair();
      await redisWatched(redis, { holdsMs: 50 }).announce(watch(['a']));
      const other = redisWatched(redisToo, { holdsMs: 50 });
      expect(await other.all()).toEqual(watch(['a']));
      await vi.waitFor(async () => expect(await other.all()).toEqual(watch([])));
      expect(await redis.commands.keys(`${redis.key('')}*`)).toEqual([]);
    });
  });

  describe('the lease', () => {
    it('is one node’s until that node goes', async () => {
      const [one, other] = (await pair()).map((redis) => redisWatched(redis));
      expect(await one?.leads()).toBe(true);
      expect(await other?.leads()).toBe(false);
      expect(await one?.leads()).toBe(true);
      await one?.close();
      expect(await other?.leads()).toBe(true);
    });

    it('moves when its holder dies', async () => {
      const [redis, redisToo] = await pair();
      const one = redisWatched(redis, { holdsMs: 100 });
      const other = redisWatched(redisToo, { holdsMs: 100 });
      expect(await one.leads()).toBe(true);
      expect(await other.leads()).toBe(false);
      redis.commands.disconnect();
      await vi.waitFor(async () => expect(await other.leads()).toBe(true));
    });
  });

  describe('a quota', () => {
    it('is one for all nodes', async () => {
      const [one, other] = (await pair()).map(redisRateLimiter);
      const turns: number[] = [];
      for (let index = 0; index < 12; index += 1) {
        turns.push((await (index % 2 ? one : other)?.('GET w', 10, 1000)) ?? 0);
      }
      expect(turns.slice(0, 10).every((turn) => turn <= 0)).toBe(true);
      expect(turns[11]).toBeGreaterThan(100);
      expect(await one?.('GET other', 10, 1000)).toBeLessThanOrEqual(0);
    });

    it('takes nothing for who would wait too long', async () => {
      const [one, other] = (await pair()).map(redisRateLimiter);
      for (let index = 0; index < 4; index += 1) await one?.('GET w', 2, 5000);
      const far = await one?.('GET w', 2, 10);
      expect(far).toBeGreaterThan(1000);
      expect(await other?.('GET w', 2, 10)).toBeLessThanOrEqual(far ?? 0);
    });

    it('is not lost for long when Redis’s clock is set back', async () => {
      const [redis] = await pair();
      await redis.commands.set(redis.key('turns', 'GET w'), Date.now() + 365 * 24 * 3600_000);
      expect(await redisRateLimiter(redis)('GET w', 10, 1000)).toBeLessThanOrEqual(0);
    });

    it('is each node’s own while Redis is away', async () => {
      await using other = await startRedis();
      const redis = await other.connect();
      const turns = redisRateLimiter(redis);
      await other.stop();
      for (let index = 0; index < 10; index += 1)
        expect(await turns('GET w', 10, 1000)).toBeLessThanOrEqual(0);
      expect(await turns('GET w', 10, 1000)).toBeGreaterThan(0);
      await redis.close();
    });
  });

  it('deletes at the end what was only passing', async () => {
    const redis = await server.connect('passing', { passing: true });
    await redis.commands.set(redis.key('a'), '1');
    await redis.close();
    const left = await connect('passing');
    expect(await left.commands.exists(left.key('a'))).toBe(0);
  });
});
