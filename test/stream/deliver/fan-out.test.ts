import { buildSchema, type ExecutionResult, parse } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import type { Context } from '../../../src/context.ts';
import type { Sink } from '../../../src/ports.ts';
import { StoreError } from '../../../src/store/store-error.ts';
import { Delivery } from '../../../src/stream/deliver/delivery.ts';
import { PubSub } from '../../../src/stream/deliver/pub-sub.ts';
import { sharingKey } from '../../../src/stream/deliver/sharing-key.ts';
import { Subscriber } from '../../../src/stream/deliver/subscriber.ts';
import { Subscription } from '../../../src/stream/deliver/subscription.ts';
import type { Entry, LogBounds } from '../../../src/stream/log/log.ts';
import { openSqliteLog } from '../../../src/stream/log/sqlite-log.ts';
import { StatusLog } from '../../../src/stream/log/status-log.ts';
import { change, messageId, ROOMY } from '../changes.ts';

const SCHEMA = buildSchema(`
  type Query { ok: Int }
  type Event { status: String similar(after: String): Int }
  type Subscription { moved(messages: [ID!], after: String): Event }
`);

const WATCH =
  'subscription A($after: String, $messages: [ID!]) { moved(messages: $messages, after: $after) { status } }';

/** A client that takes what it is sent while it reads. */
const client = () => {
  const taken: number[] = [];
  let waits = Promise.withResolvers<void>();
  const sink = {
    free: true,
    write: ({ data }: ExecutionResult) => void taken.push(Number(data?.position)),
    drained: () => waits.promise,
  };
  return {
    taken,
    sink: sink satisfies Sink,
    stopReading: () => {
      if (sink.free) waits = Promise.withResolvers();
      sink.free = false;
    },
    read: () => {
      sink.free = true;
      waits.resolve();
    },
  };
};

/** Lets what waits be told: work pauses for a turn of the event loop whenever a few milliseconds have gone by. */
const turn = async () => {
  for (let turns = 0; turns < 20; turns += 1) await new Promise(setImmediate);
};

const NOBODY = { broadcasts: 0, subscribers: 0 };

/** What stands in the list of what a client was told where things were read anew. */
const RECONCILED = 'reconciled';

const start = ({ bounds }: { bounds?: Partial<LogBounds> } = {}) => {
  const log = openSqliteLog({ dataDir: ':memory:', bounds: { ...ROOMY, ...bounds } });
  const pubSub = new PubSub();
  let announce: (entries: readonly Entry[]) => void = () => {};
  const { follow } = log;
  log.follow = (listener) => {
    announce = listener;
    return follow(listener);
  };
  const statusLog = new StatusLog(log, pubSub, undefined, bounds?.entries);
  const delivery = new Delivery(statusLog, pubSub);
  const executed: number[] = [];
  /** Holds executions back while it is set. */
  const held: { until: Promise<void> | undefined } = { until: undefined };
  const view = (entry: Entry) => entry;

  /** One more subscriber who is told from a position on. */
  const subscribe = (
    after: number,
    {
      who = 'ada',
      courier,
      document = WATCH,
      variables = {},
      operationName = null,
      see = (entry: Entry) => entry,
    }: {
      who?: string;
      courier?: string;
      document?: string;
      variables?: Record<string, unknown>;
      operationName?: string | null;
      see?: (entry: Entry) => Entry | undefined;
    } = {},
  ) => {
    const { taken, sink, ...reading } = client();
    const context = {
      caller: { key: who },
      courierCredential: courier && { key: courier },
    } as unknown as Context;
    const alike = { schema: SCHEMA, document: parse(document), variableValues: variables, operationName };
    const subscriber = new Subscriber(sink);
    /** Where it was told how things stand in place of what the log has lost. */
    const reconciled: string[] = [];
    const subscription = new Subscription({
      interest: undefined,
      view,
      beginning: { events: [], epoch: log.epoch, position: after, see },
      reconcile: async () => {
        reconciled.push(RECONCILED);
        return { events: [], epoch: log.epoch, position: await statusLog.head(), see };
      },
    });
    const execution =
      () =>
      async ({ cursor }: { cursor: string }) => {
        const position = Number(Buffer.from(cursor, 'base64url').toString().split('.')[1]);
        executed.push(position);
        await held.until;
        return { data: { position } };
      };
    const over = delivery.deliver(
      subscription,
      subscriber,
      sharingKey(context, alike, subscription.interest),
      execution,
    );
    return { taken, reconciled, over, leave: () => subscriber.leave(), ...reading };
  };
  const record = async (...numbers: readonly number[]) => {
    for (const number of numbers) await statusLog.append([change({ messageId: messageId(number) })]);
    await turn();
  };
  return { log, announce, pubSub, statusLog, delivery, executed, held, subscribe, record };
};

