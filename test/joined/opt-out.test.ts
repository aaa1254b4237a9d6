import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OptOuts } from '../../src/sending/opt-outs.ts';
import { openSqliteSendStore } from '../../src/sending/sqlite-send-store.ts';
import { resource } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';
import { birdId, birdMessage, WORKSPACE } from './bird.ts';
import { type Ada, LINE, NUMBER, reasonsOf, startSending, TALK } from './sending.ts';

const toNumber = { channelId: LINE, to: NUMBER };
const toContact = { channelId: LINE, contactId: birdId('BirdContact', 'ada') };
const inTalk = { channelId: TALK };

describe('a STOP that comes in by webhook', () => {
  test.each([
    ['the number', toNumber],
    ['the number as somebody writes it', { channelId: LINE, to: '+1 (202) 555-0100' }],
    ['the contact', toContact],
  ])('ends sends to %s', async (_, to) => {
    await using sending = await startSending();
    await sending.inbound(' Stop. ');
    expect(await reasonsOf(sending.send(to))).toEqual(['OPTED_OUT']);
    expect(sending.sent()).toEqual([]);
  });

  test('ends sends over a channel of courier that texts the number', async () => {
    await using sending = await startSending({ talk: { 'with-sms': true } });
    await sending.inbound('STOP');
    expect(await reasonsOf(sending.send(inTalk))).toEqual(['OPTED_OUT']);
    await using other = await startSending();
    await other.inbound('STOP');
    expect((await other.send(inTalk)).body.data.sendMessage.message.source).toBe('COURIER');
  });

  test('is no other number’s, and no other word is one', async () => {
    await using sending = await startSending();
    await sending.inbound('STOP', { from: '+12025550199', id: 'grace' });
    await sending.inbound('Please stop by on Monday');
    expect((await sending.send(toNumber)).body.errors).toBeUndefined();
    expect(sending.sent()).toHaveLength(1);
  });

  test('holds until a START that was said after it, in whichever order they come', async () => {
    await using sending = await startSending();
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
    await sending.inbound('START', { at: at(1) });
    await sending.inbound('STOP', { at: at(2) });
    await sending.inbound('START', { at: at(2) });
    expect(await reasonsOf(sending.send(toNumber))).toEqual(['OPTED_OUT']);
    await sending.inbound('START', { at: at(3) });
    await sending.inbound('STOP', { at: at(2) });
    expect((await sending.send(toNumber)).body.errors).toBeUndefined();
  });

  test('is known after a restart, and nothing in the file says whose it is', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'pigeon-'));
    try {
      {
        await using sending = await startSending({}, { sendStore: openSqliteSendStore(dataDir) });
        await sending.inbound('STOP');
      }
      const { readdir, readFile } = await import('node:fs/promises');
      for (const file of await readdir(dataDir)) {
        const bytes = await readFile(join(dataDir, file));
        for (const word of [NUMBER.slice(1), '5550100', idOf('ada'), 'STOP'])
          expect(bytes.includes(word)).toBe(false);
      }
      await using sending = await startSending({}, { sendStore: openSqliteSendStore(dataDir) });
      expect(await reasonsOf(sending.send(toNumber))).toEqual(['OPTED_OUT']);
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });

  test('that comes while Bird has sends wait ends them before they are made again', async () => {
    await using sending = await startSending();
    let tries = 0;
    sending.bird.answers({
      [`POST ${WORKSPACE}/channels/${idOf('line')}/messages`]: async () => {
        tries += 1;
        await sending.inbound('STOP');
        return tries === 1 ? { status: 429 } : { status: 202, body: birdMessage('sent', 'line') };
      },
    });
    expect(await reasonsOf(sending.send({ ...toNumber, idempotencyKey: 'k' }))).toEqual(['OPTED_OUT']);
    expect(tries).toBe(1);
    // Nothing was sent, so the key is free, and what it is asked for is looked at anew.
    await sending.inbound('START', { at: new Date(Date.now() + 1000) });
    expect((await sending.send({ ...toNumber, idempotencyKey: 'k' })).body.errors).toBeUndefined();
    expect(tries).toBe(2);
  });

  test('that cannot be written down is refused, and heeded all the same', async () => {
    const store = openSqliteSendStore(':memory:');
    let broken = true;
    const wish: typeof store.wish = (...args) =>
      broken ? Promise.reject(new Error('the disk is full')) : store.wish(...args);
    await using sending = await startSending({}, { sendStore: { ...store, wish } });
    await expect(sending.inbound('STOP')).rejects.toThrow('503');
    expect(await reasonsOf(sending.send(toNumber))).toEqual(['OPTED_OUT']);
    broken = false;
    await sending.inbound('STOP');
    expect(await reasonsOf(sending.send(toNumber))).toEqual(['OPTED_OUT']);
  });

  test.each(['unsubscribe-request', 'reported-as-spam'])('counts as said by %s', async (type) => {
    await using sending = await startSending();
    await sending.webhook('sms.interaction', {
      id: idOf('interaction'),
      type,
      messageId: idOf('sent'),
      channelId: idOf('line'),
      receiver: { contacts: [{ id: idOf('ada'), identifierValue: NUMBER }] },
      createdAt: '2026-01-01T00:00:00Z',
    });
    expect(await reasonsOf(sending.send(toNumber))).toEqual(['OPTED_OUT']);
  });
});

