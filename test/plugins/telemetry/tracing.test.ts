import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTracing } from '../../../src/plugins/telemetry/exporter.ts';
import { startTestGateway } from '../../support/gateway.ts';
import { smallSchema } from '../../support/schema.ts';
import { startUpstream, type Upstream } from '../../support/upstream.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
}

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

/** An OpenTelemetry collector that keeps what is posted to it. */
const spans: Span[] = [];
const posted: string[] = [];
const collector = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  posted.push(`${request.method} ${request.url}`);
  for (const { scopeSpans } of JSON.parse(text).resourceSpans) {
    for (const scope of scopeSpans) spans.push(...scope.spans);
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
});

let courier: Upstream;
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  courier = await startUpstream({
    'GET /v1/things/good/': { body: {} },
    'GET /v1/things/bad/': { status: 404 },
    'GET /v1/things/broken/': { status: 500 },
  });
});
afterAll(async () => {
  collector.close();
  await courier.close();
});
afterEach(() => {
  spans.length = 0;
});

/** Asks a traced gateway; what it traced has been posted when this resolves. */
const traced = async (query: string, { headers = {}, ratio = 1 } = {}) => {
  const tracing = await startTracing({ url, serviceName: 'pigeon', ratio });
  try {
    await using gateway = await startTestGateway({ courier, schema: smallSchema() });
    return await gateway.ask(query, {}, { headers });
  } finally {
    await tracing[Symbol.asyncDispose]();
  }
};

describe('a trace', () => {
  test('has a span for the operation and one below it for each upstream call, and none for a field', async () => {
    const answer = await traced(
      'query Things { good: thing(id: "good") bad: thing(id: "bad") hello count(by: 1) }',
      {
        headers: { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` },
      },
    );
    expect(posted.at(-1)).toBe('POST /v1/traces');
    const operation = spans.find(({ name }) => name === 'query Things');
    expect(operation).toMatchObject({ traceId: TRACE_ID, parentSpanId: 'b7ad6b7169203331' });
    expect(answer.headers.get('traceparent')).toBe(`00-${TRACE_ID}-${operation?.spanId}-01`);
    const calls = spans.filter((span) => span !== operation);
    expect(calls.map(({ name }) => name)).toEqual(['GET /v1/things/{id}/', 'GET /v1/things/{id}/']);
    for (const call of calls) {
      expect(call).toMatchObject({ traceId: TRACE_ID, parentSpanId: operation?.spanId });
      // What the upstream was sent names this very call.
      const sent = courier.asked.map(({ headers }) => headers.traceparent);
      expect(sent).toContain(`00-${TRACE_ID}-${call.spanId}-01`);
    }
  });

  test('says what failed, and quotes nothing of anybody', async () => {
    await traced('query Broken { thing(id: "broken") }');
    expect(spans.map(({ name, status }) => [name, status.message])).toEqual([
      ...Array(spans.length - 1).fill(['GET /v1/things/{id}/', '5xx']),
      ['query Broken', 'UPSTREAM_UNAVAILABLE'],
    ]);
    expect(JSON.stringify(spans)).not.toMatch(/broken\b|courier-token/);
  });

  test('that was not sampled is not sent, by the client’s word or by ours', async () => {
    await traced('{ thing(id: "good") }', { headers: { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-00` } });
    const { headers } = await traced('{ thing(id: "good") }', { ratio: 0 });
    expect(spans).toEqual([]);
    // The decision is told all the same, so that nobody behind Pigeon begins a trace of its own.
    expect(headers.get('traceparent')).toMatch(/-00$/);
  });
});
