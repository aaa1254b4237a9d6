import { expect, it, vi } from 'vitest';
import { type Context, createContext, type Services } from '../../../src/context.ts';
import type { MessageChange } from '../../../src/ports.ts';
import '../../../src/schema.ts';
import { viewOf } from '../../../src/stream/audience.ts';
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
  const pubSub = new PubSub(4);
  const statusLog = new StatusLog(
    openSqliteLog({ dataDir: ':memory:', bounds: { ...ROOMY, ...bounds } }),
    pubSub,
  );
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
  } as unknown as Services;
  const context = createContext(services, {
    caller: { key: 'a', known: false, may, admin: false, expiresAt: undefined },
    courierCredential: undefined,
  });
  return { pubSub, statusLog, warn, send, context };
};

it('tells how things stand to who did not read until the log went on without them', async () => {
  const names = ['one', 'two', 'three', 'four', 'five', 'six'];
  let status = 'sent';
  const { statusLog, context, pubSub } = start(
    () => ({ status: 200, body: { results: names.map((name) => row(name, status)) } }),
    { bounds: { entries: 2 } },
  );
  const events = await openEvents(context, 'raised', { messages: names.map(idOfMessage) });
  for (const name of names) {
    expect((await events.next()).value).toMatchObject({ messageId: idOfMessage(name), status: 'SENT' });
  }
  const waiting = events.next();
  await vi.waitFor(() => expect(pubSub.size).toBe(1));
  status = 'deleted';
  for (const name of ['one', ...names]) {
    await statusLog.record([change(name, name === 'one' ? 'DELIVERED' : 'FAILED')]);
  }
  expect((await waiting).value).toMatchObject({ messageId: idOfMessage('one'), status: 'DELIVERED' });
  for (const name of names) {
    expect((await events.next()).value).toMatchObject({
      messageId: idOfMessage(name),
      status: 'DELETED',
      via: 'RECONCILED',
    });
  }
  const next = events.next();
  // Told already, whoever else says it.
  await statusLog.record([change('one', 'DELETED')]);
  await events.return?.();
  expect((await next).done).toBe(true);
  expect(pubSub.size).toBe(0);
});

it('leaves out what cannot be read when it tells in mid-stream how things stand', async () => {
  let healthy = true;
  const { statusLog, context, warn } = start(
    () => (healthy ? { status: 200, body: row('one', 'sent') } : { status: 500, body: {} }),
    { bounds: { entries: 2 } },
  );
  const events = await openEvents(context, 'raised', { messages: [idOfMessage('one')] });
  await events.next();
  healthy = false;
  // The iterator has not asked for live entries yet, and the log forgets them meanwhile.
  for (const name of ['two', 'three', 'four']) await statusLog.record([change(name, 'SENT')]);
  await statusLog.record([change('one', 'DELIVERED')]);
  for (const name of ['five', 'six', 'seven']) await statusLog.record([change(name, 'SENT')]);
  expect((await events.next()).value).toMatchObject({ status: 'DELIVERED', via: 'RECONCILED' });
  expect(warn).toHaveBeenCalledOnce();
  await events.return?.();
});

it('ends at once when the client goes while things are read', async () => {
  const { context, pubSub } = start(() => ({ status: 200, body: row('one', 'sent') }));
  const client = new AbortController();
  const events = await openEvents({ ...context, signal: client.signal }, 'raised', {});
  const waiting = events.next();
  client.abort();
  expect((await waiting).done).toBe(true);
  expect(pubSub.size).toBe(0);
});

it('refuses who may read at neither upstream', async () => {
  const { context } = start(() => ({ status: 200, body: {} }), { may: () => false });
  await expect(openEvents(context, 'raised', {})).rejects.toThrow('the scope bird:read is needed');
  await expect(openEvents(context, 'raised', { messages: [idOfMessage('one')] })).rejects.toThrow(
    'the scope bird:read is needed',
  );
});

it('shows an upstream’s entries only to who may read there', () => {
  const entry = {
    ...change('one', 'SENT'),
    position: 1,
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
