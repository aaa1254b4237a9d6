import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageStatus } from '../../../src/ports.ts';
import { StoreError } from '../../../src/store/store-error.ts';
import { redisTextTokens } from '../../../src/stream/webhooks/redis-text-tokens.ts';
import { openSqliteTextTokens } from '../../../src/stream/webhooks/sqlite-text-tokens.ts';
import { type Report, type TextTokens, TOKEN_MS } from '../../../src/stream/webhooks/text-tokens.ts';
import { describeWithRedis, startRedis, type TestRedis } from '../../support/redis.ts';

const report = (status: MessageStatus): Report => ({
  status,
  nativeStatus: status.toLowerCase(),
  occurredAt: 1_000,
});

const early = (key: string, status: MessageStatus) => ({
  key,
  audience: 'service',
  textId: 'text',
  report: report(status),
});

/** What both stores promise. `open` opens what was written by the ones before. */
const tokensSuite = (open: () => Promise<TextTokens>) => {
  it('knows a token from the moment it is added, and none besides', async () => {
    const tokens = await open();
    expect(await tokens.report('1', report('SENT'))).toBeUndefined();
    await tokens.add('1', 'service');
    expect(await tokens.report('2', undefined)).toBeUndefined();
    expect(await tokens.report('1', undefined)).toBe('kept');
    expect(await tokens.bind('1', 'text')).toBeUndefined();
    expect(await tokens.report('1', report('SENT'))).toEqual({ textId: 'text', audience: 'service' });
    expect(await tokens.unsettled()).toEqual([]);
    await tokens.close();
  });

  it('keeps the furthest report until its text is known and it is settled', async () => {
    const tokens = await open();
    await tokens.add('3', 'service');
    for (const status of ['PROCESSING', 'SENT', 'PROCESSING'] as const) {
      expect(await tokens.report('3', report(status))).toBe('kept');
    }
    expect(await tokens.unsettled()).toEqual([]);
    expect(await tokens.bind('3', 'text')).toEqual(early('3', 'SENT'));
    await tokens.close();
    const again = await open();
    expect(await again.unsettled()).toEqual([early('3', 'SENT')]);
    await again.settle('3');
    expect(await again.unsettled()).toEqual([]);
    expect(await again.report('3', report('DELIVERED'))).toEqual({ textId: 'text', audience: 'service' });
    expect(await again.unsettled()).toEqual([]);
    await again.close();
  });

  it('forgets what is dropped', async () => {
    const tokens = await open();
    await tokens.add('4', 'service');
    await tokens.drop('4');
    expect(await tokens.report('4', report('SENT'))).toBeUndefined();
    expect(await tokens.bind('4', 'text')).toBeUndefined();
    await tokens.close();
  });
};

describe('tokens in SQLite', () => {
  let dir: string;
  let now = 0;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pigeon-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  tokensSuite(async () => openSqliteTextTokens(dir, () => now));

  it('end after a week', async () => {
    const tokens = openSqliteTextTokens(':memory:', () => now);
    await tokens.add('old', 'service');
    now += TOKEN_MS + 1;
    await tokens.add('new', 'service');
    expect(await tokens.report('old', undefined)).toBeUndefined();
    expect(await tokens.report('new', undefined)).toBe('kept');
    await tokens.close();
  });

  it('say so when they cannot be written', async () => {
    const tokens = openSqliteTextTokens(':memory:', () => now);
    await tokens.close();
    await expect(tokens.add('1', 'service')).rejects.toThrow(StoreError);
    expect(() => openSqliteTextTokens('/dev/null/here', () => now)).toThrow(StoreError);
  });
});

describeWithRedis('tokens in Redis', () => {
  let server: TestRedis;
  const closing: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    await Promise.all(closing.map((close) => close()));
    await server[Symbol.asyncDispose]();
  });
  const connect = async () => {
    const redis = await server.connect('tokens');
    closing.push(() => redis.close());
    return redis;
  };

  tokensSuite(async () => redisTextTokens(await connect()));

  it('end after a week, by the age clock and not by Redis’s', async () => {
    const redis = await connect();
    const { commands } = redis;
    const clock = redis.key('texts', 'clock');
    const tokens = redisTextTokens(redis);
    await tokens.add('old', 'service');
    expect(await commands.pttl(redis.key('text', 'old'))).toBe(-1);
    // As if Redis's clock had been ten years behind at the last look.
    await commands.hset(clock, 'time', Date.now() - 10 * 365 * 24 * 3600_000);
    await tokens.add('other', 'service');
    expect(await tokens.report('old', undefined)).toBe('kept');
    await commands.hset(clock, 'clock', Number(await commands.hget(clock, 'clock')) + TOKEN_MS);
    await tokens.add('new', 'service');
    expect(await tokens.report('old', undefined)).toBeUndefined();
    expect(await tokens.report('new', undefined)).toBe('kept');
  });

  it('that have gone are not waited for', async () => {
    const redis = await connect();
    const tokens = redisTextTokens(redis);
    await tokens.add('ends', 'service');
    await tokens.report('ends', report('SENT'));
    await tokens.bind('ends', 'text');
    await redis.commands.del(redis.key('text', 'ends'));
    expect(await tokens.unsettled()).toEqual([]);
    expect(await redis.commands.smembers(redis.key('texts', 'unsettled'))).toEqual([]);
  });
});
