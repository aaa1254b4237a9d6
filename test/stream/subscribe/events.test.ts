import type { ExecutionResult } from 'graphql';
import { expect, it, vi } from 'vitest';
import { type Context, createContext, type EventsArgs, type Services } from '../../../src/context.ts';
import type { MessageChange, Sink, StreamEvent } from '../../../src/ports.ts';
import '../../../src/schema.ts';
import { viewOf } from '../../../src/stream/audience.ts';
import { Delivery } from '../../../src/stream/deliver/delivery.ts';
import { PubSub } from '../../../src/stream/deliver/pub-sub.ts';
import type { Entry, LogBounds } from '../../../src/stream/log/log.ts';
import { openSqliteLog } from '../../../src/stream/log/sqlite-log.ts';
import { StatusLog } from '../../../src/stream/log/status-log.ts';
import { openEvents } from '../../../src/stream/subscribe/events.ts';
import { WORKSPACE_ID } from '../../support/gateway.ts';
import { idOf } from '../../support/ids.ts';
import { ROOMY } from '../changes.ts';
import { CHANNEL_ID, idOfMessage } from '../live.ts';

const row = (name: string, status: string) => ({
  id: idOf(name),
  channelId: idOf('channel'),
  status,
  direction: 'outgoing',
  lastStatusAt: '2025-01-01T00:00:00Z',
});

const change = (name: string, status: MessageChange['status']): MessageChange => ({
  messageId: idOfMessage(name),
  channelId: CHANNEL_ID,
  added: true,
  status,
  nativeStatus: null,
  occurredAt: 0,
  via: 'WEBHOOK',
  audience: 'service',
});

/** A context over a Bird that answers every call with what `answer` gives. */
const start = (
  answer: () => { status: number; body: unknown },
  { bounds, may = () => true }: { bounds?: Partial<LogBounds>; may?: Context['caller']['may'] } = {},
) => {
  const pubSub = new PubSub();
  const statusLog = new StatusLog(
    openSqliteLog({ dataDir: ':memory:', bounds: { ...ROOMY, ...bounds } }),
    pubSub,
    undefined,
    bounds?.entries,
  );
  const delivery = new Delivery(statusLog, pubSub);
  const warn = vi.fn();
  const send = vi.fn(async () => {
    const { status, body } = answer();
    if (status !== 200) throw new Error(`answered ${status}`);
    return { status, headers: {}, body };
  });
  const credential = { header: 'x', key: 'bird', forwarded: false };
  const services = {
    bird: { send, credential, workspaceId: WORKSPACE_ID },
    courier: undefined,
    courierForwards: false,
    changes: statusLog,
    fresh: undefined,
    warn,
    deadlineMs: 1_000,
    budgetCalls: 100,
    budgetObjects: 1000,
    budgetBytes: 1_000_000,
  } as unknown as Services;
  const context = createContext(services, {
    caller: { key: 'a', known: false, may, admin: false, expiresAt: undefined },
    courierCredential: undefined,
  });
  /** A sink that takes nothing while it is not free. */
  const reader = () => {
    const taken: StreamEvent[] = [];
    let waits = Promise.withResolvers<void>();
    const sink = {
      free: true,
      write: ({ data }: ExecutionResult) => void taken.push(data as unknown as StreamEvent),
      drained: () => waits.promise,
    };
    return {
      taken,
      sink,
      stopReading: () => {
        waits = Promise.withResolvers();
        sink.free = false;
      },
      read: () => {
        sink.free = true;
        waits.resolve();
      },
    };
  };
  /** Opens a subscription of the context and delivers it. */
  const follow = async (args: EventsArgs, { sink, signal }: { sink?: Sink; signal?: AbortSignal } = {}) =>
    delivery.open(await openEvents(statusLog, context, 'raised', args), {
      sink,
      signal,
      key: 'one',
      execution: () => (event) => ({ data: { ...event } }),
    });
  return { pubSub, statusLog, warn, send, context, follow, reader };
};