describe('who is told together', () => {
  const counted = async (...options: Parameters<ReturnType<typeof start>['subscribe']>[1][]) => {
    const { delivery, subscribe } = start();
    for (const one of options) subscribe(0, one);
    await turn();
    expect(delivery.counts.subscribers).toBe(options.length);
    return delivery.counts.broadcasts;
  };

  it.each<[string, number, Parameters<typeof counted>]>([
    ['the same in all', 1, [{}, {}]],
    ['only in where they go on', 1, [{ variables: { after: 'x' } }, { variables: { after: 'y' } }, {}]],
    ['in the order of their variables', 1, [{ variables: { a: 1, b: 2 } }, { variables: { b: 2, a: 1 } }]],
    ['in their variables', 2, [{ variables: { messages: ['1'] } }, { variables: { messages: ['2'] } }]],
    ['in their document', 2, [{}, { document: WATCH.replace('status', 'similar') }]],
    ['in their operation', 2, [{ operationName: 'A' }, { operationName: 'B' }]],
    ['in the caller', 2, [{ who: 'ada' }, { who: 'bob' }]],
    ['in the courier credential', 2, [{ courier: 'one' }, { courier: 'other' }]],
    [
      'in a variable that says more than where they go on',
      2,
      ['x', 'y'].map((after) => ({
        variables: { after },
        document: 'subscription ($after: String) { moved(after: $after) { similar(after: $after) } }',
      })),
    ],
  ])('differ %s', async (_, groups, options) => {
    expect(await counted(...options)).toBe(groups);
  });
});

it('executes an entry once for all, whenever they came', async () => {
  const { subscribe, record, executed, pubSub } = start();
  await record(1, 2);
  const early = subscribe(0);
  const late = subscribe(2);
  await turn();
  expect(early.taken).toEqual([1, 2]);
  await record(3);
  const latest = subscribe(3);
  await turn();
  await record(4, 5);
  expect(early.taken).toEqual([1, 2, 3, 4, 5]);
  expect(late.taken).toEqual([3, 4, 5]);
  expect(latest.taken).toEqual([4, 5]);
  expect(executed).toEqual([1, 2, 3, 4, 5]);
  expect(pubSub.size).toBe(1);
});

it('loses and doubles nothing for who comes while an entry is executed', async () => {
  const { subscribe, record, held } = start();
  const first = subscribe(0);
  await turn();
  const gate = Promise.withResolvers<void>();
  held.until = gate.promise;
  await record(1, 2);
  const ahead = subscribe(1);
  const behind = subscribe(0);
  await turn();
  await record(3);
  gate.resolve();
  await turn();
  expect(first.taken).toEqual([1, 2, 3]);
  expect(ahead.taken).toEqual([2, 3]);
  expect(behind.taken).toEqual([1, 2, 3]);
});

it('tells nobody what says nothing new to them', async () => {
  const { subscribe, record } = start();
  const all = subscribe(0);
  const some = subscribe(0, { see: (entry) => (entry.position === 2 ? undefined : entry) });
  await turn();
  await record(1, 2, 3);
  expect(all.taken).toEqual([1, 2, 3]);
  expect(some.taken).toEqual([1, 3]);
});

it('waits for nobody who does not read, and tells them the newest of each message when they read on', async () => {
  const { subscribe, statusLog, record } = start();
  const quick = subscribe(0);
  const slow = subscribe(0);
  await turn();
  await record(1);
  slow.stopReading();
  for (const status of ['PROCESSING', 'SENT', 'DELIVERED', 'READ'] as const) {
    await statusLog.append([
      change({ messageId: messageId(1), status }),
      change({ messageId: messageId(2), status }),
    ]);
  }
  await turn();
  expect(quick.taken).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(slow.taken).toEqual([1]);
  slow.read();
  await turn();
  expect(slow.taken).toEqual([1, 6, 7]);
  await record(3);
  expect(slow.taken).toEqual([1, 6, 7, 8]);
  expect(quick.taken.at(-1)).toBe(8);
});

