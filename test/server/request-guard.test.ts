import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { raw, upgrade } from '../support/raw.ts';
import { smallSchema } from '../support/schema.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const HELLO = JSON.stringify({ query: '{ hello }' });
const NAMED = 'https://app.example';

let gateway: TestGateway;
let endpoint: string;

beforeAll(async () => {
  gateway = await startTestGateway({
    schema: smallSchema(),
    publicUrl: 'https://pigeon.example',
    corsOrigins: [NAMED],
  });
  endpoint = `${gateway.url}/graphql`;
});
afterAll(() => gateway.close());

const post = (headers: Record<string, string>, body = HELLO) =>
  raw(endpoint, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body });

const sse = (headers: Record<string, string>) =>
  raw(`${endpoint}?query=${encodeURIComponent('subscription { ticks { cursor } }')}`, {
    headers: { accept: 'text/event-stream', ...headers },
  });

describe('origins', () => {
  const foreign = [
    'https://evil.example',
    'null',
    'http://pigeon.example',
    'https://pigeon.example.evil.example',
    'http://127.0.0.1:1',
    'http://localhost',
    '',
  ];
  test.each(foreign)('keeps a page of %j outside, over HTTP, SSE and WebSocket', async (origin) => {
    expect(await post({ origin })).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(await sse({ origin })).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(await upgrade(endpoint, { origin })).toBe(403);
  });

  test('lets in its own, the named and whoever has none', async () => {
    const origins = ['https://pigeon.example', NAMED, gateway.url].map((origin) => ({ origin }));
    for (const headers of [{} as Record<string, string>, ...origins]) {
      expect((await post(headers)).status).toBe(200);
      expect((await sse(headers)).status).toBe(200);
      expect(await upgrade(endpoint, headers)).toBe(101);
    }
  });

  test('lets in a page that it served under another name of this machine', async () => {
    const host = `localhost:${gateway.port}`;
    expect((await post({ host, origin: `http://${host}` })).status).toBe(200);
    expect((await post({ host, origin: 'http://localhost:1' })).status).toBe(403);
  });

  test('tells browsers so only for the named', async () => {
    const named = await post({ origin: NAMED });
    expect(named.headers['access-control-allow-origin']).toBe(NAMED);
    expect(named.headers['access-control-allow-credentials']).toBeUndefined();
    expect(named.headers.vary).toContain('Origin');
    const own = await post({ origin: 'https://pigeon.example' });
    expect(own.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('answers preflights of the named alone', async () => {
    const ask = (origin: string) =>
      raw(endpoint, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'apollographql-client-name,traceparent,x-courier-authorization',
        },
      });
    const named = await ask(NAMED);
    expect(named.status).toBe(204);
    expect(named.headers['access-control-allow-headers']).toBe(
      'apollographql-client-name,traceparent,x-courier-authorization',
    );
    const foreign = await ask('https://evil.example');
    expect(foreign.status).toBe(403);
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('lets a named page read a refusal', async () => {
    const answer = await post({ origin: NAMED, 'content-type': 'text/plain' });
    expect(answer).toMatchObject({ status: 415, headers: { 'access-control-allow-origin': NAMED } });
  });
});

describe('strangers', () => {
  const warned: unknown[][] = [];
  const log = pino({ level: 'silent' });
  log.warn = (...said: unknown[]) => warned.push(said);

  test('are told which variable would let them in, and the log once', async () => {
    await using strict = await startTestGateway({ schema: smallSchema(), log });
    const ask = (headers: Record<string, string>) =>
      raw(`${strict.url}/graphql`, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: HELLO });
    for (const _ of [1, 2]) {
      expect((await ask({ origin: 'http://localhost:5173' })).text).toContain('CORS_ORIGINS');
      expect((await ask({ host: 'pigeon.example' })).text).toContain('PUBLIC_URL');
    }
    expect(warned).toEqual([
      [{ origin: 'http://localhost:5173' }, expect.stringContaining('CORS_ORIGINS')],
      [{ host: 'pigeon.example' }, expect.stringContaining('PUBLIC_URL')],
    ]);
  });

  test('pages of this machine are none where they are let in, on whatever port', async () => {
    await using open = await startTestGateway({ schema: smallSchema(), corsLoopback: true });
    const ask = (origin: string, method = 'POST') =>
      raw(`${open.url}/graphql`, {
        method,
        headers: { ...JSON_TYPE, origin, 'access-control-request-headers': 'content-type' },
        ...(method === 'POST' && { body: HELLO }),
      });
    for (const origin of ['http://localhost:5173', 'http://127.0.0.1:8080', 'https://[::1]:3000']) {
      expect(await ask(origin)).toMatchObject({
        status: 200,
        headers: {
          'access-control-allow-origin': origin,
          'access-control-expose-headers': expect.stringContaining('x-request-id'),
        },
      });
      expect((await ask(origin, 'OPTIONS')).status).toBe(204);
      expect(await upgrade(`${open.url}/graphql`, { origin })).toBe(101);
    }
    for (const origin of ['http://localhost.evil.example', 'null', 'file://localhost']) {
      expect((await ask(origin)).status).toBe(403);
    }
  });

  test('further public names are known as the first one is', async () => {
    await using named = await startTestGateway({
      schema: smallSchema(),
      publicUrl: 'https://pigeon.example',
      otherPublicUrls: ['https://other.example'],
    });
    const ask = (host: string, origin: string) =>
      raw(`${named.url}/graphql`, { method: 'POST', headers: { ...JSON_TYPE, host, origin }, body: HELLO });
    expect((await ask('other.example', 'https://other.example')).status).toBe(200);
    expect((await ask('third.example', 'https://other.example')).status).toBe(403);
  });
});

describe('hosts', () => {
  const foreign = ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.evil.example'];
  test.each(foreign)('keeps a name %j that was rebound outside', async (host) => {
    expect(await post({ host })).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect((await sse({ host })).status).toBe(403);
    expect(await upgrade(endpoint, { host })).toBe(403);
  });

  test.each([
    'localhost',
    'localhost:1',
    '127.0.0.1',
    '127.8.8.8:80',
    '[::1]:4000',
    'pigeon.example',
    'Pigeon.Example:443',
  ])('knows %s', async (host) => {
    expect((await post({ host })).status).toBe(200);
    expect(await upgrade(endpoint, { host })).toBe(101);
  });

  test('asks no host where callers prove who they are', async () => {
    await using strict = await startTestGateway({
      schema: smallSchema(),
      auth: { kind: 'jwt', keys: { secret: 'secret' }, issuer: 'i', audience: 'a' },
    });
    const options = { method: 'POST', headers: { ...JSON_TYPE, host: 'any.example' }, body: HELLO };
    expect(await raw(`${strict.url}/graphql`, options)).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
    });
  });

  test('lets probes in by any name', async () => {
    for (const path of ['/livez', '/readyz', '/metrics']) {
      expect((await raw(gateway.url + path, { headers: { host: '10.0.0.7:4000' } })).status).toBe(200);
    }
  });
});

