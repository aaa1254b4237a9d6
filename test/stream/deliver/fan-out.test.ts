import { buildSchema, type ExecutionResult, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/context.ts';
import type { Sink } from '../../../src/ports.ts';
import { StoreError } from '../../../src/store/store-error.ts';
import { Cancellation } from '../../../src/stream/deliver/broadcast.ts';
import { FanOut, joinOf } from '../../../src/stream/deliver/fan-out.ts';
import { PubSub } from '../../../src/stream/deliver/pub-sub.ts';
import { sharedTail } from '../../../src/stream/deliver/shared-tail.ts';
import { GONE } from '../../../src/stream/deliver/tail.ts';
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

const turn = () => new Promise(setImmediate);

const start = ({ bounds, queue }: { bounds?: Partial<LogBounds>; queue?: number } = {}) => {
  const log = openSqliteLog({ dataDir: ':memory:', bounds: { ...ROOMY, ...bounds } });
  const pubSub = new PubSub(queue);
  const statusLog = new StatusLog(log, pubSub);
  const fanOut = new FanOut(statusLog);
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
      see = (entry) => entry,
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
    fanOut.share(context, alike, sink, () => async ({ cursor }) => {
      const position = Number(Buffer.from(cursor, 'base64url').toString().split('.')[1]);
      executed.push(position);
      await held.until;
      return { data: { position } };
    });
    const join = joinOf(context);
    if (!join) throw new Error('it was not admitted');
    const cancellation = new Cancellation();
    /** What it was told alone, and why it ended. */
    const alone: (number | typeof GONE)[] = [];
    const over = (async () => {
      const follow = { interest: undefined, view, position: after, see, cancellation };
      for await (const entry of sharedTail(statusLog, join, follow)) {
        alone.push(entry === GONE ? entry : entry.position);
        if (entry !== GONE) taken.push(entry.position);
      }
    })();
    return { taken, alone, over, leave: () => cancellation.cancel(), ...reading };
  };
  const record = async (...numbers: readonly number[]) => {
    for (const number of numbers) await statusLog.append([change({ messageId: messageId(number) })]);
    await turn();
  };
  return { log, pubSub, statusLog, fanOut, executed, held, subscribe, record };
};

describe('who is told together', () => {
  const counted = async (...options: Parameters<ReturnType<typeof start>['subscribe']>[1][]) => {
    const { fanOut, subscribe } = start();
    for (const one of options) subscribe(0, one);
    await turn();
    expect(fanOut.counts.members).toBe(options.length);
    return fanOut.counts.groups;
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
  expect(early.alone).toEqual([1, 2]);
  await record(3);
  const latest = subscribe(3);
  await turn();
  await record(4, 5);
  expect(early.taken).toEqual([1, 2, 3, 4, 5]);
  expect(late.taken).toEqual([3, 4, 5]);
  expect(latest.taken).toEqual([4, 5]);
  expect(executed).toEqual([3, 4, 5]);
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
  expect(slow.alone).toEqual([6, 7]);
  await record(3);
  expect(slow.taken).toEqual([1, 6, 7, 8]);
  expect(quick.taken.at(-1)).toBe(8);
});

it('lets go at once of who leaves, also while they do not read, and of the group with the last', async () => {
  const { subscribe, record, fanOut, pubSub } = start();
  const [one, other] = [subscribe(0), subscribe(0)];
  await turn();
  other.stopReading();
  await record(1);
  expect(fanOut.counts).toEqual({ groups: 1, members: 1 });
  other.leave();
  await other.over;
  one.leave();
  expect(fanOut.counts).toEqual({ groups: 0, members: 0 });
  expect(pubSub.size).toBe(0);
  await one.over;
  const again = subscribe(1);
  await turn();
  await record(2);
  expect(again.taken).toEqual([2]);
});

it('ends with the stream', async () => {
  const { subscribe, pubSub, fanOut } = start();
  const one = subscribe(0);
  await turn();
  pubSub.close();
  await one.over;
  expect(one.alone).toEqual([]);
  expect(fanOut.counts.groups).toBe(0);
});

it('says that the log goes on without who did not read', async () => {
  const { subscribe, record } = start({ bounds: { entries: 2 } });
  const quick = subscribe(0);
  const slow = subscribe(0);
  await turn();
  slow.stopReading();
  await record(1, 2, 3, 4, 5);
  slow.read();
  await slow.over;
  expect(slow.alone).toEqual([GONE]);
  expect(quick.taken).toEqual([1, 2, 3, 4, 5]);
});

it('fails for all when the log cannot be read', async () => {
  const { subscribe, log, held, fanOut, record } = start({ queue: 2 });
  const all = [subscribe(0), subscribe(0)];
  await turn();
  const gate = Promise.withResolvers<void>();
  held.until = gate.promise;
  // More than waits for a group: it would read the rest from the log.
  await record(1, 2, 3, 4, 5, 6);
  log.read = () => Promise.reject(new StoreError('gone'));
  gate.resolve();
  for (const { over } of all) await expect(over).rejects.toThrow('gone');
  expect(fanOut.counts.groups).toBe(0);
});

it('tells everything once and in order, whoever comes, stops reading and goes', async () => {
  const { subscribe, statusLog, pubSub, fanOut } = start({ queue: 8 });
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
  for (let wait = 0; wait < 20; wait += 1) await turn();
  expect(subscribers.length).toBeGreaterThan(10);
  for (const { from, one } of subscribers) {
    const all = Array.from({ length: 600 - from }, (_, index) => from + index + 1);
    expect(one.taken.join()).toBe(all.join());
    one.leave();
  }
  expect(fanOut.counts).toEqual({ groups: 0, members: 0 });
  expect(pubSub.size).toBe(0);
});
