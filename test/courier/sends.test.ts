import { describe, expect, test } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import type { Changes, MessageChange, Standing } from '../../src/ports.ts';
import { idOf } from '../support/ids.ts';
import type { Prepared } from '../support/upstream.ts';
import { startFront } from './front.ts';
import { at, created, message, one, resource } from './samples.ts';

const NEVER = new Promise(() => {});
const POST = `mutation { postCourierMessage(input: { channelId: "${idOf('channel')}", message: "Hello" }) { message { id } } }`;
const TEXT = `mutation { sendCourierText(input: { accountId: "${idOf('account')}", target: "+12025550100", message: "Hello" }) { text { id } } }`;
const EMAIL = `mutation { sendCourierEmail(input: { id: "${idOf('email')}" }) { email { id } } }`;

const SENDS: [string, string, string][] = [
  ['a message', 'POST /v1/messaging-messages/', POST],
  ['a text', 'POST /v1/texts/', TEXT],
  ['an email', `POST /v1/user-emails/${idOf('email')}/send/`, EMAIL],
];

describe.each(SENDS)('%s', (_, operation, query) => {
  test.each<[string, Prepared, string, boolean]>([
    ['is refused for its quota', { status: 429, headers: { 'retry-after': '0' } }, 'RATE_LIMITED', true],
    ['is refused', { status: 409 }, 'CONFLICT', false],
    ['fails at courier', { status: 500 }, 'OUTCOME_UNKNOWN', false],
    ['finds courier down', { status: 503 }, 'OUTCOME_UNKNOWN', false],
    ['takes courier too long', { status: 408 }, 'OUTCOME_UNKNOWN', false],
    ['is sent elsewhere', { status: 303 }, 'OUTCOME_UNKNOWN', false],
    ['loses its answer in between', { status: 502 }, 'OUTCOME_UNKNOWN', false],
    ['waits too long in between', { status: 504 }, 'OUTCOME_UNKNOWN', false],
    ['loses its connection', { destroy: true }, 'OUTCOME_UNKNOWN', false],
    ['is not answered', { until: NEVER }, 'OUTCOME_UNKNOWN', false],
    ['is answered with what is no JSON', { status: 201, raw: '{' }, 'OUTCOME_UNKNOWN', false],
    ['is answered with nothing', { status: 204 }, 'OUTCOME_UNKNOWN', false],
    ['is answered without data', { status: 201, body: { meta: {} } }, 'OUTCOME_UNKNOWN', false],
  ])('that %s is not sent again', async (__, answer, code, retryable) => {
    await using front = await startFront({ courier: { [operation]: answer }, deadlineMs: 250 });
    const error = await front.error(query);
    expect(error).toMatchObject({ code, retryable, upstream: { api: 'courier', method: 'POST' } });
    expect(front.courier.asked).toHaveLength(1);
  });

  test('that surely did not leave is tried again', async () => {
    await using front = await startFront({ courier: { [operation]: {} } });
    await front.courier.close();
    const error = await front.error(query);
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
    expect(front.courier.asked).toHaveLength(0);
  });
});

/** Changes as a test sees them. */
const recorder = (seen: ReadonlyMap<string, Standing> = new Map()) => {
  const recorded: MessageChange[] = [];
  const changes: Changes = {
    record: async (some) => {
      recorded.push(...some);
    },
    seen: async () => seen,
  };
  return { recorded, changes };
};

