/**
 * Whether 100,000 subscriptions that come and go leave anything behind:
 *
 *     node test/bench/soak.ts [cycles]
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { openStream, type Stream } from '../../src/stream/stream.ts';
import { startTestGateway, WORKSPACE_ID } from '../support/gateway.ts';
import { BIRD, machine, memory } from './measure.ts';

const SOCKETS = 20;
const CYCLES = Number(process.argv[2] ?? 100_000);

/** Subscriptions that come before memory is first measured: what is made once is not theirs. */
const WARM = 5_000;

const QUERY = 'subscription { messageStatusChanged { cursor messageId status } }';

let stream: Stream | undefined;
await using gateway = await startTestGateway({
  bird: BIRD,
  stream: ({ publicUrl, services }) => {
    stream = openStream({
      dataDir: ':memory:',
      birdKeys: [],
      publicUrl,
      workspaceId: WORKSPACE_ID,
      warn: services.warn,
    });
    return stream;
  },
});

/** Opens a socket and returns what subscribes over it and leaves again, so many times. */
const openSocket = async () => {
  const socket = new WebSocket(`${gateway.url}/graphql`.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  const send = (message: object) => socket.send(JSON.stringify(message));
  send({ type: 'connection_init' });
  await once(socket, 'message');
  return {
    cycle: async (count: number) => {
      for (let index = 0; index < count; index += 1) {
        send({ id: String(index), type: 'subscribe', payload: { query: QUERY } });
        // Some are taken back while they begin, others when they have begun.
        if (index % 3) {
          send({ type: 'ping' });
          await once(socket, 'message');
        }
        send({ id: String(index), type: 'complete' });
      }
      send({ type: 'ping' });
      await once(socket, 'message');
    },
    close: () => socket.close(),
  };
};

const sockets = await Promise.all(Array.from({ length: SOCKETS }, openSocket));
const run = async (count: number) => {
  await Promise.all(sockets.map(({ cycle }) => cycle(count / SOCKETS)));
  while (stream?.counts.subscribers !== 0) await new Promise(setImmediate);
};
const operations = async () => {
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  return /pigeon_websocket_operations (\d+)/.exec(metrics)?.[1];
};

console.log(machine());
await run(WARM);
const before = await memory();
const started = performance.now();
await run(CYCLES);
const seconds = (performance.now() - started) / 1000;
const after = await memory();
const mib = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
console.log(
  `${CYCLES} subscriptions came and went in ${seconds.toFixed(1)} s over ${SOCKETS} sockets`,
  `\nin use before ${mib(before.used)}, after ${mib(after.used)}: ${((after.used - before.used) / CYCLES).toFixed(2)} bytes each`,
  `\nsubscribers ${stream?.counts.subscribers}, operations ${await operations()}`,
);
for (const { close } of sockets) close();
