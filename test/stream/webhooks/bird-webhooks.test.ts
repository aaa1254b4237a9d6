import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { globalId } from '../../../src/graph/ids.ts';
import { StoreError } from '../../../src/store/store-error.ts';
import { openStream, type StreamOptions } from '../../../src/stream/stream.ts';
import { birdSignature } from '../../../src/stream/webhooks/bird-signature.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { raw } from '../../support/raw.ts';
import { smallSchema } from '../../support/schema.ts';
import { CHANNEL, CHANNEL_ID, messageId, uuid, WORKSPACE } from '../changes.ts';

const URL_ = 'https://gateway.example/webhooks/bird';
const KEY = 'secureSigningKey';
const TIMESTAMP = '1719823259';

const started: Promise<TestGateway>[] = [];
afterEach(async () => {
  for (const gateway of started.splice(0)) await (await gateway).close();
});

/** A gateway that is posted to over HTTP, and the stream behind it. */
const start = (options: Partial<StreamOptions> = {}) => {
  const warn = vi.fn();
  const stream = openStream({
    dataDir: ':memory:',
    birdKeys: [KEY],
    publicUrl: 'https://gateway.example',
    workspaceId: WORKSPACE,
    warn,
    now: () => 1_000_000,
    ...options,
  });
  const gateway = startTestGateway({
    schema: smallSchema(),
    publicUrl: 'https://gateway.example',
    stream: () => stream,
  });
  started.push(gateway);
  const ask = async (path: string, init?: RequestInit) => fetch(`${(await gateway).url}${path}`, init);
  const post = async (
    body: string | Uint8Array,
    {
      headers,
      path = '/webhooks/bird',
      ...rest
    }: { path?: string; headers: Record<string, string> } & RequestInit,
  ) => {
    const response = await ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: body as BodyInit,
      ...rest,
    });
    expect(await response.text()).toBe('');
    return response.status;
  };
  const entries = () => stream.changes.head();
  return {
    stream,
    ask,
    gateway,
    warn,
    post,
    entries,
    last: async () => {
      const page = await stream.changes.page((await entries()) - 1, undefined, (entry) => entry);
      return page?.entries[0];
    },
  };
};

const sign = (
  body: string | Uint8Array,
  { key = KEY, timestamp = TIMESTAMP, url = URL_ }: { key?: string; timestamp?: string; url?: string } = {},
) => ({
  'messagebird-signature': birdSignature(key, { timestamp, url, body: Buffer.from(body) }),
  'messagebird-request-timestamp': timestamp,
});

const webhook = (event: string, payload: object, service = 'channels') =>
  JSON.stringify({ service, event, payload });

const message = (more: object = {}) => ({
  id: uuid(1),
  channelId: CHANNEL,
  status: 'sent',
  direction: 'outgoing',
  lastStatusAt: '2024-07-01T08:40:59.000Z',
  createdAt: '2024-07-01T08:40:00.000Z',
  ...more,
});

const SENT = webhook('sms.outbound', message());

describe('Bird’s signature', () => {
  it('is as computed by its recipe', () => {
    const body = Buffer.from('{"service":"channels","event":"sms.outbound","payload":{}}');
    const url = 'https://gateway.example/hooks/bird';
    expect(birdSignature(KEY, { timestamp: TIMESTAMP, url, body })).toBe(
      'QGp8SWgSWMNITGnduFg9IVE3tcJR9aCvwR1yyk9r46Q=',
    );
  });
});