describe('what a mutation does to a message is recorded', () => {
  const id = (typename: string) => globalId(typename, idOf('thing'));
  const text = (status: string) =>
    resource('texts', 'thing', { status, 'created-at': at(1), 'last-modified-at': at(2), message: 'Hello' });
  const email = (status: string) =>
    resource('user-emails', 'thing', { status, 'created-at': at(1), 'last-modified-at': at(2) });
  const cases: [string, string, Prepared, Partial<MessageChange>][] = [
    [
      `postCourierMessage(input: { channelId: "${idOf('channel')}", message: "Hello" }) { message { id } }`,
      'POST /v1/messaging-messages/',
      created(message('thing', { 'user-type': 'provider', 'last-modified-time': at(3) })),
      {
        messageId: id('CourierMessage'),
        channelId: globalId('CourierChannel', idOf('channel')),
        added: true,
        status: 'SENT',
        nativeStatus: null,
        occurredAt: Date.parse(at(3)),
      },
    ],
    [
      `updateCourierMessage(input: { id: "${idOf('thing')}", removed: true }) { message { id } }`,
      'PATCH /v1/messaging-messages/*/',
      one(message('thing', { removed: true, 'last-modified-time': at(4) })),
      {
        messageId: id('CourierMessage'),
        added: false,
        status: 'RECEIVED',
        removed: true,
        occurredAt: Date.parse(at(4)),
      },
    ],
    [
      `acknowledgeCourierMessage(input: { id: "${idOf('thing')}" }) { message { id } }`,
      'POST /v1/messaging-messages/*/ack/',
      created(message('thing', { 'read-receipts': [{ 'individual-id': idOf('farah') }] })),
      { messageId: id('CourierMessage'), added: false, status: 'READ' },
    ],
    [
      `sendCourierText(input: { accountId: "${idOf('account')}", target: "+1", message: "Hello" }) { text { id } }`,
      'POST /v1/texts/',
      created(text('accepted')),
      {
        messageId: id('CourierText'),
        channelId: null,
        added: true,
        status: 'ACCEPTED',
        nativeStatus: 'accepted',
        occurredAt: Date.parse(at(2)),
      },
    ],
    [
      `createCourierEmail(input: { individualId: "${idOf('amina')}", subject: "Visit" }) { email { id } }`,
      'POST /v1/user-emails/',
      created(email('draft')),
      { messageId: id('CourierEmail'), channelId: null, added: true, status: 'DRAFT', nativeStatus: 'draft' },
    ],
    [
      `sendCourierEmail(input: { id: "${idOf('thing')}" }) { email { id } }`,
      'POST /v1/user-emails/*/send/',
      created(email('sent')),
      { messageId: id('CourierEmail'), added: false, status: 'SENT' },
    ],
  ];

  test.each(cases)('%s', async (field, operation, answer, change) => {
    const { recorded, changes } = recorder();
    await using front = await startFront({ courier: { [operation]: answer }, changes });
    await front.data(`mutation { ${field} }`);
    expect(recorded).toEqual([expect.objectContaining({ ...change, via: 'MUTATION', audience: 'service' })]);
    // Ids and statuses, and nothing of what was said or to whom.
    expect(JSON.stringify(recorded)).not.toMatch(/Hello|Amina|\+1/);
  });

  test('before it answers, for the eyes of the one whose credential it was', async () => {
    const { recorded, changes } = recorder();
    await using front = await startFront({
      courier: { 'POST /v1/messaging-messages/': created(message('thing')) },
      courierForwards: true,
      changes,
    });
    const headers = { 'x-courier-authorization': 'Bearer mine' };
    const { body } = await front.gateway.ask(POST, {}, { headers });
    expect(body.errors).toBeUndefined();
    expect(recorded).toHaveLength(1);
    expect(recorded[0]?.audience).not.toBe('service');
    expect(recorded[0]?.audience).not.toContain('mine');
    expect(front.courier.asked[0]?.headers.authorization).toBe('Bearer mine');
  });

  test('and what cannot be recorded has happened all the same', async () => {
    await using front = await startFront({
      courier: { 'POST /v1/messaging-messages/': created(message('thing')) },
      changes: { record: () => Promise.reject(new Error('disk full')), seen: async () => new Map() },
    });
    const data = await front.data(POST);
    expect(data.postCourierMessage.message.id).toBe(id('CourierMessage'));
  });

  test('and nothing when it was refused', async () => {
    const { recorded, changes } = recorder();
    await using front = await startFront({
      courier: { 'POST /v1/messaging-messages/': { status: 422 } },
      changes,
    });
    await front.error(POST);
    expect(recorded).toEqual([]);
  });
});

test('a message’s status is the higher one of courier’s and the recorded one, or that it is removed', async () => {
  const before = Date.parse(at(0));
  const later = Date.parse(at(5));
  const read: Standing = {
    status: 'READ',
    nativeStatus: null,
    occurredAt: later,
    removed: false,
    removedAt: 0,
  };
  const of = (name: string, standing: Partial<Standing>) =>
    [globalId('CourierMessage', idOf(name)), { ...read, ...standing }] as const;
  const { changes } = recorder(
    new Map([
      of('low', {}),
      of('removed', {}),
      of('back', { removed: true, removedAt: before }),
      of('gone', { removed: true, removedAt: later }),
    ]),
  );
  const names = ['low', 'removed', 'back', 'gone', 'other'];
  await using front = await startFront({
    courier: Object.fromEntries(
      names.map((name) => [
        `GET /v1/messaging-messages/${idOf(name)}/`,
        one(message(name, { removed: name === 'removed' })),
      ]),
    ),
    changes,
  });
  const { courier } = await front.data(
    `{ courier { ${names.map((name) => `${name}: message(id: "${idOf(name)}") { status statusAt }`).join(' ')} } }`,
  );
  expect(courier).toEqual({
    low: { status: 'READ', statusAt: at(5) },
    removed: { status: 'DELETED', statusAt: at(1) },
    // What courier says now is later than what was told of it.
    back: { status: 'READ', statusAt: at(5) },
    gone: { status: 'DELETED', statusAt: at(5) },
    other: { status: 'RECEIVED', statusAt: at(1) },
  });
});
