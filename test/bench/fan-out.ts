/**
 * How fast one event reaches many subscribers, beside a bare broadcast of the same bytes over the same library:
 *
 *     node test/bench/fan-out.ts
 *
 * Both run in this process, in turns, so that whatever else the machine does troubles both alike; the clients
 * are another process that only counts frames.
 */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { globalId } from '../../src/graph/ids.ts';
import type { MessageChange } from '../../src/ports.ts';
import { openStream, type Stream } from '../../src/stream/stream.ts';
import { startTestGateway, WORKSPACE_ID } from '../support/gateway.ts';
import { gatherCrowd } from './crowd.ts';
import { BIRD, type Memory, machine, median, memory } from './measure.ts';

const ROUNDS = 15;

/** How many frames one round sends at the least, so that the clock is not what is measured. */
const FRAMES_A_ROUND = 20_000;

const FIELDS = '{ messageStatusChanged { cursor messageId status previous occurredAt observedAt via } }';

/** KiB a subscriber: in use, and as the system sees it without the room that new objects pass through. */
const perSubscriber = (before: Memory, after: Memory, count: number): string => {
  const kib = (of: keyof Memory) => ((after[of] - before[of]) / count / 1024).toFixed(1);
  return `${kib('used')} KiB a subscriber (${kib('resident')} resident)`;
};

const change = (): MessageChange => ({
  messageId: globalId('BirdMessage', `${WORKSPACE_ID}/${WORKSPACE_ID}/${randomUUID()}`),
  channelId: null,
  added: true,
  status: 'DELIVERED',
  nativeStatus: 'delivered',
  occurredAt: Date.now(),
  via: 'WEBHOOK',
  audience: 'service',
});

/** The longest that a message of the gateway is; all of them are within a few bytes of it. */
const SAMPLE = JSON.stringify({
  id: randomUUID(),
  type: 'next',
  payload: {
    data: {
      messageStatusChanged: {
        cursor: Buffer.from(`${randomUUID()}.1234`).toString('base64url'),
        messageId: change().messageId,
        status: 'DELIVERED',
        previous: null,
        occurredAt: new Date().toISOString(),
        observedAt: new Date().toISOString(),
        via: 'WEBHOOK',
      },
    },
  },
});

const measure = async (subscribers: number, queries: readonly string[], label: string): Promise<void> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'pigeon-bench-'));
  let stream: Stream | undefined;
  const gateway = await startTestGateway({
    bird: BIRD,
    stream: ({ publicUrl, services }) => {
      stream = openStream({
        dataDir,
        birdKeys: [],
        publicUrl,
        workspaceId: WORKSPACE_ID,
        warn: services.warn,
      });
      return stream;
    },
  });
  if (!stream) throw new Error('the gateway did not open its stream');
  const { changes } = stream;
  const broadcast = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => broadcast.once('listening', resolve));
  const crowd = gatherCrowd();
  try {
    // What is compiled and made once is no subscriber's.
    await crowd.connect(100, gateway.port, '/graphql', queries);
    while (stream.counts.subscribers < 100) await new Promise(setImmediate);
    await changes.record([change()]);
    await crowd.await(100);
    const before = await memory();
    await crowd.connect(subscribers - 100, gateway.port, '/graphql', queries);
    while (stream.counts.subscribers < subscribers) await new Promise(setImmediate);
    const ours = perSubscriber(before, await memory(), subscribers - 100);
    const between = await memory();
    await crowd.connect(subscribers, (broadcast.address() as AddressInfo).port, '/');
    const bare = perSubscriber(between, await memory(), subscribers);

    const events = Math.ceil(FRAMES_A_ROUND / subscribers);
    const round = async (send: () => unknown): Promise<{ rate: number; cpu: number }> => {
      const cpuBefore = process.cpuUsage();
      const started = performance.now();
      await send();
      await crowd.await(events * subscribers);
      const seconds = (performance.now() - started) / 1000;
      const { user, system } = process.cpuUsage(cpuBefore);
      return { rate: (events * subscribers) / seconds, cpu: (user + system) / (events * subscribers) };
    };
    const byGateway = () =>
      round(() => Promise.all(Array.from({ length: events }, () => changes.record([change()]))));
    const byBroadcast = () =>
      round(() => {
        for (let event = 0; event < events; event += 1) {
          for (const client of broadcast.clients) client.send(SAMPLE);
        }
      });
    const rounds: { ours: Awaited<ReturnType<typeof round>>; bare: Awaited<ReturnType<typeof round>> }[] = [];
    for (let index = 0; index < ROUNDS + 3; index += 1) {
      // Each goes first as often as the other.
      const first = index % 2 ? await byGateway() : undefined;
      const other = await byBroadcast();
      rounds.push({ ours: first ?? (await byGateway()), bare: other });
    }
    const counted = rounds.slice(3);
    const show = (value: number, digits = 0) => value.toFixed(digits);
    console.log(
      [
        `${label}:`,
        `  gateway    ${show(median(counted.map((r) => r.ours.rate)))} events/s, ${show(median(counted.map((r) => r.ours.cpu)), 1)} µs CPU each, ${ours}`,
        `  broadcast  ${show(median(counted.map((r) => r.bare.rate)))} events/s, ${show(median(counted.map((r) => r.bare.cpu)), 1)} µs CPU each, ${bare}`,
        `  ratio      ${show(median(counted.map((r) => r.ours.rate / r.bare.rate)), 2)} by rate, ${show(median(counted.map((r) => r.bare.cpu / r.ours.cpu)), 2)} by CPU`,
      ].join('\n'),
    );
  } finally {
    crowd.close();
    broadcast.close();
    for (const client of broadcast.clients) client.terminate();
    await gateway.close();
    await rm(dataDir, { recursive: true, force: true });
  }
};

const SCENARIOS: Readonly<Record<string, readonly [number, readonly string[]]>> = {
  '1,000 subscribers of one document': [1000, [`subscription ${FIELDS}`]],
  '5,000 subscribers of one document': [5000, [`subscription ${FIELDS}`]],
  '1,000 subscribers of 1,000 documents': [
    1000,
    Array.from({ length: 1000 }, (_, index) => `subscription Number${index} ${FIELDS}`),
  ],
};

const label = process.argv[2];
const scenario = label === undefined ? undefined : SCENARIOS[label];
if (label !== undefined && scenario) {
  await measure(...scenario, label);
} else {
  console.log(`${machine()}; frames of ${SAMPLE.length} bytes`);
  // A process each, so that one finds no memory that another has left.
  for (const one of Object.keys(SCENARIOS)) await once(fork(import.meta.filename, [one]), 'exit');
}
