import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { startTestGateway, WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';

/** What a mad upstream does with a connection that has asked something. */
type Mad = (socket: Socket) => void;

/** How a field ends: an error's code, or its value. */
type End = { readonly code: string; readonly asked?: number } | { readonly value: unknown };

const invalid: End = { code: 'UPSTREAM_INVALID_RESPONSE', asked: 1 };
const unavailable: End = { code: 'UPSTREAM_UNAVAILABLE' };
const timeout: End = { code: 'UPSTREAM_TIMEOUT' };

const http = (status: number, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Mad => {
  const bytes = Buffer.from(body);
  const all = { 'content-type': 'application/json', 'content-length': String(bytes.length), ...headers };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return (socket) => {
    socket.write(`HTTP/1.1 ${status} Mad\r\n${head.join('')}\r\n`);
    socket.write(bytes);
  };
};
const raw =
  (text: string, end = true): Mad =>
  (socket) => {
    socket.write(text);
    if (end) socket.end();
  };
const json = (body: unknown): Mad => http(200, JSON.stringify(body));
const CHANNEL = idOf('channel');
const data = (attributes: unknown, more: object = {}) =>
  json({ data: { id: CHANNEL, type: 'messaging-channels', attributes, ...more } });
const status = (code: number): Mad => http(code, '{"message":"no"}');
/** Writes a byte now and then, and never ends. */
const drip =
  (head: string, drop: string): Mad =>
  (socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write(drop), 20);
    socket.once('close', () => clearInterval(timer));
  };
const LARGE = 65 * 1024 * 1024;
const large: Mad = (socket) => {
  socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${LARGE}\r\n\r\n`);
  socket.write(Buffer.alloc(LARGE, ' '));
};

const ANSWERS: readonly (readonly [string, Mad, End])[] = [
  ['304', raw('HTTP/1.1 304 Not Modified\r\n\r\n', false), invalid],
  ['a redirection', http(302, '', { location: 'http://127.0.0.1:1/' }), invalid],
  ['400', status(400), { code: 'BAD_USER_INPUT', asked: 1 }],
  ['401', status(401), { code: 'UPSTREAM_REFUSED', asked: 1 }],
  ['403', status(403), { code: 'UPSTREAM_REFUSED', asked: 1 }],
  ['404', status(404), { value: null }],
  ['405', status(405), invalid],
  ['408', status(408), { code: 'UPSTREAM_TIMEOUT', asked: 1 }],
  ['409', status(409), { code: 'CONFLICT', asked: 1 }],
  ['413', status(413), { code: 'PAYLOAD_TOO_LARGE', asked: 1 }],
  ['418', status(418), invalid],
  ['422', status(422), { code: 'BAD_USER_INPUT', asked: 1 }],
  ['429', http(429, '{}', { 'retry-after': '60' }), { code: 'RATE_LIMITED', asked: 1 }],
  ['500', status(500), { code: 'UPSTREAM_UNAVAILABLE', asked: 1 }],
  ['502 three times', status(502), { code: 'UPSTREAM_UNAVAILABLE', asked: 3 }],
  ['503 three times', status(503), { code: 'UPSTREAM_UNAVAILABLE', asked: 3 }],
  ['504 three times', status(504), { code: 'UPSTREAM_TIMEOUT', asked: 3 }],
  ['a status that is none', raw('HTTP/1.1 999 Mad\r\ncontent-length: 0\r\n\r\n', false), unavailable],
  ['nothing in a 200', http(200, ''), invalid],
  ['204', raw('HTTP/1.1 204 No Content\r\n\r\n', false), invalid],
  ['a page', http(200, '<html></html>', { 'content-type': 'text/html' }), invalid],
  ['JSON that calls itself text', http(200, '{"data":{}}', { 'content-type': 'text/plain' }), invalid],
  ['half of a JSON text', http(200, '{"data":{"id":"'), invalid],
  ['compressed JSON', http(200, gzipSync('{}'), { 'content-encoding': 'gzip' }), invalid],
  ['bytes that are no text', http(200, Buffer.from([0xff, 0xfe, 0x00, 0x7b])), invalid],
  ['null', json(null), invalid],
  ['a list', json([]), invalid],
  ['a number', json(42), invalid],
  ['no data', json({ meta: {} }), invalid],
  ['data that is null', json({ data: null }), invalid],
  ['data that is a list', json({ data: [] }), invalid],
  ['no attributes', json({ data: { id: CHANNEL, type: 'messaging-channels' } }), invalid],
  ['attributes that are a list', data([]), invalid],
  ['an id that is a number', data({}, { id: 7 }), invalid],
  ['a name that is a number', data({ name: 7 }), invalid],
  ['a name that is an object', data({ name: { secret: 'x' } }), invalid],
  ['a flag that is a word', data({ archived: 'yes' }), invalid],
  ['a count that is a word', data({ 'caller-new-message-count': 'many' }), invalid],
  ['an object that is a list', data({ 'last-message': [] }), invalid],
  ['a list that is an object', data({ subscribers: {} }), invalid],
  ['a list of what is no object', data({ subscribers: [1] }), invalid],
  ['a time that is a number', data({ 'last-modified-time': 5 }), { value: { lastModifiedTime: null } }],
  ['attributes that nobody knows', data({ name: 'Line', tomorrow: [1] }), { value: { name: 'Line' } }],
  ['more than 64 MB', large, invalid],
  ['silence', () => {}, timeout],
  ['a head and then silence', raw('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{', false), timeout],
  ['a drop at a time', drip('HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n', ' '), timeout],
  ['headers without end', drip('HTTP/1.1 200 OK\r\n', 'x: y\r\n'), timeout],
  ['a broken connection', (socket) => socket.destroy(), unavailable],
  [
    'a connection that breaks in the body',
    raw('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{'),
    unavailable,
  ],
  ['another protocol', raw('SSH-2.0-OpenSSH_9.6\r\n'), unavailable],
  ['broken chunks', raw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'), unavailable],
  ['headers of a megabyte', raw(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(2 ** 20)}\r\n\r\n`), unavailable],
];

