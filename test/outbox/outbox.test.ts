import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutboxBounds } from '../../src/outbox/bounds.ts';
import { redisOutbox } from '../../src/outbox/redis-outbox.ts';
import { openSqliteOutbox } from '../../src/outbox/sqlite-outbox.ts';
import type { NewSend, Outbox } from '../../src/ports.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts';

/** A send of this id that the background may look for, but for what is said. */
const send = (id: string, more: Partial<NewSend> = {}): NewSend => ({
  id,
  owner: 'ada',
  mutation: 'sendMessage',
  key: `key ${id}`,
  print: 'print',
  operation: 'bird POST /messages',
  clue: `{"for":"${id}"}`,
  audience: 'service',
  ...more,
});

const MINUTE = 60_000;

const idsOf = (sends: readonly { readonly id: string }[]) => sends.map(({ id }) => id).toSorted();

/** What both stores promise. `open` opens what was written by the ones before of the same name. */
const outboxSuite = (open: (name: string, bounds?: OutboxBounds) => Promise<Outbox>) => {
  it('begins a send once', async () => {
    const outbox = await open('once');
    expect(await outbox.find('a')).toBeUndefined();
    const begun = await Promise.all(
      Array.from({ length: 20 }, (_, index) => outbox.begin(send('a', { print: `${index}` }), MINUTE)),
    );
    expect(begun.filter(Boolean)).toHaveLength(1);
    expect(await outbox.find('a')).toMatchObject({
      ...send('a', { print: `${begun.indexOf(true)}` }),
      state: 'SENDING',
      outcome: null,
    });
    await outbox.close();
  });

  it('keeps what came of a send over a restart', async () => {
    const outbox = await open('restart');
    for (const id of ['done', 'lost', 'gone']) await outbox.begin(send(id), MINUTE);
    await Promise.all([outbox.finish('done', '{"node":"1"}'), outbox.lose('lost'), outbox.release('gone')]);
    await outbox.close();
    const again = await open('restart');
    expect(await again.find('done')).toMatchObject({ state: 'DONE', outcome: '{"node":"1"}' });
    expect(await again.find('lost')).toMatchObject({ state: 'UNKNOWN', outcome: null });
    expect(await again.find('gone')).toBeUndefined();
    expect(await again.begin(send('done'), MINUTE)).toBe(false);
    expect(await again.begin(send('lost'), MINUTE)).toBe(false);
    expect(await again.begin(send('gone'), MINUTE)).toBe(true);
    await again.close();
  });

  it('takes a send for lost whose time is over', async () => {
    const outbox = await open('time');
    await outbox.begin(send('slow'), 5);
    await outbox.begin(send('blind', { clue: null }), 5);
    await pause(20);
    expect(await outbox.find('slow')).toMatchObject({ state: 'UNKNOWN' });
    expect(await outbox.find('blind')).toMatchObject({ state: 'UNTRACEABLE', clue: null });
    // Its answer may come all the same.
    await outbox.finish('slow', '{"node":"late"}');
    expect(await outbox.find('slow')).toMatchObject({ state: 'DONE' });
    await outbox.close();
  });

  it('never takes back that a send is done', async () => {
    const outbox = await open('final');
    await outbox.begin(send('a'), MINUTE);
    await outbox.finish('a', '1');
    await outbox.lose('a');
    await outbox.giveUp('a');
    await outbox.release('a');
    await outbox.finish('a', '2');
    expect(await outbox.settle('a', '3')).toBe(false);
    expect(await outbox.find('a')).toMatchObject({ state: 'DONE', outcome: '1' });
    await outbox.close();
  });

  it('lets two sends of one operation not have given the same', async () => {
    const outbox = await open('same');
    for (const id of ['a', 'b', 'c']) await outbox.begin(send(id), MINUTE);
    await outbox.begin(send('d', { operation: 'courier POST /others' }), MINUTE);
    await outbox.finish('a', '1');
    expect(await outbox.settle('b', '1')).toBe(false);
    expect(await outbox.settle('b', '2')).toBe(true);
    expect(await outbox.settle('c', '2')).toBe(false);
    expect(await outbox.settle('d', '2')).toBe(true);
    expect(await outbox.find('c')).toMatchObject({ state: 'SENDING' });
    await outbox.close();
  });

  it('lists what is not done of an owner’s', async () => {
    const outbox = await open('owners');
    for (const id of ['a', 'b', 'c', 'd']) await outbox.begin(send(id), MINUTE);
    await outbox.begin(send('hers', { owner: 'grace' }), MINUTE);
    await outbox.finish('a', '1');
    await outbox.lose('b');
    await outbox.giveUp('c');
    expect((await outbox.open('ada', 10)).map(({ id, state }) => [id, state]).toSorted()).toEqual([
      ['b', 'UNKNOWN'],
      ['c', 'NOT_FOUND'],
      ['d', 'SENDING'],
    ]);
    expect(await outbox.open('ada', 1)).toHaveLength(1);
    expect(idsOf(await outbox.open('grace', 10))).toEqual(['hers']);
    expect(await outbox.open('nobody', 10)).toEqual([]);
    await outbox.close();
  });

  it('gives each lost send to one who looks for it, and again after a pause', async () => {
    const outbox = await open('due');
    await outbox.begin(send('over'), 5);
    await outbox.begin(send('running'), MINUTE);
    await outbox.begin(send('blind', { clue: null }), 5);
    await outbox.begin(send('forwarded', { audience: 'hers' }), 5);
    await outbox.begin(send('given up'), 5);
    await outbox.giveUp('given up');
    await pause(20);
    const looks = await Promise.all(Array.from({ length: 5 }, () => outbox.due(10)));
    expect(idsOf(looks.flat())).toEqual(['over']);
    await pause(1100);
    expect(idsOf(await outbox.due(10))).toEqual(['over']);
    await pause(1100);
    // The second pause is twice as long.
    expect(idsOf(await outbox.due(10))).toEqual([]);
    await outbox.close();
  });

  it('knows of another send that says the same and waits for its answer', async () => {
    const outbox = await open('rivals');
    const same = { clue: '{"text":"1"}' };
    await outbox.begin(send('lost', same), 5);
    await outbox.begin(send('other'), MINUTE);
    await pause(20);
    const lost = await outbox.find('lost');
    if (!lost) throw new Error('it is not kept');
    expect(await outbox.hasRival(lost)).toBe(false);
    await outbox.begin(send('rival', same), MINUTE);
    expect(await outbox.hasRival(lost)).toBe(true);
    await outbox.finish('rival', '1');
    expect(await outbox.hasRival(lost)).toBe(false);
    await outbox.close();
  });

  it('forgets what is too old, and beyond its rows the oldest that are done', async () => {
    const brief = await open('brief', { ageMs: 30, rows: 100 });
    await brief.begin(send('old'), 5);
    await brief.finish('old', '1');
    await pause(50);
    expect(await brief.find('old')).toBeUndefined();
    expect(await brief.begin(send('old'), MINUTE)).toBe(true);
    await brief.close();
    const small = await open('small', { ageMs: MINUTE, rows: 5 });
    for (let number = 1; number <= 9; number += 1) {
      await small.begin(send(`${number}`), MINUTE);
      if (number > 1) await small.finish(`${number}`, `${number}`);
      await pause(2);
    }
    const kept = await Promise.all([1, 2, 3, 9].map((number) => small.find(`${number}`)));
    expect(kept.map((one) => one?.state)).toEqual(['SENDING', undefined, undefined, 'DONE']);
    await small.close();
  });
};

