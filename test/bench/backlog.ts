/**
 * What clients who resume a long way back cost everybody else:
 *
 *     node test/bench/backlog.ts
 *
 * The clients and the probes are another process. While the backlog is told, `/livez` and a signed webhook are asked
 * every few milliseconds; the slowest of both is what counts.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { globalId } from '../../src/graph/ids.ts';
import { openStream, type Stream } from '../../src/stream/stream.ts';
import { writeCursor } from '../../src/stream/subscribe/cursor.ts';
import { birdSignature } from '../../src/stream/webhooks/bird-signature.ts';
import { startTestGateway, WORKSPACE_ID } from '../support/gateway.ts';
import { BIRD, machine, quantile } from './measure.ts';

const KEY = 'signing key';
const ENTRIES = Number(process.env.ENTRIES ?? 20_000);
const QUERY = `subscription ($after: String) { messageStatusChanged(after: $after) {
  cursor messageId status previous occurredAt observedAt via } }`;

/** Sockets, and subscriptions on each. */
const SCENARIOS: readonly (readonly [number, number])[] = [
  // What the machine does by itself.
  [0, 0],
  [20, 1],
  [1, 100],
  [20, 5],
];

interface Task {
  readonly url: string;
  readonly after: string;
  readonly sockets: number;
  readonly each: number;
}

const resume = async ({ url, after, each }: Task, finished: () => void): Promise<WebSocket> => {
  const socket = new WebSocket(`${url}/graphql`.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  let left = ENTRIES * each;
  socket.on('message', () => {
    left -= 1;
    if (left === 0) finished();
  });
  for (let id = 0; id < each; id += 1) {
    const payload = { query: QUERY, variables: { after } };
    socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload }));
  }
  return socket;
};

const probe = async (url: string, stop: AbortSignal): Promise<Record<'livez' | 'webhook', number[]>> => {
  const times = { livez: [] as number[], webhook: [] as number[] };
  const timed = async (kind: keyof typeof times, ask: () => Promise<Response>) => {
    const started = performance.now();
    await (await ask()).text();
    times[kind].push(performance.now() - started);
  };
  // Signed, and about nothing: it is not an event for the subscribers.
  const body = '{"service":"channels","event":"channel.created","payload":{}}';
  const signed = { timestamp: '1', url: `${url}/webhooks/bird`, body: Buffer.from(body) };
  const headers = {
    'messagebird-request-timestamp': '1',
    'messagebird-signature': birdSignature(KEY, signed),
  };
  while (!stop.aborted) {
    await Promise.all([
      timed('livez', () => fetch(`${url}/livez`)),
      timed('webhook', () => fetch(signed.url, { method: 'POST', headers, body })),
    ]);
    await pause(5);
  }
  return times;
};

if (process.argv[2] === 'clients') {
  process.once('message', async (task: Task) => {
    const stop = new AbortController();
    const probing = probe(task.url, stop.signal);
    await pause(200);
    const started = performance.now();
    const done = Promise.withResolvers<void>();
    let left = task.sockets;
    const sockets = await Promise.all(
      Array.from({ length: task.sockets }, () =>
        resume(task, () => {
          left -= 1;
          if (left === 0) done.resolve();
        }),
      ),
    );
    await (task.sockets > 0 ? done.promise : pause(10_000));
    const seconds = (performance.now() - started) / 1000;
    stop.abort();
    const times = await probing;
    for (const socket of sockets) socket.terminate();
    process.send?.({ seconds, ...times });
  });
} else {
  console.log(`${machine()}; ${ENTRIES} entries behind`);
  let stream: Stream | undefined;
  await using gateway = await startTestGateway({
    bird: BIRD,
    signingKeys: [KEY],
    stream: ({ publicUrl, services }) => {
      stream = openStream({
        dataDir: ':memory:',
        birdKeys: [KEY],
        publicUrl,
        workspaceId: WORKSPACE_ID,
        warn: services.warn,
      });
      return stream;
    },
  });
  if (!stream) throw new Error('the gateway did not open its stream');
  const { changes } = stream;
  for (let index = 0; index < ENTRIES; index += 1000) {
    await changes.record(
      Array.from({ length: Math.min(1000, ENTRIES - index) }, (_, number) => ({
        messageId: globalId('BirdMessage', `${WORKSPACE_ID}/${WORKSPACE_ID}/${index + number}`),
        channelId: null,
        added: true,
        status: 'DELIVERED' as const,
        nativeStatus: 'delivered',
        occurredAt: 0,
        via: 'WEBHOOK' as const,
        audience: 'service',
      })),
    );
  }
  const after = writeCursor({ epoch: changes.epoch, position: 0, within: undefined });
  for (const [sockets, each] of SCENARIOS) {
    const child = fork(import.meta.filename, ['clients']);
    child.send({ url: gateway.url, after, sockets, each } satisfies Task);
    const cpu = process.cpuUsage();
    const [result] = await once(child, 'message');
    const { user, system } = process.cpuUsage(cpu);
    const { seconds, livez, webhook } = result as { seconds: number; livez: number[]; webhook: number[] };
    const show = (times: readonly number[]) =>
      `${quantile(times, 0.5).toFixed(0)} ms median, ${Math.max(...times).toFixed(0)} ms at the worst of ${times.length}`;
    console.log(
      [
        `${sockets} sockets with ${each} subscriptions each: ${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s CPU`,
        `  /livez    ${show(livez)}`,
        `  webhooks  ${show(webhook)}`,
      ].join('\n'),
    );
    child.kill();
  }
}
