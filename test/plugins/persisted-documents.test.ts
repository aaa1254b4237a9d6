import { createHash } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { PersistedDocuments } from '../../src/plugins/persisted-documents.ts';
import { startTestGateway, type TestError, type TestGateway } from '../support/gateway.ts';
import { raw } from '../support/raw.ts';
import { smallSchema } from '../support/schema.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const HELLO = 'query Hello($name: String) { hello(name: $name) }';
const TICKS = 'subscription Ticks { ticks(count: 1) { value } }';
const CHANGE = 'mutation Change { change }';
const documents = new Map([HELLO, TICKS, CHANGE, '{ nothing }'].map((text) => [hashOf(text), text]));

const start = (persisted: Partial<PersistedDocuments>) =>
  startTestGateway({ schema: smallSchema(), persisted: { documents, only: false, ...persisted } });

type Params = Readonly<Record<string, unknown>>;

const apq = (text: string): Params => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(text) } },
});

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly TestError[];
}

/** What becomes of an operation over HTTP's two methods, server-sent events and WebSockets. */
const everywhere = async (gateway: TestGateway, params: Params): Promise<Result[]> => {
  const endpoint = `${gateway.url}/graphql`;
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(params);
  const search = new URLSearchParams(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  const post = await raw(endpoint, { method: 'POST', headers, body });
  const get = await raw(`${endpoint}?${search}`);
  const stream = await raw(endpoint, {
    method: 'POST',
    headers: { ...headers, accept: 'text/event-stream' },
    body,
  });
  const client = createClient({
    url: endpoint.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  const socket = await new Promise<Result>((resolve) => {
    const payload = { query: '', ...params } as { query: string };
    let last: Result = {};
    client.subscribe(payload, {
      next: (result) => {
        last = result as Result;
      },
      error: (errors) => resolve({ errors: errors as readonly TestError[] }),
      complete: () => resolve(last),
    });
  });
  await client.dispose();
  const streamed = (text: string) => JSON.parse(/event: next\ndata: (.*)/.exec(text)?.[1] ?? text);
  return [streamed(post.text), streamed(get.text), streamed(stream.text), socket];
};

const codesOf = (results: readonly Result[]) =>
  results.map(({ errors }) => errors?.[0]?.extensions.code ?? 'ok');
const all = (code: string) => Array(4).fill(code);

describe('a document of the manifest', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await start({ only: true });
  });
  afterAll(() => gateway.close());

  test.each<[string, Params]>([
    ['a persisted query’s hash', apq(HELLO)],
    ['documentId', { documentId: hashOf(HELLO) }],
    ['documentId with its algorithm', { documentId: `sha256:${hashOf(HELLO)}` }],
  ])('is run by %s over every transport', async (_, params) => {
    const results = await everywhere(gateway, { ...params, variables: { name: 'Ada' } });
    expect(results.map(({ data }) => data)).toEqual(Array(4).fill({ hello: 'hello Ada' }));
  });

  test('may be a subscription', async () => {
    const [, , event, socket] = await everywhere(gateway, apq(TICKS));
    expect([event, socket].map((result) => result?.data)).toEqual(Array(2).fill({ ticks: { value: 1 } }));
  });

  test('is no way around the rules: a mutation does not run by GET', async () => {
    const query = new URLSearchParams({ documentId: hashOf(CHANGE) });
    expect(await raw(`${gateway.url}/graphql?${query}`)).toMatchObject({
      status: 405,
      code: 'BAD_USER_INPUT',
    });
    const hash = new URLSearchParams({ extensions: JSON.stringify(apq(CHANGE).extensions) });
    expect(await raw(`${gateway.url}/graphql?${hash}`)).toMatchObject({
      status: 405,
      code: 'BAD_USER_INPUT',
    });
  });

  test('that does not fit the schema is refused as any other', async () => {
    expect(codesOf(await everywhere(gateway, apq('{ nothing }')))).toEqual(all('GRAPHQL_VALIDATION_FAILED'));
  });

  test.each<[string, Params]>([
    ['its own text', { query: HELLO }],
    ['its own text beside its hash', { query: HELLO, ...apq(HELLO) }],
    ['any other text', { query: '{ deep { value } }' }],
    ['introspection', { query: '{ __schema { queryType { name } } }' }],
    ['text beside a known hash', { query: '{ deep { value } }', ...apq(HELLO) }],
  ])('is all that is run when that is said: not %s', async (_, params) => {
    expect(codesOf(await everywhere(gateway, params))).toEqual(all('PERSISTED_QUERY_ONLY'));
  });

  test('is not found by another id', async () => {
    expect(codesOf(await everywhere(gateway, apq('{ other }')))).toEqual(all('PERSISTED_QUERY_NOT_FOUND'));
    expect(codesOf(await everywhere(gateway, { documentId: '__proto__' }))).toEqual(
      all('PERSISTED_QUERY_NOT_FOUND'),
    );
  });

  test('is not found by what is no id', async () => {
    for (const params of [{ documentId: 7 }, { extensions: { persistedQuery: 'x' } }, {}]) {
      expect(codesOf(await everywhere(gateway, params)).every((code) => code !== 'ok')).toBe(true);
    }
  });

  test('stands beside other text where both are run', async () => {
    await using both = await start({ only: false });
    expect(codesOf(await everywhere(both, apq(HELLO)))).toEqual(all('ok'));
    expect(codesOf(await everywhere(both, { query: '{ deep { value } }' }))).toEqual(all('ok'));
    expect(codesOf(await everywhere(both, { query: '{ hello }', ...apq('{ hello }') }))).toEqual(all('ok'));
  });

  test('is named in the log when it does not fit the schema', async () => {
    const lines: string[] = [];
    await using _gateway = await startTestGateway({
      schema: smallSchema(),
      persisted: { documents, only: false },
      log: pino({ level: 'warn' }, { write: (line) => lines.push(line) }),
    });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ id: hashOf('{ nothing }') }]);
  });
});

describe('automatic persisted queries', () => {
  test('are told to send their text, by a status that every client reads', async () => {
    await using gateway = await start({ documents: undefined });
    const results = await everywhere(gateway, apq('{ hello }'));
    expect(codesOf(results)).toEqual(all('PERSISTED_QUERY_NOT_SUPPORTED'));
    expect(results.map(({ errors }) => errors?.[0]?.message)).toEqual(all('PersistedQueryNotSupported'));
    const body = JSON.stringify(apq('{ hello }'));
    const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
    expect(await raw(`${gateway.url}/graphql`, { method: 'POST', headers, body })).toMatchObject({
      status: 200,
    });
    expect(codesOf(await everywhere(gateway, { query: '{ hello }', ...apq('{ hello }') }))).toEqual(
      all('ok'),
    );
  });

  test('that are not in the manifest are told so', async () => {
    await using gateway = await start({});
    const results = await everywhere(gateway, apq('{ hello }'));
    expect(results.map(({ errors }) => errors?.[0]?.message)).toEqual(all('PersistedQueryNotFound'));
  });
});

test('a batch of operations is refused with a code', async () => {
  await using gateway = await start({});
  const body = JSON.stringify([{ query: '{ hello }' }, { query: '{ hello }' }]);
  const headers = { 'content-type': 'application/json' };
  const answer = await raw(`${gateway.url}/graphql`, { method: 'POST', headers, body });
  expect(answer).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
  expect(answer.text).toContain('atching');
});
