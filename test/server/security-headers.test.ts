import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useExplainPage } from '../../src/plugins/explain-page.ts';
import { useGraphiql } from '../../src/plugins/graphiql.ts';
import { useLandingPage } from '../../src/plugins/landing-page.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type RawAnswer, raw } from '../support/raw.ts';
import { smallSchema } from '../support/schema.ts';

const schema = smallSchema();
const plugins = () => [useExplainPage(), useLandingPage({ schema, sandbox: false }), useGraphiql()];

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ schema, plugins: plugins() });
});
afterAll(() => gateway.close());

const HTML = { accept: 'text/html' };
const JSON_BODY = { 'content-type': 'application/json' };

/** One request of every kind that is answered in its own way. */
const KINDS: readonly [string, string, Parameters<typeof raw>[1]?][] = [
  ['an answer', '/graphql', { method: 'POST', headers: JSON_BODY, body: '{"query":"{ hello }"}' }],
  ['an event stream', '/graphql?query=subscription{ticks(count:1){value}}'],
  ['an error', '/graphql?query={nothing}'],
  ['GraphiQL', '/graphql', { headers: HTML }],
  ['the landing page', '/', { headers: HTML }],
  ['the page of costs', '/explain', { headers: HTML }],
  ['the schema', '/schema.graphql'],
  ['a probe', '/livez'],
  ['a path that is none', '/nothing'],
  ['a foreign origin', '/graphql', { headers: { origin: 'https://evil.example' } }],
  ['another body', '/graphql', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' }],
  ['a body that is too large', '/graphql', { method: 'POST', headers: JSON_BODY, body: 'x'.repeat(2 ** 21) }],
  ['a webhook', '/webhooks/bird', { method: 'POST', body: '{}' }],
];

const directives = ({ headers }: RawAnswer): string[] =>
  String(headers['content-security-policy'] ?? '').split(/; */);

describe.each(KINDS)('%s', (_, path, request) => {
  test('says nothing that a foreign page could use', async () => {
    const answer = await raw(gateway.url + path, request);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(answer.headers['strict-transport-security']).toBeUndefined();
    expect(directives(answer)).toEqual(expect.arrayContaining(["frame-ancestors 'none'", "base-uri 'none'"]));
    expect(answer.headers['x-powered-by']).toBeUndefined();
    expect(answer.headers.server).toBeUndefined();
  });
});

test('what people said is kept by no cache', async () => {
  for (const [name, path, request] of KINDS.slice(0, 3)) {
    const { headers } = await raw(gateway.url + path, request);
    expect([name, headers['cache-control']]).toEqual([name, expect.stringMatching(/^no-(?:store|cache)$/)]);
  }
});

test('browsers are told to stay on https where the outside calls Pigeon by it', async () => {
  await using behind = await startTestGateway({
    schema,
    publicUrl: 'https://pigeon.example',
    plugins: plugins(),
  });
  for (const [, path, request] of KINDS) {
    const { headers } = await raw(behind.url + path, request);
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
  }
});