describe('what the upstreams have recorded', () => {
  const LIST = idOf('no more');
  test.each<[string, Ada, object, string[]]>([
    [
      'an attribute of the contact',
      { contact: { attributes: { subscribedSms: false } } },
      toNumber,
      ['OPTED_OUT'],
    ],
    [
      'an attribute by another name',
      { contact: { attributes: { sms_opted_out: 'yes' } } },
      toContact,
      ['OPTED_OUT'],
    ],
    ['a list of the contact', { contact: { listIds: [LIST] } }, toContact, ['OPTED_OUT']],
    ['a channel that is not active', { line: { status: 'inactive' } }, toContact, ['CHANNEL_INACTIVE']],
    [
      'an unsubscribed number of who takes part',
      { talk: { 'with-sms': true }, subscriber: { 'phone-number-unsubscribed': true } },
      inTalk,
      ['OPTED_OUT'],
    ],
    [
      'an unsubscribed number of the user',
      { talk: { 'with-sms': true }, user: { 'phone-unsubscribed': true } },
      inTalk,
      ['OPTED_OUT'],
    ],
    [
      'preferences of the user',
      { talk: { 'with-sms': true }, user: { 'communication-preferences': { sms: { enabled: false } } } },
      inTalk,
      ['OPTED_OUT'],
    ],
    [
      'preferences of who takes part',
      { subscriber: { 'communication-preferences': { mobile: false, web: { subscribed: false } } } },
      inTalk,
      ['OPTED_OUT'],
    ],
    [
      'a consent that was not given',
      {
        talk: { 'with-sms': true },
        consents: [
          resource('user-consents', 'old', {
            type: 'sms',
            state: 'accepted',
            'last-modified-at': '2025-01-01 00:00:00',
          }),
          resource('user-consents', 'new', {
            type: 'sms',
            state: 'declined',
            'last-modified-at': '2026-01-01 00:00:00',
          }),
        ],
      },
      inTalk,
      ['NO_CONSENT'],
    ],
    [
      'a STOP said last in the channel',
      { talk: { 'last-message': { message: 'stop' } } },
      inTalk,
      ['OPTED_OUT'],
    ],
    ['a channel that is put away', { talk: { archived: true } }, inTalk, ['CHANNEL_INACTIVE']],
  ])('%s ends a send', async (_, ada, to, reasons) => {
    const sendRules = {
      quietHours: undefined,
      cap: undefined,
      otherwise: 'refuse',
      timeZone: 'UTC',
      optOutLists: [LIST],
    } as const;
    await using sending = await startSending(ada, { sendRules });
    expect(await reasonsOf(sending.send(to))).toEqual(reasons);
    expect(sending.sent()).toEqual([]);
  });

  test.each<[string, Ada, object]>([
    [
      'a number that is unsubscribed of texts, in a channel without them',
      { user: { 'phone-unsubscribed': true } },
      inTalk,
    ],
    [
      'an attribute about another platform',
      { contact: { attributes: { subscribedEmail: false, subscribedSms: true } } },
      toContact,
    ],
    [
      'a consent that was given',
      {
        talk: { 'with-sms': true },
        consents: [resource('user-consents', 'one', { type: 'sms', state: 'accepted' })],
      },
      inTalk,
    ],
    [
      'an empty preference',
      { user: { 'communication-preferences': { sms: {} } }, talk: { 'with-sms': true } },
      inTalk,
    ],
  ])('%s ends none', async (_, ada, to) => {
    await using sending = await startSending(ada);
    expect((await sending.send(to)).body.errors).toBeUndefined();
    expect(sending.sent()).toHaveLength(1);
  });

  test('that cannot be read lets nothing through', async () => {
    await using sending = await startSending(
      {},
      { bird: { [`POST ${WORKSPACE}/contacts/search`]: { status: 500 } } },
    );
    const { body } = await sending.send(toNumber);
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
    expect(sending.sent()).toEqual([]);
  });
});

test('a store that cannot be read lets nothing through', async () => {
  const store = openSqliteSendStore(':memory:');
  await using sending = await startSending({}, { sendStore: store });
  await store.close();
  const { body } = await sending.send(toNumber);
  expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
  expect(sending.sent()).toEqual([]);
});

test('a wish counts from the moment that it is heard, and not before it is asked about', async () => {
  const store = openSqliteSendStore(':memory:');
  const optOuts = new OptOuts(store);
  const ada = [{ kind: 'phone', value: NUMBER }] as const;
  const gate = await optOuts.open(optOuts.marks(ada));
  expect(gate?.()).toBe(true);
  const written = optOuts.hear(ada, { wish: 'stop', at: 1 });
  expect(gate?.()).toBe(false);
  await written;
  expect(await optOuts.open(optOuts.marks(ada))).toBeUndefined();
  await optOuts.hear(ada, { wish: 'resume', at: 2 });
  expect((await optOuts.open(optOuts.marks(ada)))?.()).toBe(true);
  await store.close();
});