it('lets go at once of who leaves, also while they do not read, and of the group with the last', async () => {
  const { subscribe, record, delivery, pubSub } = start();
  const [one, other] = [subscribe(0), subscribe(0)];
  await turn();
  other.stopReading();
  await record(1);
  expect(delivery.counts).toEqual({ broadcasts: 1, subscribers: 1 });
  other.leave();
  await other.over;
  one.leave();
  expect(delivery.counts).toEqual(NOBODY);
  expect(pubSub.size).toBe(0);
  await one.over;
  const again = subscribe(1);
  await turn();
  await record(2);
  expect(again.taken).toEqual([2]);
});

it('ends with the stream', async () => {
  const { subscribe, pubSub, delivery } = start();
  const one = subscribe(0);
  await turn();
  pubSub.close();
  await one.over;
  expect(one.taken).toEqual([]);
  expect(delivery.counts.broadcasts).toBe(0);
});

it('reads how things stand for who comes back to a log that goes on without what they lack', async () => {
  const { subscribe, record } = start({ bounds: { entries: 2 } });
  await record(1, 2, 3, 4, 5);
  const late = subscribe(1);
  await turn();
  expect(late.reconciled).toEqual([RECONCILED]);
  await record(6);
  expect(late.taken).toEqual([6]);
});

it('does so for who did not read until the log went on without them', async () => {
  const { subscribe, record } = start({ bounds: { entries: 2 } });
  const quick = subscribe(0);
  const slow = subscribe(0);
  await turn();
  slow.stopReading();
  await record(1, 2, 3, 4, 5);
  slow.read();
  await vi.waitFor(() => expect(slow.reconciled).toEqual([RECONCILED]));
  expect(slow.taken).toEqual([]);
  expect(quick.taken).toEqual([1, 2, 3, 4, 5]);
});

it('says that something is missing where positions leave a hole, to everybody', async () => {
  const { subscribe, record, log, announce } = start();
  const [one, other] = [subscribe(0), subscribe(0, { document: WATCH.replace('status', 'similar') })];
  await record(1);
  const [entry] = (await log.read(0, 1)) ?? [];
  const { read } = log;
  log.read = async (after, limit) => (after === 1 ? undefined : read(after, limit));
  log.head = async () => 4;
  announce([{ ...entry, position: 4 } as Entry]);
  await vi.waitFor(() => expect(one.reconciled).toEqual([RECONCILED]));
  expect(other.reconciled).toEqual([RECONCILED]);
  expect(one.taken).toEqual([1]);
});

it('fails for all when the log cannot be read', async () => {
  const { subscribe, log, statusLog, held, delivery, record } = start();
  const all = [subscribe(0), subscribe(0)];
  await turn();
  const gate = Promise.withResolvers<void>();
  held.until = gate.promise;
  await record(1);
  // More than is kept in memory: the rest would be read from the log.
  await statusLog.append(
    Array.from({ length: 10_000 }, (_, number) => change({ messageId: messageId(number + 2) })),
  );
  log.read = () => Promise.reject(new StoreError('gone'));
  gate.resolve();
  for (const { over } of all) await expect(over).rejects.toThrow('gone');
  expect(delivery.counts.broadcasts).toBe(0);
});

it('tells everything once and in order, whoever comes, stops reading and goes', async () => {
  const { subscribe, statusLog, pubSub, delivery } = start();
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
  const subscribers: { readonly from: number; readonly one: ReturnType<typeof subscribe> }[] = [];
  for (let number = 1; number <= 600; number += 1) {
    await statusLog.append([change({ messageId: messageId(number) })]);
    if (random(20) === 0) {
      const from = random(number);
      subscribers.push({ from, one: subscribe(from) });
    }
    const { one } = subscribers[random(subscribers.length || 1)] ?? {};
    if (random(3) === 0) one?.stopReading();
    else one?.read();
    if (random(4) === 0) await turn();
  }
  for (const { one } of subscribers) one.read();
  await vi.waitFor(() => {
    for (const { one } of subscribers) expect(one.taken.at(-1)).toBe(600);
  });
  expect(subscribers.length).toBeGreaterThan(10);
  for (const { from, one } of subscribers) {
    const all = Array.from({ length: 600 - from }, (_, index) => from + index + 1);
    expect(one.taken.join()).toBe(all.join());
    one.leave();
  }
  expect(delivery.counts).toEqual(NOBODY);
  expect(pubSub.size).toBe(0);
});