it('tells how things stand to who did not read until the log went on without them', async () => {
  const names = ['one', 'two', 'three', 'four', 'five', 'six'];
  let status = 'sent';
  const { statusLog, follow, reader, pubSub } = start(
    () => ({ status: 200, body: { results: names.map((name) => row(name, status)) } }),
    { bounds: { entries: 2 } },
  );
  const { taken, sink, stopReading, read } = reader();
  const results = await follow({ messages: names.map(idOfMessage) }, { sink });
  await vi.waitFor(() => expect(pubSub.size).toBe(1));
  expect(taken).toMatchObject(names.map((name) => ({ messageId: idOfMessage(name), status: 'SENT' })));
  await statusLog.record([change('one', 'DELIVERED')]);
  await vi.waitFor(() => expect(taken).toHaveLength(7));
  expect(taken[6]).toMatchObject({ messageId: idOfMessage('one'), status: 'DELIVERED' });
  stopReading();
  status = 'deleted';
  for (const name of names) await statusLog.record([change(name, 'FAILED')]);
  await new Promise(setImmediate);
  expect(taken).toHaveLength(7);
  read();
  await vi.waitFor(() => expect(taken).toHaveLength(13));
  expect(taken.slice(7)).toMatchObject(
    names.map((name) => ({ messageId: idOfMessage(name), status: 'DELETED', via: 'RECONCILED' })),
  );
  // Told already, whoever else says it.
  await statusLog.record([change('one', 'DELETED')]);
  await results.return();
  expect(taken).toHaveLength(13);
  expect(pubSub.size).toBe(0);
});

it('says what cannot be read when it tells in mid-stream how things stand', async () => {
  let healthy = true;
  const { statusLog, follow, reader, warn, pubSub } = start(
    () => (healthy ? { status: 200, body: row('one', 'sent') } : { status: 500, body: {} }),
    { bounds: { entries: 2 } },
  );
  const { taken, sink, stopReading, read } = reader();
  const results = await follow({ messages: [idOfMessage('one')] }, { sink });
  await vi.waitFor(() => expect(pubSub.size).toBe(1));
  expect(taken).toHaveLength(1);
  healthy = false;
  // The client does not read, and the log forgets meanwhile.
  stopReading();
  await statusLog.record([change('one', 'DELIVERED')]);
  for (const name of ['five', 'six', 'seven']) await statusLog.record([change(name, 'SENT')]);
  read();
  await vi.waitFor(() => expect(taken).toHaveLength(3));
  expect(taken[1]).toMatchObject({ messageId: idOfMessage('one'), status: 'UNKNOWN', via: 'GAP' });
  expect(taken[2]).toMatchObject({ status: 'DELIVERED', via: 'RECONCILED' });
  expect(warn).toHaveBeenCalledOnce();
  await results.return();
});

it('ends at once when the client goes while things are read', async () => {
  const { follow, pubSub } = start(() => ({ status: 200, body: row('one', 'sent') }));
  const client = new AbortController();
  const events = await follow({}, { signal: client.signal });
  const waiting = events.next();
  client.abort();
  expect((await waiting).done).toBe(true);
  expect(pubSub.size).toBe(0);
});

it('refuses who may read at neither upstream', async () => {
  const { follow } = start(() => ({ status: 200, body: {} }), { may: () => false });
  await expect(follow({})).rejects.toThrow('the scope bird:read is needed');
  await expect(follow({ messages: [idOfMessage('one')] })).rejects.toThrow('the scope bird:read is needed');
});

it('shows an upstream’s entries only to who may read there', () => {
  const entry = {
    ...change('one', 'SENT'),
    people: [],
    position: 1,
    follows: 0,
    observedAt: 0,
    createdAt: null,
    removed: false,
    previous: null,
    previousAt: 0,
    raised: true,
    known: null,
  };
  const see = (api: 'bird' | 'courier') => {
    const { context } = start(() => ({ status: 200, body: {} }), { may: (asked) => asked === api });
    return viewOf(context, 'raised', false)(entry satisfies Entry);
  };
  expect(see('bird')).toBe(entry);
  expect(see('courier')).toBeUndefined();
});
