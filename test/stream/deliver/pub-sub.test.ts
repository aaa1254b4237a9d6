import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import type { MessageChange } from '../../../src/ports.ts';
import { Delivery } from '../../../src/stream/deliver/delivery.ts';
import { type Interest, PubSub } from '../../../src/stream/deliver/pub-sub.ts';
import { Subscription } from '../../../src/stream/deliver/subscription.ts';
import { type Entry, type LogBounds, SERVICE } from '../../../src/stream/log/log.ts';
import { openSqliteLog } from '../../../src/stream/log/sqlite-log.ts';
import { StatusLog } from '../../../src/stream/log/status-log.ts';
import { entryFor } from '../../../src/stream/log/transition.ts';
import { CHANNEL_ID, change, messageId, ROOMY } from '../changes.ts';

/** What is told in place of entries that the log has lost. */
const GONE = 'gone';

const start = (options: { bounds?: Partial<LogBounds> } = {}) => {
  const log = openSqliteLog({ dataDir: ':memory:', bounds: { ...ROOMY, ...options.bounds } });
  const pubSub = new PubSub();
  const statusLog = new StatusLog(log, pubSub, undefined, options.bounds?.entries);
  const delivery = new Delivery(statusLog, pubSub);
  const told: unknown[] = [];
  /** Everything behind a position, each subscriber by itself, as an iterator of what they are told. */
  const follow = (interest: Interest | undefined, after: number, signal?: AbortSignal) => {
    const subscription = new Subscription({
      interest,
      view,
      beginning: { events: [], epoch: log.epoch, position: after, see: (entry) => entry },
      reconcile: async () => {
        told.push(GONE);
        return { events: [], epoch: log.epoch, position: await statusLog.head(), see: (entry) => entry };
      },
    });
    return delivery.open(subscription, {
      signal,
      key: String(Math.random()),
      execution: () => (event) => ({ data: { ...event } }),
    });
  };
  return { log, pubSub, statusLog, told, follow };
};

/** Lets what waits be told: work pauses for a turn of the event loop whenever a few milliseconds have gone by. */
const turn = async () => {
  for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
};

const view = (entry: Entry) => entryFor(entry, SERVICE);

const interest = (messages: readonly number[], channels: readonly string[] = []): Interest => ({
  messages: new Set(messages.map(messageId)),
  channels: new Set(channels),
});

const messages = (...numbers: readonly number[]): MessageChange[] =>
  numbers.map((number) => change({ messageId: messageId(number) }));

/** The position that an event stands for. */
const positionOf = (data: Record<string, unknown> | null | undefined) =>
  Number(Buffer.from(String(data?.cursor), 'base64url').toString().split('.')[1]);

/** The next results, as positions. */
const take = async (results: ReturnType<ReturnType<typeof start>['follow']>, count: number) => {
  const found: unknown[] = [];
  for (let index = 0; index < count; index += 1) {
    const { value } = await results.next();
    found.push(value && positionOf(value.data));
  }
  return found;
};

it('goes from the log over to what comes, with nothing twice and nothing missing', async () => {
  const { statusLog, follow } = start();
  await statusLog.append(messages(1, 2, 3));
  const all = follow(undefined, 1);
  expect(await take(all, 1)).toEqual([2]);
  await statusLog.append(messages(4, 5));
  expect(await take(all, 3)).toEqual([3, 4, 5]);
  const next = take(all, 1);
  await statusLog.append(messages(6));
  expect(await next).toEqual([6]);
});

it('follows what is named, by message or by channel, once', async () => {
  const { statusLog, follow } = start();
  const named = follow(interest([1, 2], [CHANNEL_ID]), 0);
  await statusLog.append([
    change({ messageId: messageId(1), channelId: 'elsewhere' }),
    change({ messageId: messageId(2) }),
    change({ messageId: messageId(3), channelId: 'elsewhere' }),
    change({ messageId: messageId(4) }),
  ]);
  expect(await take(named, 3)).toEqual([1, 2, 4]);
  const next = take(named, 2);
  await statusLog.append([change({ messageId: messageId(2), status: 'READ' }), ...messages(9)]);
  expect(await next).toEqual([5, 6]);
});

it('announces to a follower what it names, once, and nothing else', async () => {
  const { pubSub, statusLog } = start();
  const announced: number[] = [];
  const follower = {
    announce: (position: number) => void announced.push(position),
    lose: () => {},
    end: () => {},
  };
  await statusLog.append(messages(7));
  const close = pubSub.open(interest([1, 2], [CHANNEL_ID]), follower);
  await statusLog.append([
    change({ messageId: messageId(1) }),
    change({ messageId: messageId(3), channelId: 'elsewhere' }),
    change({ messageId: messageId(2), channelId: 'elsewhere' }),
  ]);
  expect(announced).toEqual([2, 4]);
  close();
  await statusLog.append(messages(8));
  expect(announced).toEqual([2, 4]);
});

