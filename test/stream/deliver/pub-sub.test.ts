import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import type { MessageChange } from '../../../src/ports.ts';
import { type Interest, PubSub } from '../../../src/stream/deliver/pub-sub.ts';
import { GONE } from '../../../src/stream/deliver/tail.ts';
import { type Entry, type LogBounds, SERVICE } from '../../../src/stream/log/log.ts';
import { openSqliteLog } from '../../../src/stream/log/sqlite-log.ts';
import { StatusLog } from '../../../src/stream/log/status-log.ts';
import { entryFor } from '../../../src/stream/log/transition.ts';
import { CHANNEL_ID, change, messageId, ROOMY } from '../changes.ts';

const start = (options: { queue?: number; bounds?: Partial<LogBounds> } = {}) => {
  const log = openSqliteLog({ dataDir: ':memory:', bounds: { ...ROOMY, ...options.bounds } });
  const pubSub = new PubSub(options.queue);
  return { log, pubSub, statusLog: new StatusLog(log, pubSub) };
};

const view = (entry: Entry) => entryFor(entry, SERVICE);

const interest = (messages: readonly number[], channels: readonly string[] = []): Interest => ({
  messages: new Set(messages.map(messageId)),
  channels: new Set(channels),
});

const messages = (...numbers: readonly number[]): MessageChange[] =>
  numbers.map((number) => change({ messageId: messageId(number) }));

/** The next values, as positions. */
const take = async (iterator: AsyncIterator<Entry | typeof GONE>, count: number) => {
  const found: unknown[] = [];
  for (let index = 0; index < count; index += 1) {
    const { value } = await iterator.next();
    found.push(value === GONE || value === undefined ? value : value.position);
  }
  return found;
};

it('goes from the log over to what comes, with nothing twice and nothing missing', async () => {
  const { statusLog } = start();
  await statusLog.append(messages(1, 2, 3));
  const all = statusLog.follow(undefined, view, 1);
  expect(await take(all, 1)).toEqual([2]);
  await statusLog.append(messages(4, 5));
  expect(await take(all, 3)).toEqual([3, 4, 5]);
  const next = take(all, 1);
  await statusLog.append(messages(6));
  expect(await next).toEqual([6]);
});

it('follows what is named, by message or by channel, once', async () => {
  const { statusLog } = start();
  const named = statusLog.follow(interest([1, 2], [CHANNEL_ID]), view, 0);
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

it('hands one entry to all as the same object', async () => {
  const { statusLog } = start();
  const queues = [1, 2].map(() => statusLog.follow(undefined, view, 0));
  const next = queues.map((queue) => queue.next());
  await new Promise(setImmediate);
  await statusLog.append(messages(1));
  const [one, other] = await Promise.all(next);
  expect(one?.value).toBe(other?.value);
});

it('settles return() at once while next() waits, and leaves no queue', async () => {
  const { statusLog, pubSub } = start();
  const all = statusLog.follow(interest([1], [CHANNEL_ID]), view, 0);
  const next = all.next();
  expect(pubSub.size).toBe(1);
  expect(await all.return?.()).toEqual({ done: true, value: undefined });
  expect(pubSub.size).toBe(0);
  expect(pubSub.topics).toBe(0);
  expect(await next).toEqual({ done: true, value: undefined });
  expect(await all.next()).toEqual({ done: true, value: undefined });
});

it('leaves no queue when it is returned before it began', async () => {
  const { statusLog, pubSub } = start();
  const all = statusLog.follow(undefined, view, 0);
  await all.return?.();
  expect(pubSub.size).toBe(0);
  expect((await all.next()).done).toBe(true);
});

it('ends when its signal does', async () => {
  const { statusLog, pubSub } = start();
  const client = new AbortController();
  const all = statusLog.follow(undefined, view, 0, client.signal);
  const next = all.next();
  client.abort();
  expect((await next).done).toBe(true);
  const late = statusLog.follow(undefined, view, 0, client.signal);
  expect((await late.next()).done).toBe(true);
  expect(pubSub.size).toBe(0);
});

it('conflates what a subscriber leaves waiting to the newest of each message', async () => {
  const { statusLog, pubSub } = start({ queue: 4 });
  const slow = statusLog.follow(undefined, view, 0);
  const first = slow.next();
  await new Promise(setImmediate);
  await statusLog.append([change({ status: 'DRAFT' })]);
  await first;
  for (const status of ['ACCEPTED', 'PROCESSING', 'SENT', 'DELIVERED', 'READ'] as const) {
    await statusLog.append([change({ status })]);
  }
  expect((await slow.next()).value).toMatchObject({ position: 6, status: 'READ', previous: 'DRAFT' });
  expect(pubSub.size).toBe(1);
});

it('holds a bounded number of entries for who does not read, and tells the rest from the log', async () => {
  const { log, pubSub } = start({ queue: 10 });
  const queue = pubSub.open(undefined, view);
  log.follow((entries) => pubSub.publish(entries));
  for (let number = 1; number <= 1_000; number += 1) {
    await log.append(messages(number));
    expect(queue.size).toBeLessThanOrEqual(10);
  }
  expect(await queue.take()).toEqual({ lagsFrom: 0 });
});

it('brings who fell behind up to date from the log, each message once', async () => {
  const { statusLog } = start({ queue: 10 });
  const slow = statusLog.follow(undefined, view, 0);
  const first = slow.next();
  await new Promise(setImmediate);
  await statusLog.append(messages(1_000));
  await first;
  const numbers = Array.from({ length: 50 }, (_, number) => number);
  await statusLog.append(messages(...numbers));
  await statusLog.append(numbers.map((number) => change({ messageId: messageId(number), status: 'READ' })));
  const caught: Entry[] = [];
  while (caught.length < 50) {
    const { value } = await slow.next();
    if (value && value !== GONE) caught.push(value);
  }
  expect(new Set(caught.map(({ messageId: id }) => id))).toEqual(new Set(numbers.map(messageId)));
  expect(caught.every(({ status }) => status === 'READ')).toBe(true);
  const next = take(slow, 1);
  await statusLog.append(messages(2_000));
  expect(await next).toEqual([102]);
});

it('says that the log does not reach back, and ends', async () => {
  const { statusLog, pubSub } = start({ bounds: { entries: 2 } });
  await statusLog.append(messages(1, 2, 3, 4));
  const late = statusLog.follow(undefined, view, 1);
  expect(await take(late, 2)).toEqual([GONE, undefined]);
  expect(pubSub.size).toBe(0);
});

it('a subscriber who does not read slows nobody', async () => {
  const { statusLog } = start({ queue: 4 });
  statusLog.follow(undefined, view, 0);
  const quick = statusLog.follow(undefined, view, 0);
  const numbers = Array.from({ length: 100 }, (_, number) => number + 1);
  for (const number of numbers) {
    const next = take(quick, 1);
    await statusLog.append(messages(number));
    expect(await next).toEqual([number]);
  }
});

it('is as it was after 10,000 have come and gone', async () => {
  const { statusLog, pubSub } = start();
  const client = new AbortController();
  for (let count = 0; count < 10_000; count += 1) {
    const queue = statusLog.follow(
      count % 2 ? undefined : interest([count], [CHANNEL_ID]),
      view,
      0,
      client.signal,
    );
    const next = queue.next();
    if (count % 3 === 0) await new Promise(setImmediate);
    await queue.return?.();
    expect((await next).done).toBe(true);
  }
  expect(pubSub.size).toBe(0);
  expect(pubSub.topics).toBe(0);
  expect(EventEmitter.getEventListeners(client.signal, 'abort')).toEqual([]);
});