describe('the outbox in SQLite', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pigeon-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  outboxSuite(async (name, bounds) =>
    openSqliteOutbox({ dataDir: join(dir, name), ...(bounds && { bounds }) }),
  );

  it('takes what its process was sending for lost when it is opened again', async () => {
    const outbox = openSqliteOutbox({ dataDir: join(dir, 'ended') });
    await outbox.begin(send('a'), MINUTE);
    await outbox.close();
    const again = openSqliteOutbox({ dataDir: join(dir, 'ended') });
    expect(await again.find('a')).toMatchObject({ state: 'UNKNOWN' });
    expect(idsOf(await again.due(1))).toEqual(['a']);
    await again.close();
  });

  it('forgets by time that has gone by, and not by one reading of the clock', async () => {
    let now = Date.parse('2026-01-01');
    let elapsed = 0;
    const clocks = { now: () => now, elapsed: () => elapsed };
    const dataDir = join(dir, 'clocks');
    const outbox = openSqliteOutbox({ dataDir, ...clocks });
    await outbox.begin(send('done'), MINUTE);
    await outbox.finish('done', '1');
    await outbox.begin(send('running'), MINUTE);
    const state = async (id: string) => (await outbox.find(id))?.state;
    for (const year of ['2036', '2016']) {
      now = Date.parse(`${year}-01-01`);
      await outbox.begin(send(year), MINUTE);
      expect(await state('done')).toBe('DONE');
      expect(await state('running')).toBe('SENDING');
      expect(await outbox.find(year)).toMatchObject({ since: now, age: 0 });
    }
    elapsed += MINUTE;
    expect(await state('running')).toBe('UNKNOWN');
    expect(idsOf(await outbox.due(10))).toEqual(['2016', '2036', 'running']);
    elapsed += 24 * 60 * MINUTE;
    expect(await state('done')).toBeUndefined();
    await outbox.close();
  });

  it('takes in a file that was made before there was an age clock', async () => {
    const dataDir = join(dir, 'older');
    const outbox = openSqliteOutbox({ dataDir });
    await outbox.begin(send('done'), MINUTE);
    await outbox.finish('done', '1');
    await outbox.begin(send('lost'), MINUTE);
    await outbox.lose('lost');
    await outbox.close();
    const db = new DatabaseSync(join(dataDir, 'outbox.sqlite'));
    db.exec('DROP INDEX send_kept_at; ALTER TABLE send DROP COLUMN kept_at; UPDATE send SET due_at = since');
    db.close();
    const again = openSqliteOutbox({ dataDir });
    expect(await again.find('done')).toMatchObject({ state: 'DONE', outcome: '1' });
    expect(idsOf(await again.due(10))).toEqual(['lost']);
    await again.close();
  });

  it('says so when it cannot be written or opened', async () => {
    const outbox = openSqliteOutbox({ dataDir: ':memory:' });
    await outbox.close();
    await expect(outbox.begin(send('a'), MINUTE)).rejects.toThrow(StoreError);
    await expect(outbox.find('a')).rejects.toThrow(StoreError);
    expect(() => openSqliteOutbox({ dataDir: '/dev/null/here' })).toThrow(StoreError);
  });
});

