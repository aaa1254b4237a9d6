import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestGateway } from '../support/gateway.ts';
import { raw, upgrade } from '../support/raw.ts';
import { smallSchema } from '../support/schema.ts';
import { startUpstream } from '../support/upstream.ts';

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
};

describe('a start', () => {
  test('opens the port when everything behind it is ready', async () => {
    const port = await freePort();
    const behind = Promise.withResolvers<void>();
    const starting = startTestGateway({
      port,
      schema: smallSchema(),
      stream: async () => {
        await behind.promise;
        return {
          changes: { record: async () => {}, seen: async () => new Map() },
          plugin: {},
          close: async () => {},
        };
      },
    });
    await expect(raw(`http://127.0.0.1:${port}/livez`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    behind.resolve();
    await using _ = await starting;
    expect((await raw(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  });

  test('that has to know its port answers whoever comes before everything is ready, sockets too', async () => {
    const behind = Promise.withResolvers<void>();
    const site = Promise.withResolvers<string>();
    const starting = startTestGateway({
      schema: smallSchema(),
      stream: async ({ url }) => {
        site.resolve(url);
        await behind.promise;
        return {
          changes: { record: async () => {}, seen: async () => new Map() },
          plugin: {},
          close: async () => {},
        };
      },
    });
    const url = await site.promise;
    const asked = raw(`${url}/readyz`);
    const socket = new WebSocket(`${url}/graphql`.replace('http', 'ws'), 'graphql-transport-ws');
    const acknowledged = once(socket, 'open').then(() => {
      socket.send('{"type":"connection_init"}');
      return once(socket, 'message');
    });
    await pause(20);
    behind.resolve();
    await using _ = await starting;
    expect((await asked).status).toBe(200);
    expect(String((await acknowledged)[0])).toBe('{"type":"connection_ack"}');
    socket.close();
  });

  test('that fails closes what it had opened', async () => {
    const busy = createServer().listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const { port } = busy.address() as { port: number };
    const closed: string[] = [];
    const parts = {
      schema: smallSchema(),
      stream: () => ({
        changes: { record: async () => {}, seen: async () => new Map() },
        plugin: {},
        close: async () => void closed.push('stream'),
      }),
      directory: () => ({
        holders: () => undefined,
        summary: () => undefined,
        link: () => {},
        links: () => [],
        linkedTo: () => [],
        unlink: () => {},
        close: async () => void closed.push('directory'),
      }),
    };
    await expect(startTestGateway({ ...parts, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(closed).toEqual(['directory', 'stream']);
    let url = '';
    const refusing = startTestGateway({
      ...parts,
      stream: (site) => {
        ({ url } = site);
        throw new Error('no stream');
      },
    });
    await expect(refusing).rejects.toThrow('no stream');
    await expect(raw(`${url}/livez`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    busy.close();
  });
});

describe('an end', () => {
  test('is told by readiness first, while everything is still answered', async () => {
    await using courier = await startUpstream({ 'GET /v1/things/1/': { body: 'yes' } });
    const gateway = await startTestGateway({ courier, schema: smallSchema(), drainDelayMs: 300 });
    const closed = gateway.close();
    expect((await raw(`${gateway.url}/readyz`)).status).toBe(503);
    expect((await gateway.ask('{ thing(id: 1) }')).body.data).toEqual({ thing: '"yes"' });
    expect(await upgrade(`${gateway.url}/graphql`)).toBe(101);
    await closed;
    await expect(raw(`${gateway.url}/livez`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('waits for the request of a connection that was accepted last', async () => {
    const gateway = await startTestGateway({ schema: smallSchema() });
    const late = connect(gateway.port, '127.0.0.1');
    await once(late, 'connect');
    await pause(20);
    const closed = gateway.close();
    await pause(50);
    late.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [answer] = await once(late, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200/);
    await closed;
  });

  test.each([1, 2, 3, 4, 5])('under load leaves no caller without an answer (round %i)', async () => {
    let sent = 0;
    await using courier = await startUpstream({
      'POST /v1/things/': async () => {
        await pause(5);
        sent += 1;
        return { status: 201, body: 'sent' };
      },
    });
    const gateway = await startTestGateway({ courier, schema: smallSchema(), drainDelayMs: 500 });
    const agent = new Agent({ connections: 20, pipelining: 1 });
    let stopped = false;
    let answered = 0;
    const lost: string[] = [];
    const client = async () => {
      while (!stopped) {
        try {
          const { statusCode, body } = await request(`${gateway.url}/graphql`, {
            method: 'POST',
            dispatcher: agent,
            headers: { 'content-type': 'application/json' },
            body: '{"query":"mutation { change }"}',
          });
          const text = await body.text();
          if (statusCode === 200 && text.includes('"data"')) answered += 1;
          else lost.push(text);
        } catch (error) {
          lost.push(String((error as NodeJS.ErrnoException).code));
        }
      }
    };
    /** A load balancer: it sends requests here while it is told that Pigeon is ready. */
    const balancer = async () => {
      while (!stopped) {
        if ((await raw(`${gateway.url}/readyz`)).status !== 200) stopped = true;
        else await pause(20);
      }
    };
    const clients = [balancer(), ...Array.from({ length: 20 }, client)];
    await pause(100);
    await gateway.close();
    expect(stopped).toBe(true);
    await Promise.all(clients);
    expect(lost).toEqual([]);
    expect(answered).toBeGreaterThanOrEqual(20);
    expect(sent).toBe(answered);
    await agent.destroy();
  });
});

test('an upgrade to anything but a WebSocket is ignored', async () => {
  await using gateway = await startTestGateway({ schema: smallSchema() });
  const headers = {
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
    'http2-settings': 'AAMAAABkAARAAAAAAAIAAAAA',
  };
  expect(await raw(`${gateway.url}/livez`, { headers })).toMatchObject({ status: 200, text: 'ok\n' });
  const body = '{"query":"{ hello }"}';
  expect(
    await raw(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    }),
  ).toMatchObject({ status: 200, text: '{"data":{"hello":"hello you"}}' });
});

/** A frame of a client, masked by zeros. */
const frameOf = (opcode: number, text: string): Buffer =>
  Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);

test.each([
  ['pings', frameOf(9, 'x'.repeat(125))],
  ['sends pings of GraphQL', frameOf(1, `{"type":"ping","payload":{"x":"${'x'.repeat(80)}"}}`)],
])(
  'a socket that %s and reads nothing is cut off, and holds no memory',
  async (_, ping) => {
    await using gateway = await startTestGateway({ schema: smallSchema() });
    const socket = connect(gateway.port, '127.0.0.1');
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    await once(socket, 'connect');
    socket.write(
      [
        'GET /graphql HTTP/1.1',
        'Host: localhost',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Protocol: graphql-transport-ws',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        '\r\n',
      ].join('\r\n'),
    );
    await once(socket, 'data');
    socket.pause();
    const many = Buffer.concat(Array.from({ length: 5000 }, () => ping));
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
    let written = 0;
    let gone = false;
    void closed.then(() => {
      gone = true;
    });
    while (!gone && written < 500 * many.length) {
      written += many.length;
      if (!socket.write(many)) {
        await Promise.race([once(socket, 'drain').catch(() => {}), closed, pause(14_000)]);
      }
    }
    const writtenUntil = performance.now();
    await closed;
    expect(performance.now() - writtenUntil).toBeLessThan(14_000);
    const held = process.memoryUsage().arrayBuffers + process.memoryUsage().external - before;
    expect(held).toBeLessThan(64 * 1024 * 1024);
    expect(written).toBeLessThan(200 * many.length);
  },
  30_000,
);
