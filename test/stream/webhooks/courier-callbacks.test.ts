import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { globalId } from '../../../src/graph/ids.ts';
import { openStream, type Stream } from '../../../src/stream/stream.ts';
import { statusWord } from '../../../src/stream/webhooks/callback-body.ts';
import { openSqliteTextTokens } from '../../../src/stream/webhooks/sqlite-text-tokens.ts';
import { startTestGateway, type TestGatewayOptions } from '../../support/gateway.ts';
import { idOf } from '../../support/ids.ts';
import { type Asked, startUpstream } from '../../support/upstream.ts';
import { next, STATUS } from '../published.ts';

const TEXT = globalId('CourierText', idOf('text'));
const SEND = `mutation ($url: String) {
  sendCourierText(input: { accountId: "${idOf('account')}", message: "hi", target: "+12025550142", callbackStatusUrl: $url }) {
    text { id status callbackStatusUrl }
  }
}`;

type Attributes = Record<string, string>;
const attributesOf = ({ body }: Asked) => (body as { data: { attributes: Attributes } }).data.attributes;

const form = (status: string) =>
  new URLSearchParams({ MessageSid: 'SM1', MessageStatus: status, SmsStatus: status, To: '+12025550142' });

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A gateway over a courier that takes texts. */
const start = async ({
  dataDir = ':memory:',
  before = async () => {},
  status = 201,
  ...options
}: TestGatewayOptions & {
  dataDir?: string;
  /** What courier does before it answers a send. */
  before?: (url: string) => Promise<void>;
  status?: number;
} = {}) => {
  const sent: Attributes[] = [];
  const row = () => ({
    data: {
      id: idOf('text'),
      type: 'texts',
      attributes: {
        ...sent.at(-1),
        status: 'accepted',
        'created-at': '2026-01-01T12:00:00Z',
        'last-modified-at': '2026-01-01T12:00:00Z',
      },
    },
  });
  const courier = await startUpstream({
    'POST /v1/texts/': async (asked) => {
      sent.push(attributesOf(asked));
      await before(attributesOf(asked)['callback-status-url'] ?? '');
      return { status, body: status === 201 ? row() : { errors: [] } };
    },
    'GET /v1/texts/*/': () => ({ body: row() }),
  });
  closing.push(courier.close);
  let opened: Stream | undefined;
  const gateway = await startTestGateway({
    courier,
    stream: ({ publicUrl, services }) => {
      opened = openStream({ dataDir, birdKeys: [], publicUrl, workspaceId: undefined, warn: services.warn });
      return opened;
    },
    ...options,
  });
  closing.push(gateway.close);
  const stream = opened as Stream | undefined;
  if (!stream) throw new Error('the gateway did not open its stream');
  return { gateway, stream, sent, courier };
};

const post = async (url: string, body: string | URLSearchParams, init: RequestInit = {}) => {
  const response = await fetch(url, { method: 'POST', body, ...init });
  expect(await response.text()).toBe('');
  return response.status;
};

const json = { headers: { 'content-type': 'application/json' } };

