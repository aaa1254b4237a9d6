import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import { startFront } from './front.ts';
import { at, many, message, one, resource } from './samples.ts';

const LIST = 'GET /v1/messaging-messages/';
const asked = `{ courier { messages(channelId: "${idOf('channel')}") { nodes {
  status nativeStatus direction text createdAt statusAt author { name self individual { nativeId } }
} } } }`;

/** How one message with these attributes shows. */
const shown = async (attributes: object) => {
  await using front = await startFront({ courier: { [LIST]: many([message('one', attributes)]) } });
  const { courier } = await front.data(asked);
  return courier.messages.nodes[0];
};

describe('a courier message', () => {
  const receipt = (name: string) => ({ 'individual-id': idOf(name), 'ack-time': at(2) });

  test.each<[string, object, object]>([
    [
      'of a participant comes in',
      {},
      { status: 'RECEIVED', direction: 'INCOMING', author: { self: false, name: 'Amina Diallo' } },
    ],
    [
      'of a participant is read by anybody else',
      { 'read-receipts': [receipt('amina'), receipt('farah')] },
      { status: 'READ', direction: 'INCOMING' },
    ],
    [
      'is not read by its author',
      { 'read-receipts': [receipt('amina')] },
      { status: 'RECEIVED', direction: 'INCOMING' },
    ],
    [
      'of a provider goes out',
      { 'user-type': 'provider' },
      { status: 'SENT', direction: 'OUTGOING', author: { self: true } },
    ],
    [
      'of a provider is read by a participant',
      { 'user-type': 'provider', 'individual-id': idOf('farah'), 'read-receipts': [receipt('amina')] },
      { status: 'READ', direction: 'OUTGOING' },
    ],
    [
      'of the auto-responder goes out, whosever it is',
      { source: 'auto-responder' },
      { status: 'SENT', direction: 'OUTGOING', author: { self: true } },
    ],
    [
      'of the auto-responder is read like any other',
      { source: 'auto-responder', 'individual-id': undefined, 'read-receipts': [receipt('amina')] },
      { status: 'READ', author: { self: true, individual: null } },
    ],
    [
      'of nobody goes out',
      {
        'user-type': undefined,
        'individual-id': undefined,
        'first-name': undefined,
        'last-name': undefined,
      },
      { status: 'SENT', direction: 'OUTGOING', author: { self: true, name: null } },
    ],
    [
      'of somebody whose part is not told comes in',
      { 'user-type': null },
      { status: 'RECEIVED', direction: 'INCOMING', author: { individual: { nativeId: idOf('amina') } } },
    ],
    ['is a draft until it is posted', { draft: true }, { status: 'DRAFT' }],
    ['is deleted when it was removed', { removed: true, draft: true }, { status: 'DELETED' }],
    ['calls its author by the name they prefer', { 'preferred-name': 'Mina' }, { author: { name: 'Mina' } }],
    [
      'calls its author by the user’s name where it knows no other',
      { 'first-name': null, 'last-name': '', 'preferred-name': '', 'user-name': 'amina' },
      { author: { name: 'amina' } },
    ],
    ['has no words of courier’s for it', {}, { nativeStatus: null }],
    ['may have no text', { message: undefined }, { text: null }],
  ])('%s', async (_, attributes, expected) => {
    expect(await shown(attributes)).toMatchObject(expected);
  });

  test('whose times are missing or cannot be read has none, and the log is warned without them', async () => {
    const lines: string[] = [];
    const log = pino(
      { level: 'warn' },
      new Writable({
        write: (chunk, _, done) => {
          lines.push(String(chunk));
          done();
        },
      }),
    );
    await using front = await startFront({
      courier: {
        [LIST]: many([
          message('one', { 'posted-time': 'yesterday', 'last-modified-time': '2026-13-45T99:00:00Z' }),
          message('two', { 'posted-time': '2026-01-01T10:00:00', 'last-modified-time': '' }),
          message('three', { 'posted-time': '2026-01-01T10:00:00.123456+02:00' }),
        ]),
      },
      log,
    });
    const { courier } = await front.data(asked);
    expect(courier.messages.nodes).toMatchObject([
      { text: 'words of one', createdAt: null, statusAt: null },
      { createdAt: '2026-01-01T10:00:00.000Z', statusAt: null },
      { createdAt: '2026-01-01T08:00:00.123Z', statusAt: at(1) },
    ]);
    // Both times of the first and the one that the second lacks.
    expect(lines).toHaveLength(3);
    expect(lines.join()).not.toMatch(/yesterday|2026-13/);
  });
});

describe('courier’s word', () => {
  const words: [string | null, string][] = [
    ['draft', 'DRAFT'],
    ['scheduled', 'SCHEDULED'],
    ['accepted', 'ACCEPTED'],
    ['queued', 'PROCESSING'],
    ['sending', 'PROCESSING'],
    ['sent', 'SENT'],
    ['canceled', 'SKIPPED'],
    ['rejected', 'REJECTED'],
    ['failed', 'FAILED'],
    ['undelivered', 'FAILED'],
    ['delivered', 'DELIVERED'],
    ['received', 'RECEIVED'],
    ['read', 'READ'],
    ['Delivered', 'DELIVERED'],
    ['teleported', 'UNKNOWN'],
    ['constructor', 'UNKNOWN'],
    [null, 'UNKNOWN'],
  ];

  test.each(words)('%s of a text or an email is %s', async (word, status) => {
    await using front = await startFront({
      courier: {
        'GET /v1/texts/*/': one(resource('texts', 'text', { status: word })),
        'GET /v1/user-emails/*/': one(resource('user-emails', 'email', { status: word })),
      },
    });
    const { courier } = await front.data(`{ courier {
      text(id: "${idOf('text')}") { status nativeStatus direction }
      email(id: "${idOf('email')}") { status nativeStatus direction author { self } }
    } }`);
    const came = word === 'received';
    expect(courier.text).toEqual({ status, nativeStatus: word, direction: came ? 'INCOMING' : 'OUTGOING' });
    expect(courier.email).toEqual({
      status,
      nativeStatus: word,
      direction: 'OUTGOING',
      author: { self: true },
    });
  });

  test.each(['received', 'Received', 'receiving'])('%s tells that a text came in', async (word) => {
    await using front = await startFront({
      courier: { 'GET /v1/texts/*/': one(resource('texts', 'text', { status: word })) },
    });
    const { courier } = await front.data(
      `{ courier { text(id: "${idOf('text')}") { direction author { self } } } }`,
    );
    expect(courier.text).toEqual({ direction: 'INCOMING', author: { self: false } });
  });
});
