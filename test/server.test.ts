import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestGateway } from './support/gateway.ts';
import { raw } from './support/raw.ts';
import { smallSchema } from './support/schema.ts';
import { startUpstream } from './support/upstream.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

/** Something that a test waits for, and the way to bring it about. */
const signal = () => Promise.withResolvers<void>();

describe('bodies', () => {
  test('of more than 1 MB are refused and keep their connection', async () => {
    await using gateway = await startTestGateway({ schema: smallSchema() });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (query: string) =>
      new Promise<{ status: number; code: string; port: number }>((resolve, reject) => {
        const sent = request(
          `${gateway.url}/graphql`,
          { method: 'POST', headers: JSON_TYPE, agent },
          async (response) => {
            const port = response.socket.localPort ?? 0;
            let text = '';
            for await (const chunk of response) text += chunk;
            const code = JSON.parse(text).errors?.[0].extensions.code;
            resolve({ status: response.statusCode ?? 0, code, port });
          },
        ).on('error', reject);
        sent.end(JSON.stringify({ query }));
      });
    const first = await ask('{ hello }');
    const large = await ask(`{ hello } #${'x'.repeat(3 * 1024 * 1024)}`);
    const after = await ask('{ hello }');
    expect(first.status).toBe(200);
    expect(large).toEqual({ status: 413, code: 'PAYLOAD_TOO_LARGE', port: first.port });
    expect(after).toMatchObject({ status: 200, port: first.port });
    expect((await ask(`{ hello } #${'x'.repeat(1024 * 1024 - 50)}`)).status).toBe(200);
    agent.destroy();
  });

  test('without an end lose their connection', async () => {
    await using gateway = await startTestGateway({ schema: smallSchema() });
    const sent = request(`${gateway.url}/graphql`, { method: 'POST', headers: JSON_TYPE });
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    let stopped = false;
    const ended = new Promise<void>((resolve) => {
      sent.on('error', () => resolve()).on('response', () => resolve());
    }).then(() => {
      stopped = true;
    });
    let written = 0;
    while (!stopped && written < 200) {
      written++;
      if (!sent.write(chunk)) await Promise.race([new Promise((go) => sent.once('drain', go)), ended]);
    }
    await ended;
    expect(written).toBeLessThan(200);
    sent.destroy();
  });

  test('of a socket’s message have the same bound', async () => {
    await using gateway = await startTestGateway({ schema: smallSchema() });
    const socket = new WebSocket(`${gateway.url}/graphql`.replace('http', 'ws'), 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send('x'.repeat(1024 * 1024 + 1));
    const [code] = await once(socket, 'close');
    expect(code).toBe(1009);
  });
});

describe('server-sent events', () => {
  test('carry the cursor as their id and end with complete', async () => {
    await using gateway = await startTestGateway({ schema: smallSchema() });
    const events: unknown[] = [];
    for await (const event of gateway.watchSse('subscription { ticks(count: 2) { cursor value } }')) {
      events.push(event);
    }
    expect(events).toEqual([
      { event: 'next', id: '1', data: { data: { ticks: { cursor: '1', value: 1 } } } },
      { event: 'next', id: '2', data: { data: { ticks: { cursor: '2', value: 2 } } } },
      { event: 'complete', id: undefined, data: null },
    ]);
  });

  test('have no id where no cursor was asked for', async () => {
    await using gateway = await startTestGateway({ schema: smallSchema() });
    for await (const { id } of gateway.watchSse('subscription { ticks(count: 1) { value } }')) {
      expect(id).toBeUndefined();
    }
  });

  test('hand the Last-Event-ID to the subscription', async () => {
    await using gateway = await startTestGateway({ schema: smallSchema() });
    const headers = { 'last-event-id': '7' };
    const events = gateway.watchSse(
      'subscription { ticks(count: 1, after: "3") { value } }',
      {},
      { headers },
    );
    expect((await events.next()).value).toMatchObject({ data: { data: { ticks: { value: 8 } } } });
    await events.return(undefined);
  });

  test('come over GET, as EventSource asks for them', async () => {
    await using gateway = await startTestGateway({ schema: smallSchema() });
    const query = encodeURIComponent('subscription { ticks(count: 1) { cursor } }');
    const { headers, text } = await raw(`${gateway.url}/graphql?query=${query}`, {
      headers: { accept: 'text/event-stream' },
    });
    expect(headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    expect(text).toBe(
      ':\n\nid: 1\nevent: next\ndata: {"data":{"ticks":{"cursor":"1"}}}\n\nevent: complete\ndata:\n\n',
    );
  });

  test.each(['GET', 'POST'])(
    'let go of their source when a client that came by %s has gone',
    async (method) => {
      const left = signal();
      await using gateway = await startTestGateway({ schema: smallSchema({ onLeft: left.resolve }) });
      const controller = new AbortController();
      const query = 'subscription { waits { cursor } }';
      const headers = { ...JSON_TYPE, accept: 'text/event-stream' };
      const response = await fetch(
        `${gateway.url}/graphql${method === 'GET' ? `?query=${encodeURIComponent(query)}` : ''}`,
        method === 'GET'
          ? { headers, signal: controller.signal }
          : { method, headers, body: JSON.stringify({ query }), signal: controller.signal },
      );
      await response.body?.getReader().read();
      controller.abort();
      await left.promise;
    },
  );
});

test('a subscription that nobody can be sent lets go of its source', async () => {
  const left = signal();
  await using gateway = await startTestGateway({ schema: smallSchema({ onLeft: left.resolve }) });
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { ...JSON_TYPE, accept: 'application/json' },
    body: JSON.stringify({ query: 'subscription { waits { cursor } }' }),
  });
  expect(response.status).toBe(406);
  await left.promise;
});

