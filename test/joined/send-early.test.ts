import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { openSqliteOutbox } from '../../src/outbox/sqlite-outbox.ts';
import { openSqliteSendStore } from '../../src/sending/sqlite-send-store.ts';
import { idOf } from '../support/ids.ts';
import { LINE, NUMBER, reasonsOf, type Sending, startSending, TALK } from './sending.ts';

type Rules = Config['sendRules'];

const NIGHT: Rules = {
  quietHours: { from: 21 * 60, to: 8 * 60 },
  cap: undefined,
  otherwise: 'refuse',
  timeZone: 'UTC',
  optOutLists: [],
};
const LATER: Rules = { ...NIGHT, otherwise: 'schedule' };
const CAP: Rules = { ...NIGHT, quietHours: undefined, cap: { count: 2, windowMs: 3_600_000 } };

/** Half past ten in the evening, and eight in the morning after. */
const EVENING = Date.UTC(2026, 0, 15, 22, 30);
const MORNING = Date.UTC(2026, 0, 16, 8);

const overBird = { channelId: LINE, to: NUMBER };
const overCourier = { channelId: TALK };

/** Sets the clock on the wall; timers run on. */
const setClock = (time: number): void => {
  vi.useFakeTimers({ toFake: ['Date'], now: time });
};

afterEach(() => {
  vi.useRealTimers();
});

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const end = performance.now() + 10_000;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('it never came so');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** Resolves when nothing waits any more; what is sent meanwhile is nobody’s query’s. */
const untilSent = ({ gateway }: Sending): Promise<void> =>
  until(async () => {
    const query = '{ scheduledSends { id } }';
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { data } = (await response.json()) as { data: { scheduledSends: object[] } };
    return data.scheduledSends.length === 0;
  });

