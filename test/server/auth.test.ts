import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from 'graphql-ws';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { raw } from '../support/raw.ts';
import { smallSchema } from '../support/schema.ts';
import { JWT_AUTH, tokenOf } from '../support/tokens.ts';
import { startUpstream } from '../support/upstream.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ schema: smallSchema(), auth: JWT_AUTH });
});
afterAll(() => gateway.close());

const bearer = async (...args: Parameters<typeof tokenOf>) => ({
  authorization: `Bearer ${await tokenOf(...args)}`,
});

const closed = (payload?: Record<string, unknown>): Promise<number> =>
  new Promise((resolve) => {
    const client = createClient({
      url: `${gateway.url}/graphql`.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazy: false,
      onNonLazyError: () => {},
      ...(payload ? { connectionParams: payload } : {}),
    });
    client.on('closed', (event) => resolve((event as { code: number }).code));
  });

describe('tokens', () => {
  test('let their bearer in, over HTTP and WebSocket', async () => {
    const headers = await bearer();
    expect((await gateway.ask('{ hello }', {}, { headers })).body.data).toEqual({ hello: 'hello you' });
    for await (const result of gateway.watch('{ hello }', {}, { payload: headers })) {
      expect(result).toEqual({ data: { hello: 'hello you' } });
    }
    for await (const result of gateway.watch('{ hello }', {}, { headers })) {
      expect(result).toEqual({ data: { hello: 'hello you' } });
    }
  });

  test.each<[string, () => Promise<Record<string, string>>]>([
    ['none', async () => ({})],
    ['another scheme', async () => ({ authorization: 'Basic YTpi' })],
    ['no token at all', async () => ({ authorization: 'Bearer not.a.token' })],
    ['another issuer', () => bearer({}, { issuer: 'https://evil.example' })],
    ['another audience', () => bearer({}, { audience: 'other' })],
    ['another signature', () => bearer({}, { secret: 'a guess, and as long as the real one' })],
    ['an ended one', () => bearer({}, { ends: '1 minute ago' })],
    ['one without an end', () => bearer({}, { ends: null })],
  ])('keep outside who brings %s', async (_, make) => {
    const headers = await make();
    const answer = await gateway.ask('{ hello }', {}, { headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.body).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(answer.body).not.toHaveProperty('data');
    expect(await closed(headers)).toBe(4403);
  });

  test('that are unsigned do not hold', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: 'https://id.example', aud: 'pigeon', exp: 4102444800, scope: 'admin' };
    const authorization = `Bearer ${part({ alg: 'none' })}.${part(claims)}.`;
    expect((await gateway.ask('{ hello }', {}, { headers: { authorization } })).status).toBe(401);
  });

  test('are not asked of probes or of GraphiQL’s page', async () => {
    expect((await raw(`${gateway.url}/livez`)).status).toBe(200);
    const page = await raw(`${gateway.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.status).not.toBe(401);
  });

  test('that end close their socket with 4403', async () => {
    const payload = await bearer({}, { ends: new Date(Date.now() + 1000) });
    const started = Date.now();
    expect(await closed(payload)).toBe(4403);
    expect(Date.now() - started).toBeLessThan(3000);
  });
});

test('a token that ends ends its event streams', async () => {
  const headers = await bearer({}, { ends: new Date(Date.now() + 1000) });
  const events: unknown[] = [];
  for await (const { event } of gateway.watchSse('subscription { waits { cursor } }', {}, { headers })) {
    events.push(event);
  }
  expect(events).toEqual(['next']);
});

describe('scopes', () => {
  test.each<[string, Record<string, unknown>, boolean]>([
    ['scope', { scope: 'courier:write bird:read' }, true],
    ['scopes', { scopes: ['bird:read'] }, true],
    ['scp', { scp: ['bird:read'] }, true],
    ['scp as text', { scp: 'bird:read' }, true],
    ['admin', { scope: 'admin' }, true],
    ['another', { scope: 'bird:write' }, false],
    ['none', {}, false],
  ])('are read from %s', async (_, claims, read) => {
    const { body } = await gateway.ask('{ mine }', {}, { headers: await bearer(claims) });
    expect(JSON.parse(body.data.mine)).toMatchObject({ read });
  });

  test('that are missing cost only their branch', async () => {
    await using courier = await startUpstream({ 'GET /v1/things/1/': {} });
    await using guarded = await startTestGateway({ courier, schema: smallSchema(), auth: JWT_AUTH });
    const ask = async (scope: string) =>
      (await guarded.ask('{ hello thing(id: 1) }', {}, { headers: await bearer({ scope }) })).body;
    expect(await ask('courier:read')).toEqual({ data: { hello: 'hello you', thing: '{}' } });
    expect(await ask('bird:read')).toMatchObject({
      data: { hello: 'hello you', thing: null },
      errors: [{ path: ['thing'], extensions: { code: 'FORBIDDEN' } }],
    });
    expect(courier.calls()).toHaveLength(1);
  });

  test('tell callers apart, as their subjects do', async () => {
    const keyOf = async (claims: Record<string, unknown>) =>
      JSON.parse((await gateway.ask('{ mine }', {}, { headers: await bearer(claims) })).body.data.mine)
        .caller;
    const keys = await Promise.all([{}, { sub: 'bob' }, { scope: 'admin' }].map(keyOf));
    expect(new Set(keys).size).toBe(3);
    expect(await keyOf({ scope: 'admin' })).toBe(keys[2]);
    expect(keys.join()).not.toContain('ada');
  });
});

describe('published keys', () => {
  test('are fetched and checked; when they cannot be had nobody is let in', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' };
    const served = vi.fn(() => JSON.stringify({ keys: [key] }));
    const issuer = createServer((_, response) => response.end(served())).listen(0, '127.0.0.1');
    await new Promise((resolve) => issuer.once('listening', resolve));
    const jwksUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
    const auth = { ...JWT_AUTH, keys: { jwksUrl } } as const;
    const token = await new SignJWT({ sub: 'ada' })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer('https://id.example')
      .setAudience('pigeon')
      .setExpirationTime('5 minutes')
      .sign(privateKey);
    const headers = { authorization: `Bearer ${token}` };
    await using first = await startTestGateway({ schema: smallSchema(), auth });
    expect((await first.ask('{ hello }', {}, { headers })).status).toBe(200);
    expect((await first.ask('{ hello }', {}, { headers })).status).toBe(200);
    expect(served).toHaveBeenCalledTimes(1);
    // A secret cannot stand in for a published key.
    expect((await first.ask('{ hello }', {}, { headers: await bearer() })).status).toBe(401);

    issuer.closeAllConnections();
    await new Promise((resolve) => issuer.close(resolve));
    await using second = await startTestGateway({ schema: smallSchema(), auth });
    const answer = await second.ask('{ hello }', {}, { headers });
    expect(answer.status).toBe(503);
    expect(answer.body.errors?.[0]?.extensions.code).toBe('INTERNAL');
  });

  test('that are rotated in are taken at once, by one fetch, however many ask by unknown ones', async () => {
    const pairs = await Promise.all(['one', 'two', 'three'].map(() => generateKeyPair('ES256')));
    const tokenBy = (index: number, kid: string) =>
      new SignJWT({ sub: 'ada' })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer('https://id.example')
        .setAudience('pigeon')
        .setExpirationTime('5 minutes')
        .sign(pairs[index]?.privateKey as CryptoKey);
    const keys = await Promise.all(
      pairs.map(async ({ publicKey }, index) => ({
        ...(await exportJWK(publicKey)),
        kid: `key ${index}`,
        alg: 'ES256',
      })),
    );
    let published = keys.slice(0, 1);
    let fetches = 0;
    const issuer = createServer((_, response) => {
      fetches += 1;
      response.end(JSON.stringify({ keys: published }));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => issuer.once('listening', resolve));
    const jwksUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
    const auth = { ...JWT_AUTH, keys: { jwksUrl } } as const;
    await using pigeon = await startTestGateway({
      schema: smallSchema(),
      auth,
    });
    const statusOf = async (index: number, kid = `key ${index}`) => {
      const headers = { authorization: `Bearer ${await tokenBy(index, kid)}` };
      return (await pigeon.ask('{ hello }', {}, { headers })).status;
    };
    expect(await statusOf(0)).toBe(200);
    published = keys;
    expect(await Promise.all([statusOf(1), statusOf(1), statusOf(1)])).toEqual([200, 200, 200]);
    expect(fetches).toBe(2);
    expect(await statusOf(2)).toBe(200);
    expect(fetches).toBe(2);
    const guesses = await Promise.all(
      Array.from({ length: 50 }, (_, index) => statusOf(0, `guess ${index}`)),
    );
    expect(new Set(guesses)).toEqual(new Set([401]));
    expect(fetches).toBeLessThanOrEqual(3);
    issuer.closeAllConnections();
    await new Promise((resolve) => issuer.close(resolve));
  });
});