describe('content types', () => {
  const refused = [
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; application/json',
    'application/graphql',
    'application/graphql+json',
    'application/json; charset=utf-16',
    'application/json, text/plain',
    '',
  ];
  test.each(refused)('does not read %j', async (type) => {
    const answer = await post({ 'content-type': type }, 'query=%7Bhello%7D');
    expect(answer).toMatchObject({ status: 415, code: 'BAD_USER_INPUT' });
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8'])(
    'reads %s',
    async (type) => {
      expect((await post({ 'content-type': type })).status).toBe(200);
    },
  );

  test('does not read what is compressed', async () => {
    expect((await post({ 'content-encoding': 'gzip' })).status).toBe(415);
  });

  test('says what is wrong with a body that is no JSON, without quoting it', async () => {
    const answer = await post({}, '{"query": "+12025550142');
    expect(answer).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
    expect(answer.text).not.toContain('12025550142');
    expect(await post({}, '')).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
    expect(await post({}, 'null')).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
  });

  test('says what is wrong with variables in a URL that are no JSON', async () => {
    const answer = await raw(`${endpoint}?query={hello}&variables={`);
    expect(answer).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
  });

  test('takes no batch', async () => {
    expect(await post({}, `[${HELLO},${HELLO}]`)).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
  });

  test('offers what it can answer with', async () => {
    expect(await post({ accept: 'image/png' })).toMatchObject({ status: 406, code: 'BAD_USER_INPUT' });
  });
});

describe('methods and routes', () => {
  test('never runs a mutation on GET', async () => {
    const answer = await raw(`${endpoint}?query=${encodeURIComponent('mutation { change }')}`);
    expect(answer).toMatchObject({ status: 405, code: 'BAD_USER_INPUT' });
    expect(answer.headers.allow).toBe('POST');
    const streamed = await raw(`${endpoint}?query=${encodeURIComponent('mutation { change }')}`, {
      headers: { accept: 'text/event-stream' },
    });
    expect(streamed.text).toContain('BAD_USER_INPUT');
  });

  test.each(['PUT', 'DELETE', 'PATCH', 'TRACE'])('does not answer %s', async (method) => {
    expect(await raw(endpoint, { method })).toMatchObject({ status: 405, code: 'BAD_USER_INPUT' });
  });

  const elsewhere = [
    '/',
    '/graphql/',
    '/x/graphql',
    '/livez/graphql',
    '/x?/graphql',
    '/x/../graphql',
    '//graphql',
    '/graphql/assets/x/y',
    '/webhooks/courier/texts/x?/graphql',
    '/health',
  ];
  test.each(elsewhere)('serves no GraphQL at %s', async (path) => {
    const { hostname, port } = new URL(gateway.url);
    const answer = await new Promise<number>((resolve, reject) => {
      import('node:http').then(({ request }) =>
        request({ hostname, port, path, method: 'POST', headers: JSON_TYPE }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
          .on('error', reject)
          .end(HELLO),
      );
    });
    expect(answer).toBe(404);
  });

  test.each(['/metrics?/graphql', '/livez?/graphql', '/readyz?/graphql'])(
    'runs nothing by the back door %s',
    async (path) => {
      const answer = await raw(gateway.url + path, { method: 'POST', headers: JSON_TYPE, body: HELLO });
      expect(answer.text).not.toContain('hello');
    },
  );

  test('opens sockets nowhere else', async () => {
    expect(await upgrade(`${gateway.url}/livez`)).toBe(404);
    expect(await upgrade(`${gateway.url}/elsewhere`)).toBe(404);
  });
});