describe('POST /webhooks/bird', () => {
  it('records an outgoing message’s status before it answers', async () => {
    const { post, last, stream } = start();
    expect(await post(SENT, { headers: sign(SENT) })).toBe(204);
    expect(await last()).toMatchObject({
      messageId: messageId(1),
      channelId: CHANNEL_ID,
      status: 'SENT',
      nativeStatus: 'sent',
      added: false,
      via: 'WEBHOOK',
      audience: 'service',
      occurredAt: Date.parse('2024-07-01T08:40:59.000Z'),
    });
    expect(stream.counts.webhooks.recorded).toBe(1);
  });

  it('takes an incoming message as a new one', async () => {
    const { post, last } = start();
    const body = webhook('whatsapp.inbound', message({ status: 'delivered', direction: 'incoming' }));
    expect(await post(body, { headers: sign(body) })).toBe(204);
    expect(await last()).toMatchObject({ added: true, status: 'RECEIVED', nativeStatus: 'delivered' });
  });

  it('knows an incoming message by its event where no direction is told', async () => {
    const { post, last } = start();
    const body = webhook('sms.inbound', message({ status: 'delivered', direction: undefined }));
    await post(body, { headers: sign(body) });
    expect(await last()).toMatchObject({ added: true, status: 'RECEIVED' });
  });

  it('takes an outgoing message that was just accepted as a new one', async () => {
    const { post, last } = start();
    const body = webhook('sms.outbound', message({ status: 'accepted' }));
    await post(body, { headers: sign(body) });
    expect(await last()).toMatchObject({ added: true, status: 'ACCEPTED' });
  });

  it('takes a read interaction as READ', async () => {
    const { post, last } = start();
    const body = webhook('whatsapp.interaction', {
      id: uuid(9),
      type: 'read',
      messageId: uuid(1),
      channelId: CHANNEL,
      createdAt: '2024-07-01T09:00:00Z',
    });
    expect(await post(body, { headers: sign(body) })).toBe(204);
    expect(await last()).toMatchObject({
      messageId: messageId(1),
      status: 'READ',
      occurredAt: Date.parse('2024-07-01T09:00:00Z'),
    });
  });

  it('keeps to the workspace that the payload names', async () => {
    const { post, last } = start();
    const body = webhook('sms.outbound', message({ workspaceId: uuid(7) }));
    await post(body, { headers: sign(body) });
    expect(await last()).toMatchObject({
      messageId: globalId('BirdMessage', `${uuid(7)}/${CHANNEL}/${uuid(1)}`),
    });
  });

  it('takes a word it does not know as UNKNOWN, and keeps nothing of what it says', async () => {
    const { post, last } = start();
    const body = webhook('sms.outbound', message({ status: 'teleported' }));
    expect(await post(body, { headers: sign(body) })).toBe(204);
    expect(await last()).toMatchObject({ status: 'UNKNOWN', nativeStatus: null });
  });

  it('takes the moment it came where the time cannot be read', async () => {
    const { post, last } = start();
    const body = webhook('sms.outbound', message({ lastStatusAt: 'soon', createdAt: 7 }));
    expect(await post(body, { headers: sign(body) })).toBe(204);
    expect(await last()).toMatchObject({ occurredAt: 1_000_000 });
  });

  it('answers a duplicate alike and records it once', async () => {
    const { post, entries, stream } = start();
    const posts = Array.from({ length: 5 }, () => post(SENT, { headers: sign(SENT) }));
    expect(await Promise.all(posts)).toEqual([204, 204, 204, 204, 204]);
    expect(await post(SENT, { headers: sign(SENT, { timestamp: '1719829999' }) })).toBe(204);
    expect(await entries()).toBe(1);
    expect(stream.counts.webhooks).toMatchObject({ recorded: 1, duplicate: 5 });
  });

  it('takes any of several keys', async () => {
    const { post } = start({ birdKeys: ['new', 'old'] });
    expect(await post(SENT, { headers: sign(SENT, { key: 'old' }) })).toBe(204);
    expect(await post(SENT, { headers: sign(SENT, { key: 'new' }) })).toBe(204);
    expect(await post(SENT, { headers: sign(SENT, { key: 'older' }) })).toBe(401);
  });

  it('takes a key’s text as it is, also where it looks like base64', async () => {
    const key = Buffer.from('binary key').toString('base64');
    const { post } = start({ birdKeys: [key] });
    expect(await post(SENT, { headers: sign(SENT, { key }) })).toBe(204);
  });

  it('takes a webhook however old its timestamp is', async () => {
    const { post } = start({ now: () => Date.parse('2099-01-01') });
    expect(await post(SENT, { headers: sign(SENT, { timestamp: '1' }) })).toBe(204);
  });

  it('signs the query of its URL too', async () => {
    const { post } = start({ publicUrl: 'https://gateway.example/' });
    const headers = sign(SENT, { url: `${URL_}?from=bird` });
    expect(await post(SENT, { path: '/webhooks/bird?from=bird', headers })).toBe(204);
    expect(await post(SENT, { headers })).toBe(401);
  });

  it('signs the path under which the outside knows it', async () => {
    const { post } = start({ publicUrl: 'https://gateway.example/pigeon' });
    const url = 'https://gateway.example/pigeon/webhooks/bird';
    expect(await post(SENT, { headers: sign(SENT, { url }) })).toBe(204);
  });

  it('refuses every way to forge one', async () => {
    const { post, entries, stream } = start();
    const good = sign(SENT);
    const signature = good['messagebird-signature'];
    const forged: [string, Record<string, string>, string?][] = [
      [`${SENT} `, good],
      [SENT.replace('"sent"', '"read"'), good],
      ['', good],
      [
        SENT,
        {
          ...good,
          'messagebird-signature': birdSignature('other', {
            timestamp: TIMESTAMP,
            url: URL_,
            body: Buffer.from(SENT),
          }),
        },
      ],
      [SENT, { ...good, 'messagebird-signature': signature.slice(0, -1) }],
      [SENT, { ...good, 'messagebird-signature': `${signature}A` }],
      [SENT, { ...good, 'messagebird-signature': signature.toLowerCase() }],
      [SENT, { ...good, 'messagebird-signature': Buffer.from(signature, 'base64').toString('hex') }],
      [SENT, { ...good, 'messagebird-signature': '' }],
      [SENT, { ...good, 'messagebird-signature': 'ü'.repeat(22) }],
      [SENT, { ...good, 'messagebird-request-timestamp': '1719823260' }],
      [SENT, { ...good, 'messagebird-request-timestamp': '' }],
      [SENT, { 'messagebird-signature': signature }],
      [SENT, { 'messagebird-request-timestamp': TIMESTAMP }],
      [SENT, {}],
      [SENT, good, '/webhooks/bird?extra'],
      [SENT, sign(SENT, { url: 'http://gateway.example/webhooks/bird' })],
      [SENT, sign(SENT, { url: 'https://other.example/webhooks/bird' })],
      [SENT, sign(SENT, { url: 'https://gateway.example/webhooks/bird/' })],
      [SENT, sign(SENT, { url: 'http://127.0.0.1:4000/webhooks/bird' })],
    ];
    for (const [body, headers, path] of forged) {
      expect(await post(body, { headers, ...(path === undefined ? {} : { path }) })).toBe(401);
    }
    expect(await entries()).toBe(0);
    expect(stream.counts.webhooks.forged).toBe(forged.length);
  });

  it('refuses any signature but the right one', async () => {
    const { post } = start();
    await fc.assert(
      fc.asyncProperty(fc.base64String({ minLength: 44, maxLength: 44 }), async (signature) => {
        const headers = { ...sign(SENT), 'messagebird-signature': signature };
        expect(await post(SENT, { headers })).toBe(401);
      }),
    );
  });

  it('answers 503 without a key, also to what is signed by an empty one', async () => {
    const { post, entries } = start({ birdKeys: [] });
    expect(await post(SENT, { headers: sign(SENT) })).toBe(503);
    expect(await post(SENT, { headers: sign(SENT, { key: '' }) })).toBe(503);
    expect(await entries()).toBe(0);
  });

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['another JSON', '[]'],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['no payload', JSON.stringify({ service: 'channels', event: 'sms.outbound' })],
    ['an empty payload', webhook('sms.outbound', {})],
    ['a status that is no word', webhook('sms.outbound', message({ status: 7 }))],
    ['an id that is none', webhook('sms.outbound', message({ id: '../../etc' }))],
    ['a channel that is none', webhook('sms.inbound', message({ channelId: 'a/b' }))],
    ['a workspace that is none', webhook('sms.inbound', message({ workspaceId: 'a/b' }))],
    [
      'a read interaction without its message',
      webhook('sms.interaction', { type: 'read', channelId: CHANNEL }),
    ],
  ])('answers 400 to %s, signed', async (_, body) => {
    const { post, entries, stream, warn } = start();
    expect(await post(body, { headers: sign(body) })).toBe(400);
    expect(await entries()).toBe(0);
    expect(stream.counts.webhooks.malformed).toBe(1);
    expect(warn).toHaveBeenCalledOnce();
  });

  it.each([
    ['another service', webhook('conversation.updated', { id: 'x' }, 'conversations')],
    ['another event', webhook('channel.created', { id: uuid(1) })],
    [
      'another interaction',
      webhook('email.interaction', { type: 'clicked', messageId: uuid(1), channelId: CHANNEL }),
    ],
  ])('ignores %s', async (_, body) => {
    const { post, entries, stream } = start();
    expect(await post(body, { headers: sign(body) })).toBe(204);
    expect(await entries()).toBe(0);
    expect(stream.counts.webhooks.ignored).toBe(1);
  });

  it('answers 503 when it cannot be written, so that it comes again', async () => {
    const { post, stream, warn } = start();
    vi.spyOn(stream.changes, 'append').mockRejectedValueOnce(new StoreError('full'));
    expect(await post(SENT, { headers: sign(SENT) })).toBe(503);
    expect(warn).toHaveBeenCalledOnce();
    expect(await post(SENT, { headers: sign(SENT) })).toBe(204);
    expect(stream.counts.webhooks).toMatchObject({ failed: 1, recorded: 1 });
  });

  it('answers only POST, and leaves other paths alone', async () => {
    const { ask } = start();
    const get = await ask('/webhooks/bird');
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await ask('/webhooks/birds', { method: 'POST' })).status).toBe(404);
  });

  it('takes what is no JSON by its type, and bounds a body as elsewhere', async () => {
    const { post, entries, gateway } = start();
    const headers = { ...sign(SENT), 'content-type': 'text/plain' };
    expect(await post(SENT, { headers })).toBe(204);
    const { url } = await gateway;
    const body = Buffer.alloc(1024 * 1024 + 1, ' ');
    const answer = await raw(`${url}/webhooks/bird`, { method: 'POST', headers: sign(body), body });
    expect(answer).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
    expect(await entries()).toBe(1);
  });

  it('never reaches what GraphQL is served by', async () => {
    const seen: string[] = [];
    const stream = openStream({
      dataDir: ':memory:',
      birdKeys: [KEY],
      publicUrl: 'https://gateway.example',
      workspaceId: WORKSPACE,
      warn: () => {},
    });
    await using gateway = await startTestGateway({
      schema: smallSchema(),
      stream: () => stream,
      plugins: [{ onRequest: ({ url }) => void seen.push(url.pathname) }],
    });
    const answers = [
      await raw(`${gateway.url}/webhooks/bird`, { method: 'POST', headers: sign(SENT), body: SENT }),
      await raw(`${gateway.url}/webhooks/courier/texts/unknown`, { method: 'POST', body: 'status=sent' }),
    ];
    expect(answers.map(({ status, text }) => [status, text])).toEqual([
      [204, ''],
      [404, ''],
    ]);
    expect(seen).toEqual([]);
  });
});