describe('a client that goes away', () => {
  const hanging = async () => {
    const asked = signal();
    const gone = signal();
    const upstream = await startUpstream({
      'GET /v1/things/1/': () => {
        asked.resolve();
        return { until: new Promise(() => {}) };
      },
    });
    upstream.onGone(gone.resolve);
    return { upstream, asked: asked.promise, gone: gone.promise };
  };

  test('over HTTP ends its upstream calls', async () => {
    const { upstream, asked, gone } = await hanging();
    await using courier = upstream;
    await using gateway = await startTestGateway({ courier, schema: smallSchema(), deadlineMs: 60_000 });
    const controller = new AbortController();
    const answer = gateway.ask('{ thing(id: 1) }', {}, { signal: controller.signal }).catch(() => {});
    await asked;
    controller.abort();
    await gone;
    await answer;
  });

  test.each(['completes', 'closes'])('over a socket that it %s, ends its upstream calls', async (how) => {
    const { upstream, asked, gone } = await hanging();
    await using courier = upstream;
    await using gateway = await startTestGateway({ courier, schema: smallSchema(), deadlineMs: 60_000 });
    const client = createClient({
      url: `${gateway.url}/graphql`.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      lazy: how === 'closes',
    });
    const results = client.iterate({ query: '{ thing(id: 1) }' });
    void results.next().catch(() => {});
    await asked;
    if (how === 'completes') void results.return?.();
    else client.terminate();
    await gone;
    // It may be coming back just as the gateway goes.
    await Promise.resolve(client.dispose()).catch(() => {});
  });

  test('lets go of its subscriptions’ sources', async () => {
    const left = signal();
    await using gateway = await startTestGateway({ schema: smallSchema({ onLeft: left.resolve }) });
    for await (const _ of gateway.watch('subscription { waits { cursor } }')) break;
    await left.promise;
  });
});

describe('health', () => {
  test('is answered while upstreams are down', async () => {
    await using gateway = await startTestGateway({ schema: smallSchema() });
    expect(await raw(`${gateway.url}/livez`)).toMatchObject({ status: 200 });
    expect(await raw(`${gateway.url}/readyz`)).toMatchObject({ status: 200, text: 'ok\n' });
  });
});