describeWithRedis('the outbox in Redis', () => {
  let server: TestRedis;
  const closing: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    await Promise.all(closing.map((close) => close()));
    await server[Symbol.asyncDispose]();
  });

  outboxSuite(async (name, bounds) => {
    const redis = await server.connect(name);
    closing.push(() => redis.close());
    return redisOutbox(redis, bounds);
  });

  it('forgets by time that has gone by, and not by one reading of the clock', async () => {
    const redis = await server.connect('clocks');
    closing.push(() => redis.close());
    const clock = redis.key('sends', 'clock');
    const outbox = redisOutbox(redis);
    await outbox.begin(send('done'), MINUTE);
    await outbox.finish('done', '1');
    await outbox.begin(send('running'), 10 * MINUTE);
    const state = async (id: string) => (await outbox.find(id))?.state;
    const years = 10 * 365 * 24 * 60 * MINUTE;
    // As if Redis's clock had been far behind at the last look, and far ahead.
    for (const then of [Date.now() - years, Date.now() + years]) {
      await redis.commands.hset(clock, 'time', then);
      expect(await state('done')).toBe('DONE');
      expect(await state('running')).toBe('SENDING');
    }
    const keys = await redis.commands.keys(`${redis.key('sends', '')}*`);
    expect(await Promise.all(keys.map((key) => redis.commands.pttl(key)))).toEqual(keys.map(() => -1));
    const passed = async (ms: number) =>
      redis.commands.hset(clock, 'clock', Number(await redis.commands.hget(clock, 'clock')) + ms);
    await passed(10 * MINUTE);
    expect(await state('running')).toBe('UNKNOWN');
    await passed(24 * 60 * MINUTE);
    expect(await state('done')).toBeUndefined();
    // What was forgotten leaves nothing behind.
    await outbox.begin(send('new'), MINUTE);
    await outbox.finish('new', '1');
    expect((await redis.commands.keys(`${redis.key('sends', '')}*`)).length).toBeLessThanOrEqual(4);
  });

  it('says so while Redis is away', async () => {
    const redis = await server.connect('away');
    const outbox = redisOutbox(redis);
    await redis.close();
    await expect(outbox.begin(send('a'), MINUTE)).rejects.toThrow(StoreError);
  });
});