it('hands one entry to all as the same object', async () => {
  const { statusLog, log } = start();
  await statusLog.append(messages(...Array.from({ length: 150 }, (_, number) => number)));
  const read = () => statusLog.page(0, undefined, view);
  expect((await read())?.entries[0]).toBe((await read())?.entries[0]);
  // Those too that are older than what is kept in memory.
  const later = new StatusLog(log, new PubSub());
  const again = () => later.page(0, undefined, view);
  const [one, other] = await Promise.all([again(), again()]);
  expect(one?.entries).toHaveLength(100);
  expect(one?.entries[0]).toBe(other?.entries[0]);
  expect((await again())?.entries[0]).toBe(one?.entries[0]);
});

it('settles return() at once while next() waits, and leaves no follower', async () => {
  const { follow, pubSub } = start();
  const all = follow(interest([1], [CHANNEL_ID]), 0);
  const next = all.next();
  await turn();
  expect(pubSub.size).toBe(1);
  expect(await all.return()).toEqual({ done: true, value: undefined });
  expect(pubSub.size).toBe(0);
  expect(pubSub.topics).toBe(0);
  expect(await next).toEqual({ done: true, value: undefined });
  expect(await all.next()).toEqual({ done: true, value: undefined });
});

it('leaves no follower when it is returned before it began', async () => {
  const { follow, pubSub } = start();
  const all = follow(undefined, 0);
  await all.return();
  await turn();
  expect(pubSub.size).toBe(0);
  expect((await all.next()).done).toBe(true);
});

it('ends when its signal does', async () => {
  const { follow, pubSub } = start();
  const client = new AbortController();
  const all = follow(undefined, 0, client.signal);
  const next = all.next();
  client.abort();
  expect((await next).done).toBe(true);
  const late = follow(undefined, 0, client.signal);
  expect((await late.next()).done).toBe(true);
  await turn();
  expect(pubSub.size).toBe(0);
});

it('conflates what a subscriber leaves waiting to the newest of each message', async () => {
  const { statusLog, follow, pubSub } = start();
  const slow = follow(undefined, 0);
  await turn();
  await statusLog.append(messages(...Array.from({ length: 16 }, (_, number) => 100 + number)));
  await turn();
  for (const status of ['DRAFT', 'ACCEPTED', 'PROCESSING', 'SENT', 'DELIVERED', 'READ'] as const) {
    await statusLog.append([change({ status })]);
    await turn();
  }
  await take(slow, 16);
  expect((await slow.next()).value?.data).toMatchObject({ status: 'READ', previous: null });
  await turn();
  expect(pubSub.size).toBe(1);
});

it('holds a bounded number of results for who does not read, and tells the rest from the log', async () => {
  const { statusLog, follow } = start();
  const slow = follow(undefined, 0);
  for (let number = 1; number <= 1_000; number += 1) {
    await statusLog.append(messages(number));
    await turn();
  }
  expect(slow.size).toBe(16);
  expect(await take(slow, 1_000)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
});

it('brings who fell behind up to date from the log, each message once', async () => {
  const { statusLog, follow } = start();
  const slow = follow(undefined, 0);
  await turn();
  await statusLog.append(messages(...Array.from({ length: 16 }, (_, number) => 1_000 + number)));
  await turn();
  const numbers = Array.from({ length: 50 }, (_, number) => number);
  await statusLog.append(messages(...numbers));
  await turn();
  await statusLog.append(numbers.map((number) => change({ messageId: messageId(number), status: 'READ' })));
  await take(slow, 16);
  const caught: (Record<string, unknown> | null | undefined)[] = [];
  while (caught.length < 50) caught.push((await slow.next()).value?.data);
  expect(new Set(caught.map((event) => event?.messageId))).toEqual(new Set(numbers.map(messageId)));
  expect(caught.every((event) => event?.status === 'READ')).toBe(true);
  const next = take(slow, 1);
  await statusLog.append(messages(2_000));
  expect(await next).toEqual([117]);
});

it('says that the log does not reach back, and goes on from its end', async () => {
  const { statusLog, follow, told } = start({ bounds: { entries: 2 } });
  await statusLog.append(messages(1, 2, 3, 4));
  const late = follow(undefined, 1);
  await vi.waitFor(() => expect(told).toEqual([GONE]));
  await turn();
  await statusLog.append(messages(5));
  expect(await take(late, 1)).toEqual([5]);
});

it('a subscriber who does not read slows nobody', async () => {
  const { statusLog, follow } = start();
  follow(undefined, 0);
  const quick = follow(undefined, 0);
  const numbers = Array.from({ length: 100 }, (_, number) => number + 1);
  for (const number of numbers) {
    const next = take(quick, 1);
    await statusLog.append(messages(number));
    expect(await next).toEqual([number]);
  }
});

it('is as it was after 10,000 have come and gone', async () => {
  const { follow, pubSub } = start();
  const client = new AbortController();
  for (let count = 0; count < 10_000; count += 1) {
    const results = follow(count % 2 ? undefined : interest([count], [CHANNEL_ID]), 0, client.signal);
    const next = results.next();
    if (count % 3 === 0) await turn();
    await results.return();
    expect((await next).done).toBe(true);
  }
  await turn();
  expect(pubSub.size).toBe(0);
  expect(pubSub.topics).toBe(0);
  expect(EventEmitter.getEventListeners(client.signal, 'abort')).toEqual([]);
});