/** An upstream that answers every request so. */
const startMad = async (mad: Mad) => {
  let asked = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => {
      asked += 1;
      mad(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const FIELDS: Readonly<Record<string, string>> = {
  'a flag that is a word': 'archived',
  'a count that is a word': 'callerNewMessageCount',
  'an object that is a list': 'lastMessage { nativeId }',
  'a list that is an object': 'subscribers { firstName }',
  'a list of what is no object': 'subscribers { firstName }',
  'a time that is a number': 'lastModifiedTime',
};

describe('an upstream that answers', () => {
  test.each(ANSWERS)('%s costs its own field, by the right code', async (title, mad, end) => {
    await using upstream = await startMad(mad);
    await using gateway = await startTestGateway({
      courier: { url: upstream.url, authorization: 'Bearer ours', forwards: false },
      deadlineMs: mad === large ? 5000 : 700,
    });
    const query = `{ courier { channel(id: "${CHANNEL}") { ${FIELDS[title] ?? 'name'} } } pendingSends { key } }`;
    const { body } = await gateway.ask(query);
    expect(body.data?.pendingSends).toEqual([]);
    if ('value' in end) {
      expect(body).toMatchObject({ data: { courier: { channel: end.value } } });
      expect(body.errors).toBeUndefined();
      return;
    }
    expect(body.errors).toHaveLength(1);
    expect(body.errors?.[0]).toMatchObject({
      path: ['courier', 'channel', ...(body.errors?.[0]?.path?.slice(2) ?? [])],
      extensions: { code: end.code, upstream: { api: 'courier' } },
    });
    expect(JSON.stringify(body)).not.toContain('secret');
    if (end.asked !== undefined) expect(upstream.asked()).toBe(end.asked);
  });
});

const birdChannel = (more: object) => json({ id: CHANNEL, name: 'Line', status: 'active', ...more });

describe('a message whose attributes are of the wrong type', () => {
  const rows = [
    { status: 7, 'created-at': [], message: {} },
    { status: 'sent', message: 'good' },
  ].map((attributes, index) => ({ id: idOf(`${index}`), type: 'texts', attributes }));

  test('costs itself, and no list', async () => {
    await using upstream = await startMad(json({ data: rows }));
    await using gateway = await startTestGateway({
      courier: { url: upstream.url, authorization: 'Bearer ours', forwards: false },
    });
    const { body } = await gateway.ask(
      `{ courier { texts(accountId: "${CHANNEL}") { nodes { status text createdAt direction } } } }`,
    );
    expect(body.data.courier.texts.nodes).toEqual([
      { status: 'UNKNOWN', text: null, createdAt: null, direction: 'OUTGOING' },
      { status: 'SENT', text: 'good', createdAt: null, direction: 'OUTGOING' },
    ]);
    expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID_RESPONSE']);
  });
});

describe('a value of Bird’s of the wrong type', () => {
  test.each<[string, object, string]>([
    ['a name that is an object', { name: { secret: 'x' } }, 'name'],
    ['a list that is a word', { suites: 'all' }, 'suites'],
    ['a list of objects', { suites: [{ secret: 'x' }] }, 'suites'],
  ])('%s is UPSTREAM_INVALID_RESPONSE', async (_, more, field) => {
    await using upstream = await startMad(birdChannel(more));
    await using gateway = await startTestGateway({
      bird: {
        url: upstream.url,
        accessKey: 'key',
        workspaceId: WORKSPACE_ID,
        organizationId: undefined,
        signingKeys: [],
        getRps: 0,
        postRps: 0,
      },
    });
    const { body } = await gateway.ask(`{ bird { channel(id: "${CHANNEL}") { ${field} } } }`);
    expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID_RESPONSE']);
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(upstream.asked()).toBe(1);
  });
});