describe('in quiet hours', () => {
  test.each([
    ['Bird', overBird],
    ['courier', overCourier],
  ])('a message over %s is refused, and says when it may be sent', async (_, to) => {
    setClock(EVENING);
    await using sending = await startSending({}, { sendRules: NIGHT });
    const { body } = await sending.send(to);
    expect(body.errors?.[0]?.extensions).toMatchObject({
      code: 'NOT_REACHABLE',
      reasons: ['QUIET_HOURS'],
      retryable: true,
      retryAfter: (MORNING - EVENING) / 1000,
    });
    expect(sending.sent()).toEqual([]);
    setClock(MORNING);
    expect((await sending.send(to)).body.errors).toBeUndefined();
  });

  test('each person’s own clock counts', async () => {
    setClock(EVENING);
    const contact = { attributes: { timezone: 'America/New_York' } };
    await using sending = await startSending({ contact, user: { tz: 'Asia/Tokyo' } }, { sendRules: NIGHT });
    expect((await sending.send(overBird)).body.errors).toBeUndefined();
    // It is half past seven in Tokyo.
    expect(await reasonsOf(sending.send(overCourier))).toEqual(['QUIET_HOURS']);
  });

  test('Bird is told to send it in the morning', async () => {
    setClock(EVENING);
    await using sending = await startSending({}, { sendRules: LATER });
    const { body } = await sending.send(overBird);
    expect(body.data.sendMessage).toMatchObject({ message: { status: 'SCHEDULED' }, scheduled: null });
    expect(sending.sent()[0]?.body).toMatchObject({ scheduledFor: new Date(MORNING).toISOString() });
  });

  test('Bird, which sends at once what is due within minutes, is told a later time', async () => {
    setClock(MORNING - 60_000);
    await using sending = await startSending({}, { sendRules: LATER });
    await sending.send(overBird);
    expect(sending.sent()[0]?.body).toMatchObject({
      scheduledFor: new Date(MORNING + 10 * 60_000).toISOString(),
    });
  });

  test('a message over courier waits, once for each key, and is sent in the morning', async () => {
    setClock(EVENING);
    await using sending = await startSending({}, { sendRules: LATER, sendQueueMs: 20 });
    sending.courier.answers({ 'GET /v1/messaging-messages/*/': { status: 404 } });
    const input = { ...overCourier, clientId: 'draft 7', idempotencyKey: 'k' };
    const { body } = await sending.send(input);
    const { scheduled, message } = body.data.sendMessage;
    expect(message).toBeNull();
    expect(scheduled).toMatchObject({
      sendAt: new Date(MORNING).toISOString(),
      channelId: TALK,
      clientId: 'draft 7',
    });
    expect((await sending.send(input)).body).toEqual(body);
    const conflict = await sending.send({ ...input, text: 'Goodbye' });
    expect(conflict.body.errors?.[0]?.extensions.code).toBe('CONFLICT');
    const list = '{ scheduledSends { id clientId } }';
    expect(await sending.data(list)).toEqual({ scheduledSends: [{ id: scheduled.id, clientId: 'draft 7' }] });
    expect(sending.sent()).toEqual([]);
    setClock(MORNING);
    await untilSent(sending);
    expect(sending.sent()).toHaveLength(1);
    // It was this very send, so its key gives its message now.
    const again = await sending.send(input);
    expect(again.body.data.sendMessage.message).toMatchObject({ source: 'COURIER', clientId: 'draft 7' });
    expect(sending.sent()).toHaveLength(1);
  });

  test('a message that waits is not sent to who wants no more by then', async () => {
    setClock(EVENING);
    const talk = { 'with-sms': true };
    await using sending = await startSending({ talk }, { sendRules: LATER, sendQueueMs: 20 });
    expect((await sending.send(overCourier)).body.data.sendMessage.scheduled).not.toBeNull();
    await sending.inbound('STOP');
    setClock(MORNING);
    await untilSent(sending);
    expect(sending.sent()).toEqual([]);
  });

  test('a message that waits can be taken back', async () => {
    setClock(EVENING);
    await using sending = await startSending({}, { sendRules: LATER });
    const { id } = (await sending.send(overCourier)).body.data.sendMessage.scheduled;
    const cancel = `mutation { cancelScheduledSend(input: { id: "${id}" }) { id } }`;
    expect(await sending.data(cancel)).toEqual({ cancelScheduledSend: { id } });
    expect(await sending.data('{ scheduledSends { id } }')).toEqual({ scheduledSends: [] });
    expect(await sending.error(cancel)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a caller’s own credential is not kept: the message is refused', async () => {
    setClock(EVENING);
    await using sending = await startSending({}, { sendRules: LATER, courierForwards: true });
    const headers = { 'x-courier-authorization': 'Bearer ada' };
    const { body } = await sending.gateway.ask(
      'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }',
      { input: { ...overCourier, text: 'Hello' } },
      { headers },
    );
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_REACHABLE', reasons: ['QUIET_HOURS'] });
  });
});

test('a send that ended in the middle, with its process, is not made again by the queue', async () => {
  setClock(EVENING);
  const { mkdtemp, rm } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const dataDir = await mkdtemp(join(tmpdir(), 'pigeon-'));
  const stores = () => ({ sendStore: openSqliteSendStore(dataDir), sends: openSqliteOutbox({ dataDir }) });
  try {
    const hang: Promise<unknown> = new Promise(() => {});
    const post = { 'POST /v1/messaging-messages/': { until: hang } };
    const options = { sendRules: LATER, sendQueueMs: 20, deadlineMs: 3000 };
    await using first = await startSending({}, { ...options, ...stores(), courier: post });
    expect((await first.send(overCourier)).body.data.sendMessage.scheduled).not.toBeNull();
    setClock(MORNING);
    await until(() => first.sent().length === 1);
    // Another process opens the files as the first would have left them; the lease of what it was sending ends.
    setClock(MORNING + 120_000);
    await using second = await startSending({}, { ...options, ...stores() });
    await untilSent(second);
    expect(second.sent()).toEqual([]);
    const { pendingSends } = await second.data('{ pendingSends { mutation state } }');
    expect(pendingSends).toEqual([{ mutation: 'sendMessage', state: 'UNKNOWN' }]);
  } finally {
    await rm(dataDir, { recursive: true });
  }
});

describe('a cap', () => {
  test('lets so many messages through, and counts none that was not sent', async () => {
    setClock(MORNING);
    await using sending = await startSending({}, { sendRules: CAP });
    const path = `POST /workspaces/${idOf('workspace')}/channels/${idOf('line')}/messages`;
    expect((await sending.send(overBird)).body.errors).toBeUndefined();
    const good = sending.sent().length;
    sending.bird.answers({ [path]: { status: 422, body: {} } });
    expect((await sending.send(overBird)).body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    sending.bird.answers({ [path]: { status: 500 } });
    // What may have been sent counts.
    expect((await sending.send(overBird)).body.errors?.[0]?.extensions.code).toBe('OUTCOME_UNKNOWN');
    const { body } = await sending.send(overBird);
    expect(body.errors?.[0]?.extensions).toMatchObject({ reasons: ['CAP_REACHED'], retryAfter: 3600 });
    expect(sending.sent()).toHaveLength(good + 2);
  });

  test('is one person’s over both upstreams', async () => {
    setClock(MORNING);
    await using sending = await startSending({}, { sendRules: CAP });
    await sending.send(overBird);
    expect((await sending.send(overCourier)).body.errors).toBeUndefined();
    expect(await reasonsOf(sending.send(overCourier))).toEqual(['CAP_REACHED']);
    expect(
      await reasonsOf(
        sending.send({ personId: Buffer.from(`Person:${idOf('ada')}`).toString('base64'), channelId: LINE }),
      ),
    ).toEqual(['CAP_REACHED']);
  });
});
