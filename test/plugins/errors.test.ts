import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestGateway, type TestError, type TestGateway } from '../support/gateway.ts';
import { smallSchema } from '../support/schema.ts';
import { type Prepared, startUpstream, type Upstream } from '../support/upstream.ts';

let courier: Upstream;
let gateway: TestGateway;
const lines: string[] = [];

beforeAll(async () => {
  courier = await startUpstream();
  const stream = new Writable({
    write: (chunk, _, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  gateway = await startTestGateway({
    courier,
    schema: smallSchema(),
    deadlineMs: 300,
    log: pino({ level: 'trace' }, stream),
  });
});
afterAll(async () => {
  await gateway.close();
  await courier.close();
});
beforeEach(() => {
  lines.length = 0;
});

const SECRET = '+12025550142';
const UPSTREAM = { api: 'courier', method: 'GET', path: '/v1/things/{id}/' };

const errorOf = async (query: string, answer?: Prepared): Promise<TestError> => {
  if (answer) courier.answers({ 'GET /v1/things/*/': answer, 'POST /v1/things/': answer });
  const { body, status } = await gateway.ask(query);
  expect(status).toBe(200);
  const [error, ...rest] = body.errors ?? [];
  expect(rest).toEqual([]);
  if (!error) throw new Error('no error came');
  return error;
};

describe('answers of an upstream', () => {
  const cases: [number, string, boolean][] = [
    [400, 'BAD_USER_INPUT', false],
    [401, 'UPSTREAM_REFUSED', false],
    [403, 'UPSTREAM_REFUSED', false],
    [404, 'NOT_FOUND', false],
    [405, 'UPSTREAM_INVALID_RESPONSE', false],
    [408, 'UPSTREAM_TIMEOUT', false],
    [409, 'CONFLICT', false],
    [413, 'PAYLOAD_TOO_LARGE', false],
    [422, 'BAD_USER_INPUT', false],
    [429, 'RATE_LIMITED', true],
    [500, 'UPSTREAM_UNAVAILABLE', true],
    [503, 'UPSTREAM_UNAVAILABLE', true],
    [504, 'UPSTREAM_TIMEOUT', true],
  ];
  test.each(cases)('%i is %s', async (status, code, retryable) => {
    const error = await errorOf(`{ thing(id: "${SECRET}") }`, {
      status,
      body: { message: SECRET },
      headers: { 'x-request-id': 'r-1' },
    });
    expect(error.path).toEqual(['thing']);
    expect(error.extensions).toEqual({
      code,
      upstream: { ...UPSTREAM, status, requestId: 'r-1' },
      retryable,
    });
    expect(JSON.stringify(error) + lines.join()).not.toContain(SECRET);
  });

  test('say for how long to wait', async () => {
    const error = await errorOf('{ thing(id: 1) }', { status: 429, headers: { 'retry-after': '7' } });
    expect(error.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 7 });
  });

  test.each<[string, Prepared]>([
    ['another content type', { raw: '<html>', headers: { 'content-type': 'text/html' } }],
    ['no JSON', { raw: `{"phone": "${SECRET}` }],
  ])('with %s are UPSTREAM_INVALID_RESPONSE', async (_, answer) => {
    const error = await errorOf('{ thing(id: 1) }', answer);
    expect(error.extensions).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', upstream: { status: 200 } });
    expect(JSON.stringify(error) + lines.join()).not.toContain(SECRET);
  });
});

describe('without an answer', () => {
  test('a silent upstream is UPSTREAM_TIMEOUT at the deadline, and costs only its field', async () => {
    courier.answers({ 'GET /v1/things/*/': { delayMs: 2000 } });
    const started = performance.now();
    const { body } = await gateway.ask('{ hello thing(id: 1) }');
    expect(performance.now() - started).toBeLessThan(1000);
    expect(body.data).toEqual({ hello: 'hello you', thing: null });
    expect(body.errors).toMatchObject([
      { path: ['thing'], extensions: { code: 'UPSTREAM_TIMEOUT', retryable: true } },
    ]);
  });

  test('a broken connection is UPSTREAM_UNAVAILABLE', async () => {
    const error = await errorOf('{ thing(id: 1) }', { destroy: true });
    expect(error.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
  });

  test('an upstream that is not configured is UPSTREAM_UNAVAILABLE', async () => {
    const error = await errorOf('{ bird }');
    expect(error).toMatchObject({
      message: 'bird is not configured',
      extensions: { code: 'UPSTREAM_UNAVAILABLE' },
    });
  });

  test.each<[string, Prepared]>([
    ['breaks off', { destroy: true }],
    ['stays silent', { delayMs: 2000 }],
    ['comes from a proxy in between', { status: 502 }],
    ['cannot be read', { raw: '{' }],
  ])('a change whose answer %s is OUTCOME_UNKNOWN and is not made twice', async (_, answer) => {
    const before = courier.asked.length;
    const error = await errorOf('mutation { change }', answer);
    expect(error.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: false });
    expect(courier.asked.length - before).toBe(1);
  });
});

describe('errors of ours', () => {
  test('an argument that cannot be names its field', async () => {
    const error = await errorOf('{ wrong }');
    expect(error).toMatchObject({
      message: 'input.text: is too long',
      extensions: { code: 'BAD_USER_INPUT', fields: ['input.text'] },
    });
  });

  test.each(['{ fails }', '{ own }'])(
    '%s is INTERNAL: nothing of it is said, and the log has it by its id',
    async (query) => {
      const error = await errorOf(query);
      expect(error.extensions).toEqual({ code: 'INTERNAL' });
      const [id] = /[0-9a-f-]{36}/.exec(error.message) ?? [];
      expect(id).toBeDefined();
      expect(lines.filter((line) => line.includes(String(id)))).toHaveLength(1);
      expect(error.message + lines.join()).not.toContain(SECRET);
    },
  );

  test('too many upstream calls are BUDGET_EXCEEDED', async () => {
    await using small = await startTestGateway({ courier, schema: smallSchema(), budgetCalls: 1 });
    courier.answers({ 'GET /v1/things/*/': {} });
    const { body } = await small.ask('{ a: thing(id: 1) b: thing(id: 2) }');
    expect(body.errors).toMatchObject([{ path: ['b'], extensions: { code: 'BUDGET_EXCEEDED' } }]);
  });
});

test('a subscription that cannot begin says why, over SSE and WebSocket, and takes nobody else down', async () => {
  const query = 'subscription { refused { cursor } }';
  const refusal = { path: ['refused'], extensions: { code: 'BAD_USER_INPUT', fields: ['channels'] } };
  const events: unknown[] = [];
  for await (const { event, data } of gateway.watchSse(query)) if (event === 'next') events.push(data);
  expect(events).toMatchObject([{ errors: [refusal] }]);
  const results: unknown[] = [];
  for await (const result of gateway.watch(query)) results.push(result);
  expect(results).toMatchObject([{ errors: [refusal] }]);
});

describe('with callers’ own credentials', () => {
  test('a refusal is about the caller', async () => {
    await using forwarding = await startTestGateway({
      courier,
      courierForwards: true,
      schema: smallSchema(),
    });
    const headers = { 'x-courier-authorization': 'Bearer mine' };
    for (const [status, code] of [
      [401, 'UNAUTHENTICATED'],
      [403, 'FORBIDDEN'],
    ] as const) {
      courier.answers({ 'GET /v1/things/*/': { status } });
      const { body } = await forwarding.ask('{ thing(id: 1) }', {}, { headers });
      expect(body.errors?.[0]?.extensions.code).toBe(code);
    }
    expect(courier.asked.at(-1)?.headers.authorization).toBe('Bearer mine');
  });

  test('a caller who brings none is UNAUTHENTICATED, and nothing is asked in anybody else’s name', async () => {
    await using forwarding = await startTestGateway({
      courier,
      courierForwards: true,
      schema: smallSchema(),
    });
    const before = courier.asked.length;
    const { body } = await forwarding.ask('{ hello thing(id: 1) }');
    expect(body.data).toEqual({ hello: 'hello you', thing: null });
    expect(body.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(courier.asked).toHaveLength(before);
  });

  test('a socket brings it in connection_init', async () => {
    await using forwarding = await startTestGateway({
      courier,
      courierForwards: true,
      schema: smallSchema(),
    });
    courier.answers({ 'GET /v1/things/*/': {} });
    const payload = { 'x-courier-authorization': 'Bearer of the socket' };
    for await (const result of forwarding.watch('{ thing(id: 1) }', {}, { payload })) {
      expect(result).toEqual({ data: { thing: '{}' } });
    }
    expect(courier.asked.at(-1)?.headers.authorization).toBe('Bearer of the socket');
  });
});

describe('documents', () => {
  const cases: [string, object | undefined, string][] = [
    ['{ hello ', undefined, 'GRAPHQL_PARSE_FAILED'],
    ['{ nothing }', undefined, 'GRAPHQL_VALIDATION_FAILED'],
    ['query ($by: Int!) { count(by: $by) }', {}, 'BAD_USER_INPUT'],
    ['query ($by: Int!) { count(by: $by) }', { by: 'x' }, 'BAD_USER_INPUT'],
    ['query A { hello } query B { hello }', undefined, 'BAD_USER_INPUT'],
  ];
  test.each(cases)('%s with %j is %s over HTTP and WebSocket', async (query, variables, code) => {
    const { body } = await gateway.ask(query, variables);
    expect(body.errors?.[0]?.extensions).toEqual({ code });
    expect(body).not.toHaveProperty('data');
    const seen: unknown[] = [];
    try {
      for await (const { errors } of gateway.watch(query, variables as Record<string, unknown>)) {
        seen.push(errors?.[0]?.extensions);
      }
    } catch (errors) {
      seen.push((errors as TestError[])[0]?.extensions);
    }
    expect(seen).toEqual([{ code }]);
  });
});
