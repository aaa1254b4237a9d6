import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BoundedNames } from '../../../src/plugins/telemetry/bounded-names.ts';
import { logFields } from '../../../src/plugins/telemetry/request-scope.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { smallSchema } from '../../support/schema.ts';
import { startUpstream, type Upstream } from '../../support/upstream.ts';

const lines: Record<string, unknown>[] = [];
const log = pino(
  { level: 'debug', mixin: logFields },
  new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  }),
);

let courier: Upstream;
let gateway: TestGateway;
beforeAll(async () => {
  courier = await startUpstream({
    'GET /v1/things/good/': { body: { id: 'good' } },
    'GET /v1/things/bad/': { status: 500 },
  });
  gateway = await startTestGateway({
    courier,
    schema: smallSchema(),
    log,
  });
});
afterAll(async () => {
  await gateway.close();
  await courier.close();
});
beforeEach(() => {
  lines.length = 0;
});

const metrics = async (): Promise<string> => (await fetch(`${gateway.url}/metrics`)).text();

describe('metrics', () => {
  test('tell operations apart by name, kind and the codes of their errors', async () => {
    await gateway.ask('query Named { hello }');
    await gateway.ask('{ hello }');
    await gateway.ask('query Failing { one: wrong two: wrong hello }');
    const text = await metrics();
    expect(text).toContain('pigeon_operation_duration_seconds_count{operation="Named",kind="query"} 1');
    expect(text).toContain('pigeon_operation_duration_seconds_count{operation="anonymous",kind="query"} 1');
    expect(text).toContain('pigeon_operation_errors_total{operation="Failing",code="BAD_USER_INPUT"} 1');
  });

  test('count what is refused before it runs', async () => {
    await gateway.ask('{ nowhere }');
    await gateway.ask('{');
    const text = await metrics();
    expect(text).toContain(
      'pigeon_operation_errors_total{operation="none",code="GRAPHQL_VALIDATION_FAILED"} 1',
    );
    expect(text).toContain('pigeon_operation_errors_total{operation="none",code="GRAPHQL_PARSE_FAILED"} 1');
  });

  test('count operations over WebSockets as well', async () => {
    for await (const _ of gateway.watch('query OverSocket { hello }')) break;
    expect(await metrics()).toContain('{operation="OverSocket",kind="query"} 1');
  });

  test('tell what ran, and on what', async () => {
    const text = await metrics();
    expect(text).toMatch(/pigeon_build_info\{version="\d+\.\d+\.\d+",node="24\./);
    expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  });

  test('hold no name that may be somebody’s number, and only so many names', () => {
    const names = new BoundedNames(2);
    expect(['A', 'B', 'C', 'A', undefined].map((name) => names.label(name))).toEqual([
      'A',
      'B',
      'other',
      'A',
      'anonymous',
    ]);
    expect(new BoundedNames().label('Of12025550142')).toBe('other');
    expect(new BoundedNames().label('x'.repeat(65))).toBe('other');
  });

  test('can have a port of their own, which serves nothing else', async () => {
    const { serveMetrics } = await import('../../../src/server/metrics-server.ts');
    const read = async () => ({ type: 'text/plain', body: 'pigeon_build_info 1' });
    await using server = await serveMetrics({ host: '127.0.0.1', port: 0, read });
    const at = `http://127.0.0.1:${server.port}`;
    expect(await (await fetch(`${at}/metrics`)).text()).toBe('pigeon_build_info 1');
    expect((await fetch(`${at}/graphql`)).status).toBe(404);
  });

  test('are not where clients ask when they have a port of their own', async () => {
    await using apart = await startTestGateway({ schema: smallSchema(), metricsPort: 0 });
    expect((await fetch(`${apart.url}/metrics`)).status).toBe(404);
  });
});

describe('the id of a request', () => {
  const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  test('goes out, upstream and into every log line', async () => {
    const { headers } = await gateway.ask(
      'query Thing { thing(id: "good") wrong }',
      {},
      { headers: { 'x-request-id': 'from-client-1', traceparent: TRACE } },
    );
    expect(headers.get('x-request-id')).toBe('from-client-1');
    expect(headers.get('traceparent')).toBe(TRACE);
    expect(courier.asked.at(-1)?.headers).toMatchObject({
      'x-request-id': 'from-client-1',
      traceparent: TRACE,
    });
    await expect.poll(() => lines.map(({ msg }) => msg)).toContain('request');
    expect(lines.map(({ msg }) => msg)).toEqual(['upstream call', 'operation with errors', 'request']);
    for (const line of lines) {
      expect(line).toMatchObject({ requestId: 'from-client-1', traceId: '0af7651916cd43dd8448eb211c80319c' });
    }
    expect(lines[1]).toMatchObject({ operation: 'Thing', codes: ['BAD_USER_INPUT'], caller: 'anonymous' });
  });

  test.each(['', 'two words', 'x'.repeat(129), 'ünfit'])('is a new one in place of %j', async (id) => {
    const sent = encodeURI(id) === id && id !== '' ? id : Buffer.from(id).toString('latin1');
    const { headers } = await gateway.ask('{ hello }', {}, { headers: { 'x-request-id': sent } });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-/);
  });

  test('is new for each operation of a socket', async () => {
    for (const _ of [1, 2]) for await (const _ of gateway.watch('{ wrong }')) break;
    const ids = lines.filter(({ msg }) => msg === 'operation with errors').map(({ requestId }) => requestId);
    expect(new Set(ids).size).toBe(2);
    expect(ids).not.toContain(undefined);
  });

  test('a trace that is none is not passed on', async () => {
    for (const traceparent of ['no trace', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`]) {
      const { headers } = await gateway.ask('{ thing(id: "good") }', {}, { headers: { traceparent } });
      expect(headers.get('traceparent')).toBeNull();
      expect(courier.asked.at(-1)?.headers.traceparent).toBeUndefined();
    }
  });
});

test('an upstream that fails is warned of once, however many calls fail', async () => {
  for (const _ of [1, 2, 3]) await gateway.ask('{ thing(id: "bad") }');
  const warnings = lines.filter(({ level }) => level === 40);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatchObject({
    api: 'courier',
    method: 'GET',
    path: '/v1/things/{id}/',
    outcome: '5xx',
    status: 500,
  });
});
