/**
 * How many signed webhooks a second are on disk and answered, and what queries notice of it:
 *
 *     node test/bench/webhooks.ts
 *
 * Gateway and upstream are this process; who posts and who asks are processes of their own.
 */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import { openStream, type Stream } from '../../src/stream/stream.ts';
import { birdSignature } from '../../src/stream/webhooks/bird-signature.ts';
import { startTestGateway, WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { startUpstream } from '../support/upstream.ts';
import { BIRD, machine, quantile } from './measure.ts';

const KEY = 'signing key';
const SECONDS = 10;

/** How many webhooks are under way at once. */
const POSTERS = 64;

/** A steady stream of webhooks, well below what is possible. */
const POSTED_A_SECOND = 1000;

/** Queries a second: a steady beat, so that a slow answer delays no other. */
const ASKED_A_SECOND = 50;

const CHANNEL = idOf('channel');

/** @param rate how many a second; as many as are taken unless it is said */
const post = async (url: string, rate = Number.POSITIVE_INFINITY): Promise<void> => {
  const pool = new Pool(url, { connections: POSTERS });
  let answered = 0;
  const until = performance.now() + SECONDS * 1000;
  const started = performance.now();
  let begun = 0;
  const poster = async () => {
    while (performance.now() < until) {
      const wait = started + (begun++ * 1000) / rate - performance.now();
      if (wait > 0) await pause(wait);
      const body = JSON.stringify({
        service: 'channels',
        event: 'sms.outbound',
        payload: {
          id: randomUUID(),
          channelId: CHANNEL,
          status: 'delivered',
          direction: 'outgoing',
          lastStatusAt: '2025-01-02T00:00:00Z',
          createdAt: '2025-01-01T00:00:00Z',
        },
      });
      const timestamp = String(Math.trunc(Date.now() / 1000));
      const signed = { timestamp, url: `${url}/webhooks/bird`, body: Buffer.from(body) };
      const { statusCode, body: answer } = await pool.request({
        method: 'POST',
        path: '/webhooks/bird',
        headers: {
          'content-type': 'application/json',
          'messagebird-request-timestamp': timestamp,
          'messagebird-signature': birdSignature(KEY, signed),
        },
        body,
      });
      await answer.dump();
      if (statusCode !== 204) throw new Error(`a webhook was answered ${statusCode}`);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: POSTERS }, poster));
  process.send?.(answered / SECONDS);
  await pool.close();
};

const QUERY = '{ bird { channel(id: "%") { name messages(first: 20) { nodes { text status } } } } }';

const ask = async (url: string): Promise<void> => {
  const pool = new Pool(url, { connections: POSTERS });
  const body = JSON.stringify({ query: QUERY.replace('%', CHANNEL) });
  const took: number[] = [];
  const one = async () => {
    const started = performance.now();
    const answer = await pool.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json' },
      body,
    });
    if ((await answer.body.text()).includes('"errors"')) throw new Error('a query failed');
    took.push(performance.now() - started);
  };
  const all: Promise<void>[] = [];
  const started = performance.now();
  for (let index = 0; index < ASKED_A_SECOND * (SECONDS - 1); index += 1) {
    await pause(Math.max(0, started + (index * 1000) / ASKED_A_SECOND - performance.now()));
    all.push(one());
  }
  await Promise.all(all);
  process.send?.([quantile(took, 0.5), quantile(took, 0.99)]);
  await pool.close();
};

/** Lets a process do its part and resolves to what it says. */
const by = async <T>(part: 'post' | 'ask', url: string, rate?: number): Promise<T> => {
  const child = fork(import.meta.filename, [part, url, ...(rate === undefined ? [] : [String(rate)])]);
  const [[said]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
  return said as T;
};

const measure = async (): Promise<void> => {
  const row = (index: number) => ({
    id: idOf(`message ${index}`),
    channelId: CHANNEL,
    direction: 'outgoing',
    sender: { connector: { id: idOf('connector') } },
    receiver: { contacts: [] },
    body: { type: 'text', text: { text: `message ${index}` } },
    status: 'sent',
    lastStatusAt: '2025-01-01T00:00:00Z',
    createdAt: '2025-01-01T00:00:00Z',
    updatedAt: '2025-01-01T00:00:00Z',
  });
  const channels = `/workspaces/${WORKSPACE_ID}/channels`;
  await using upstream = await startUpstream({
    [`GET ${channels}/${CHANNEL}`]: { body: { id: CHANNEL, name: 'Line', status: 'active' } },
    [`GET ${channels}/${CHANNEL}/messages`]: {
      body: { results: Array.from({ length: 20 }, (_, at) => row(at)) },
    },
    [`GET ${channels}`]: { body: { results: [{ id: CHANNEL, name: 'Line', status: 'active' }] } },
  });
  const dataDir = await mkdtemp(join(tmpdir(), 'pigeon-bench-'));
  let stream: Stream | undefined;
  await using gateway = await startTestGateway({
    bird: { ...BIRD, url: upstream.url },
    deadlineMs: 10_000,
    stream: ({ publicUrl, services }) => {
      stream = openStream({
        dataDir,
        birdKeys: [KEY],
        publicUrl,
        workspaceId: WORKSPACE_ID,
        warn: services.warn,
      });
      return stream;
    },
  });
  type Times = readonly [number, number];
  const show = ([half, most]: Times) => `median ${half.toFixed(1)} ms, p99 ${most.toFixed(1)} ms`;
  console.log(machine());
  // What is compiled once is not measured.
  await by<Times>('ask', gateway.url);
  console.log(`queries alone: ${show(await by<Times>('ask', gateway.url))}`);
  console.log(`webhooks alone: ${(await by<number>('post', gateway.url)).toFixed(0)} a second`);
  for (const rate of [POSTED_A_SECOND, undefined]) {
    const [posted, asked] = await Promise.all([
      by<number>('post', gateway.url, rate),
      by<Times>('ask', gateway.url),
    ]);
    console.log(`both: ${posted.toFixed(0)} webhooks a second, queries ${show(asked)}`);
  }
  console.log(stream?.counts.webhooks);
  await rm(dataDir, { recursive: true, force: true });
};

const [, , part, url = '', rate] = process.argv;
if (part === 'post') await post(url, rate === undefined ? undefined : Number(rate));
else if (part === 'ask') await ask(url);
else await measure();
