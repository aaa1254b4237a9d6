// What one query may cost: how long it keeps others waiting, and how much memory it takes.
// `node test/bench/weight.ts`
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { BirdConfig } from '../../src/config/config.ts';
import { idOf } from '../support/ids.ts';
import { startUpstream } from '../support/upstream.ts';
import { watchTurns } from './measure.ts';

/** Says that this process is everything but the gateway: the upstream and the client. */
const OTHERS = 'others';
const WORKSPACE = idOf('workspace');
const DEADLINE_MS = 10_000;

/** Messages of a thousand words over eight channels with fifty contacts. */
const serve = async (): Promise<void> => {
  const message = (index: number) => ({
    id: idOf(`message ${index}`),
    channelId: idOf(`channel ${index % 8}`),
    direction: 'outgoing',
    sender: { connector: { id: idOf('connector'), annotations: { name: 'Clinic' } } },
    receiver: { contacts: [{ id: idOf(`contact ${index % 50}`), identifierValue: '+31612345678' }] },
    body: { type: 'text', text: { text: 'What was said. '.repeat(10) } },
    status: 'delivered',
    lastStatusAt: '2026-01-01T00:00:00Z',
    createdAt: new Date(1e12 + index).toISOString(),
  });
  const rows = Array.from({ length: 1000 }, (_, index) => message(index));
  const texts = rows.map((row) => JSON.stringify(row));
  const list = ({ params }: { params: URLSearchParams }) => ({
    raw: `{"results":[${texts.slice(0, Number(params.get('limit') ?? 20)).join(',')}],"nextPageToken":"more"}`,
  });
  const base = `/workspaces/${WORKSPACE}`;
  const { url } = await startUpstream({
    [`GET ${base}/channels/messages`]: list,
    [`GET ${base}/channels/*/messages`]: list,
    [`GET ${base}/channels`]: ({ params }) => ({
      body: { results: params.getAll('id').map((id) => ({ id, name: 'channel', status: 'active' })) },
    }),
    [`GET ${base}/contacts/*`]: ({ path }) => ({
      body: { id: path.slice(-36), computedDisplayName: 'somebody', attributes: { language: 'nl' } },
    }),
  });
  process.send?.(url);
  process.on('message', async ({ endpoint, query }: Order) => {
    const started = performance.now();
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const text = await response.text();
    const [, code = 'answered'] = /"code":"(\w+)"/.exec(text) ?? [];
    process.send?.({ ms: performance.now() - started, bytes: text.length, code } satisfies Answered);
  });
};

interface Order {
  readonly endpoint: string;
  readonly query: string;
}

interface Answered {
  readonly ms: number;
  readonly bytes: number;
  readonly code: string;
}

const aliases = (count: number, field: string): string =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');

/** Queries by what they are; some are refused, and the others are as large as may be. */
const QUERIES: Readonly<Record<string, string>> = {
  'a thousand messages with channel and contact':
    '{ bird { messages(first: 1000) { nodes { id text status createdAt channel { id name } contact { id displayName } author { name } } } } }',
  '24,000 messages': `{ bird { ${aliases(24, 'messages(first: 1000) { nodes { id text status } }')} } }`,
  'a thousand messages, each field a hundred times': `{ bird { messages(first: 1000) { nodes { ${aliases(100, 'text')} } } } }`,
  'messages of the channels of messages':
    '{ bird { messages(first: 400) { nodes { channel { messages(first: 1000) { nodes { id text } } } } } } }',
  'a hundred lists': `{ bird { ${aliases(100, 'messages(first: 1000) { nodes { id text } }')} } }`,
  'a hundred schemas': `{ ${aliases(100, '__schema { types { name fields { name } } }')} }`,
};

const measure = async (others: ChildProcess, url: string): Promise<void> => {
  const { startTestGateway } = await import('../support/gateway.ts');
  const bird: BirdConfig = {
    url,
    accessKey: 'key',
    workspaceId: WORKSPACE,
    organizationId: undefined,
    signingKeys: [],
    getRps: 0,
    postRps: 0,
  };
  const gateway = await startTestGateway({ bird, deadlineMs: DEADLINE_MS });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const ask = async (query: string): Promise<Answered> => {
    others.send({ endpoint: `${gateway.url}/graphql`, query } satisfies Order);
    const [answered] = await once(others, 'message');
    return answered as Answered;
  };
  for (const [name, query] of Object.entries(QUERIES)) {
    await ask('{ bird { messages(first: 100) { nodes { id text } } } }');
    await pause(200);
    const before = process.memoryUsage().rss;
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    const { longest, stop } = watchTurns();
    delay.reset();
    delay.enable();
    const { ms, bytes, code } = await ask(query);
    await pause(20);
    delay.disable();
    stop();
    clearInterval(watch);
    console.log(
      [
        name.padEnd(50),
        code.padEnd(16),
        `${ms.toFixed(0)} ms`.padStart(9),
        `${(bytes / 1e6).toFixed(1)} MB`.padStart(8),
        `longest wait ${(delay.max / 1e6).toFixed(0)} ms`.padStart(20),
        `longest work ${longest().toFixed(0)} ms`.padStart(20),
        `memory +${((peak - before) / 1e6).toFixed(0)} MB`.padStart(16),
      ].join('  '),
    );
  }
  await gateway.close();
};

if (process.argv[2] === OTHERS) await serve();
else {
  const others = fork(import.meta.filename, [OTHERS]);
  const [url] = await once(others, 'message');
  await measure(others, String(url));
  others.kill();
}