describe('a text sent through Pigeon', () => {
  it('tells its status by its callback, once each', async () => {
    const { gateway, stream, sent } = await start();
    const events = gateway.watch(STATUS);
    const first = next(events);
    while (stream.counts.subscribers !== 1) await new Promise(setImmediate);
    const { body } = await gateway.ask(SEND);
    // Whoever may read the text may not say what became of it.
    expect(body).toEqual({
      data: { sendCourierText: { text: { id: TEXT, status: 'ACCEPTED', callbackStatusUrl: null } } },
    });
    const url = sent[0]?.['callback-status-url'] ?? '';
    expect(url).toMatch(new RegExp(`^${gateway.publicUrl}/webhooks/courier/texts/[\\w-]{22}$`));
    expect(await first).toMatchObject({ messageId: TEXT, status: 'ACCEPTED', via: 'MUTATION' });
    expect(await post(url, form('sent'))).toBe(204);
    expect(await post(url, form('sent'))).toBe(204);
    expect(await post(url, '{ "status": "delivered" }', json)).toBe(204);
    expect(await post(url, form('sent'))).toBe(204);
    expect(await next(events)).toMatchObject({
      messageId: TEXT,
      status: 'SENT',
      previous: 'ACCEPTED',
      nativeStatus: 'sent',
      via: 'WEBHOOK',
    });
    expect(await next(events)).toMatchObject({ status: 'DELIVERED', previous: 'SENT', via: 'WEBHOOK' });
    expect(stream.counts.callbacks).toMatchObject({ recorded: 2, duplicate: 2 });
    const read = await gateway.ask('query ($id: ID!) { message(id: $id) { status } }', { id: TEXT });
    expect(read.body.data.message.status).toBe('DELIVERED');
    await events.return?.();
  });

  it('tells what came before courier answered the send', async () => {
    const { gateway, stream } = await start({
      before: async (url) => {
        expect(await post(url, form('delivered'))).toBe(204);
        expect(await post(url, form('queued'))).toBe(204);
      },
    });
    const events = gateway.watch(STATUS);
    const first = next(events);
    while (stream.counts.subscribers !== 1) await new Promise(setImmediate);
    await gateway.ask(SEND);
    expect(await first).toMatchObject({ messageId: TEXT, status: 'ACCEPTED', via: 'MUTATION' });
    expect(await next(events)).toMatchObject({ messageId: TEXT, status: 'DELIVERED', via: 'WEBHOOK' });
    expect(stream.counts.callbacks.early).toBe(2);
    await events.return?.();
  });

  it('has an address of its own each', async () => {
    const { gateway, sent } = await start();
    await gateway.ask(SEND);
    await gateway.ask(SEND);
    expect(new Set(sent.map((attributes) => attributes['callback-status-url'])).size).toBe(2);
  });

  it('keeps the address that the caller names', async () => {
    const { gateway, sent } = await start();
    const url = 'https://elsewhere.example/status';
    const { body } = await gateway.ask(SEND, { url });
    expect(sent[0]?.['callback-status-url']).toBe(url);
    expect(body.data.sendCourierText.text.callbackStatusUrl).toBe(url);
  });

  it('leaves no address when courier refuses it', async () => {
    const { gateway, sent } = await start({ status: 422 });
    const { body } = await gateway.ask(SEND);
    expect(body.errors).toHaveLength(1);
    expect(await post(sent[0]?.['callback-status-url'] ?? '', form('sent'))).toBe(404);
  });

  it('is known after a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'pigeon-'));
    closing.push(() => rm(dataDir, { recursive: true }));
    const one = await start({ dataDir });
    await one.gateway.ask(SEND);
    const path = new URL(one.sent[0]?.['callback-status-url'] ?? '').pathname;
    await one.gateway.close();
    const two = await start({ dataDir });
    expect(await post(two.gateway.url + path, form('delivered'))).toBe(204);
    expect((await two.stream.changes.seen([TEXT], 'service')).get(TEXT)?.status).toBe('DELIVERED');
  });

  it('tells after a restart what was taken before and not told', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'pigeon-'));
    closing.push(() => rm(dataDir, { recursive: true }));
    const tokens = openSqliteTextTokens(dataDir);
    await tokens.add('key', 'service');
    await tokens.report('key', { status: 'SENT', nativeStatus: 'sent', occurredAt: 1 });
    await tokens.bind('key', idOf('text'));
    await tokens.close();
    const { stream } = await start({ dataDir });
    await vi.waitFor(async () =>
      expect((await stream.changes.seen([TEXT], 'service')).get(TEXT)?.status).toBe('SENT'),
    );
  });

  it('tells only whose credential sent it', async () => {
    const { gateway, stream, sent } = await start({ courierForwards: true });
    const headers = { 'x-courier-authorization': 'Bearer mine' };
    const watch = (authorization: string) =>
      gateway.watch(STATUS, {}, { payload: { 'x-courier-authorization': authorization } });
    const mine = watch('Bearer mine');
    const theirs = watch('Bearer theirs');
    const [first] = [next(mine), next(theirs).catch(() => {})];
    while (stream.counts.subscribers !== 2) await new Promise(setImmediate);
    await gateway.ask(SEND, {}, { headers });
    expect(await post(sent[0]?.['callback-status-url'] ?? '', form('sent'))).toBe(204);
    expect(await first).toMatchObject({ status: 'ACCEPTED' });
    expect(await next(mine)).toMatchObject({ status: 'SENT', via: 'WEBHOOK' });
    expect((await stream.changes.seen([TEXT], 'service')).size).toBe(0);
    await mine.return?.();
    await theirs.return?.();
  });
});

describe('POST /webhooks/courier/texts/{token}', () => {
  it('refuses a token that was not given, whatever it says', async () => {
    const { gateway, stream, sent } = await start();
    await gateway.ask(SEND);
    const url = sent[0]?.['callback-status-url'] ?? '';
    const forged = [
      `${url}a`,
      url.slice(0, -1),
      `${url.slice(0, -22)}${'A'.repeat(22)}`,
      `${url.slice(0, -22)}x`,
    ];
    for (const one of forged) {
      expect(await post(one, form('delivered'))).toBe(404);
      expect(await post(one, 'nothing')).toBe(404);
    }
    expect(stream.counts.callbacks.forged).toBe(8);
    expect((await stream.changes.seen([TEXT], 'service')).get(TEXT)?.status).toBe('ACCEPTED');
  });

  it('refuses other methods and bodies', async () => {
    const { gateway, stream, sent } = await start();
    await gateway.ask(SEND);
    const url = sent[0]?.['callback-status-url'] ?? '';
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const response = await fetch(url, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
    for (const body of [
      '',
      '{',
      'MessageStatus=',
      'MessageStatus=%2B12025550142',
      '[]',
      '{"status":3}',
      'null',
    ]) {
      expect(await post(url, body)).toBe(400);
    }
    const large = await fetch(url, { method: 'POST', body: `MessageStatus=sent&a=${'a'.repeat(2 ** 20)}` });
    expect(large.status).toBe(413);
    const foreign = { headers: { origin: 'https://elsewhere.example' } };
    expect((await fetch(url, { method: 'POST', body: form('sent'), ...foreign })).status).toBe(403);
    expect(await post(url, form('something-new'))).toBe(204);
    expect((await stream.changes.seen([TEXT], 'service')).get(TEXT)?.status).toBe('ACCEPTED');
    expect(stream.counts.callbacks).toMatchObject({ malformed: 7, recorded: 0 });
  });

  it('answers 503 while nothing can be written', async () => {
    const { stream, gateway, sent } = await start();
    await gateway.ask(SEND);
    await stream.close();
    expect(await post(sent[0]?.['callback-status-url'] ?? '', form('sent'))).toBe(503);
    expect(stream.counts.callbacks.failed).toBe(1);
  });
});

it.each([
  ['MessageStatus=sent&SmsStatus=queued', 'sent'],
  ['SmsStatus=sent', 'sent'],
  ['{"messageStatus":"sent"}', 'sent'],
  ['{"data":{"type":"texts","attributes":{"status":"sent"}}}', 'sent'],
  ['{"data":null}', undefined],
  ['{"a":"b"}', undefined],
  ['status=Amina Diallo', undefined],
])('reads %s as %s', (body, word) => {
  expect(statusWord(body)).toBe(word);
});