describe('draining', () => {
  test('answers what is under way, is not ready meanwhile, and then closes', async () => {
    const asked = signal();
    const answer = signal();
    await using courier = await startUpstream({
      'GET /v1/things/1/': () => {
        asked.resolve();
        return { until: answer.promise, body: 'late' };
      },
    });
    const gateway = await startTestGateway({ courier, schema: smallSchema(), drainDelayMs: 500 });
    const under = gateway.ask('{ thing(id: 1) }');
    await asked.promise;
    const closed = gateway.close();
    expect(await raw(`${gateway.url}/readyz`)).toMatchObject({
      status: 503,
      headers: { connection: 'close' },
    });
    expect((await raw(`${gateway.url}/livez`)).status).toBe(200);
    answer.resolve();
    expect((await under).body.data).toEqual({ thing: '"late"' });
    await closed;
    await expect(raw(`${gateway.url}/livez`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('closes sockets so that their clients come back, after their queries were answered', async () => {
    const asked = signal();
    const answer = signal();
    await using courier = await startUpstream({
      'GET /v1/things/1/': () => {
        asked.resolve();
        return { until: answer.promise, body: 'late' };
      },
    });
    const gateway = await startTestGateway({ courier, schema: smallSchema() });
    const client = createClient({
      url: `${gateway.url}/graphql`.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const code = new Promise((resolve) =>
      client.on('closed', (event) => resolve((event as { code: number }).code)),
    );
    const watching = client.iterate({ query: 'subscription { waits { cursor } }' });
    await watching.next();
    const under = client.iterate({ query: '{ thing(id: 1) }' }).next();
    await asked.promise;
    const closed = gateway.close();
    answer.resolve();
    expect((await under).value).toEqual({ data: { thing: '"late"' } });
    await closed;
    expect(await code).toBe(1001);
    await expect(watching.next()).rejects.toMatchObject({ code: 1001 });
  });

  test('ends event streams without complete, so that their clients come back', async () => {
    const left = signal();
    const gateway = await startTestGateway({ schema: smallSchema({ onLeft: left.resolve }) });
    const events = gateway.watchSse('subscription { waits { cursor } }');
    expect((await events.next()).value).toMatchObject({ event: 'next', id: '1' });
    await gateway.close();
    await left.promise;
    expect(await events.next()).toMatchObject({ done: true });
  });

  test('is bounded by the deadline', async () => {
    await using courier = await startUpstream({ 'GET /v1/things/1/': { until: new Promise(() => {}) } });
    const gateway = await startTestGateway({ courier, schema: smallSchema(), deadlineMs: 200 });
    const under = gateway.ask('{ thing(id: 1) }');
    const started = performance.now();
    await gateway.close();
    expect(performance.now() - started).toBeLessThan(2000);
    await under.catch(() => {});
  });
});

describe('metrics', () => {
  test('count requests and upstream calls by their templates, and hold nothing of anybody', async () => {
    await using courier = await startUpstream({
      'GET /v1/things/*/': ({ path }) => ({ status: path.includes('bad') ? 500 : 200 }),
    });
    await using gateway = await startTestGateway({ courier, schema: smallSchema() });
    await gateway.ask('query Of12025550142 { good: thing(id: "12025550142") bad: thing(id: "bad") }');
    await raw(`${gateway.url}/somebody@example.com?phone=12025550142`);
    await raw(`${gateway.url}/webhooks/courier/texts/s3cret`, { method: 'POST' });
    const { text, headers } = await raw(`${gateway.url}/metrics`);
    expect(headers['content-type']).toContain('text/plain');
    const call = 'api="courier",method="GET",path="/v1/things/{id}/"';
    expect(text).toContain(`pigeon_upstream_calls_total{${call},outcome="2xx"} 1`);
    expect(text).toContain(`pigeon_upstream_calls_total{${call},outcome="5xx"} 1`);
    expect(text).toContain(
      'pigeon_http_request_duration_seconds_count{method="POST",route="/graphql",status="200"} 1',
    );
    expect(text).toContain('route="/webhooks/courier/texts/{token}"');
    for (const secret of ['12025550142', 'somebody', 's3cret', 'courier-token']) {
      expect(text).not.toContain(secret);
    }
  });
});
