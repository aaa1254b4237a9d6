import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { smallSchema } from '../support/schema.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    schema: smallSchema({ resolvers: { 'Query.hello': () => 'hello '.repeat(1000) } }),
  });
});
afterAll(() => gateway.close());

const ask = (query: string, headers: Record<string, string>) =>
  new Promise<{ headers: Record<string, unknown>; bytes: Buffer }>((resolve, reject) => {
    const sent = request(
      `${gateway.url}/graphql`,
      { method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
      async (response) => resolve({ headers: response.headers, bytes: await buffer(response) }),
    );
    sent.on('error', reject);
    sent.end(JSON.stringify({ query }));
  });

describe('an answer', () => {
  test.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])('is compressed by %s for a client that takes it', async (encoding, decompress) => {
    const { headers, bytes } = await ask('{ hello }', { 'accept-encoding': encoding });
    expect(headers).toMatchObject({
      'content-encoding': encoding,
      vary: expect.stringContaining('Accept-Encoding'),
    });
    expect(bytes.length).toBeLessThan(1000);
    expect(JSON.parse(decompress(bytes).toString()).data.hello).toHaveLength(6000);
  });

  test.each([{}, { 'accept-encoding': 'identity' }])('is not for one that takes %j', async (headers) => {
    const answer = await ask('{ hello }', headers as Record<string, string>);
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(answer.bytes.toString()).data.hello).toHaveLength(6000);
  });

  test('is not when it is small', async () => {
    const { headers } = await ask('{ count(by: 1) }', { 'accept-encoding': 'br' });
    expect(headers['content-encoding']).toBeUndefined();
  });
});

test('events are not held back', async () => {
  const headers = { 'accept-encoding': 'br, gzip' };
  for await (const event of gateway.watchSse(
    'subscription { ticks(count: 1) { cursor } }',
    {},
    { headers },
  )) {
    expect(event).toMatchObject({ event: 'next' });
    break;
  }
  expect.assertions(1);
});
