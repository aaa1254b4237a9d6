// What tracing costs: processor time of one query whose spans are posted to a collector, against none.
// `node test/bench/tracing.ts`
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTracing } from '../../src/plugins/telemetry/exporter.ts';
import { idOf } from '../support/ids.ts';
import { startUpstream } from '../support/upstream.ts';
import { BIRD, machine, median, quantile } from './measure.ts';

/** Says that this process is everything but the gateway: the upstream, the collector and the client. */
const OTHERS = 'others';
const ROUNDS = 10;
const QUERIES = 100;
const AT_ONCE = 8;

const QUERY =
  'query Messages { bird { messages(first: 100) { nodes { text status channel { name } contact { displayName } } } } }';

const serve = async (): Promise<void> => {
  const rows = Array.from({ length: 100 }, (_, index) => ({
    id: idOf(`message ${index}`),
    channelId: idOf(`channel ${index % 8}`),
    direction: 'outgoing',
    receiver: { contacts: [{ id: idOf(`contact ${index % 10}`), identifierValue: '+31612345678' }] },
    body: { type: 'text', text: { text: 'What was said.' } },
    status: 'delivered',
    createdAt: new Date(1e12 + index).toISOString(),
  }));
  const base = `/workspaces/${BIRD.workspaceId}`;
  const upstream = await startUpstream({
    [`GET ${base}/channels/messages`]: { body: { results: rows } },
    [`GET ${base}/channels`]: ({ params }) => ({
      body: { results: params.getAll('id').map((id) => ({ id, name: 'channel', status: 'active' })) },
    }),
    [`GET ${base}/contacts/*`]: ({ path }) => ({
      body: { id: path.split('/').at(-1), computedDisplayName: 'Somebody' },
    }),
  });
  const collector = createServer((request, response) => {
    request
      .resume()
      .on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  process.send?.({
    upstream: upstream.url,
    collector: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
  });
  process.on('message', async (url: string) => {
    let left = QUERIES;
    const one = async () => {
      while (left-- > 0) {
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: QUERY }),
        });
        const { data } = await answer.json();
        if (data?.bird?.messages?.nodes?.at(99)?.contact?.displayName !== 'Somebody')
          throw new Error('a wrong answer');
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    process.send?.('done');
  });
};

const measure = async (others: ChildProcess): Promise<void> => {
  const { startTestGateway } = await import('../support/gateway.ts');
  const [{ upstream, collector }] = await once(others, 'message');
  await using gateway = await startTestGateway({
    bird: { ...BIRD, url: upstream },
    deadlineMs: 10_000,
    // Queries that are answered together would be counted unevenly.
    sharing: false,
  });
  /** Microseconds of processor time a query, with this part of all traces kept; undefined traces nothing. */
  const round = async (ratio: number | undefined): Promise<number> => {
    const tracing =
      ratio !== undefined && (await startTracing({ url: collector, serviceName: 'bench', ratio }));
    const before = process.cpuUsage();
    others.send(`${gateway.url}/graphql`);
    await once(others, 'message');
    if (tracing) await tracing[Symbol.asyncDispose]();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / QUERIES;
  };
  const modes = [undefined, 0.1, 1] as const;
  for (const mode of [...modes, ...modes]) await round(mode);
  const plain: number[] = [];
  const ratios = new Map<number, number[]>([
    [0.1, []],
    [1, []],
  ]);
  for (let index = 0; index < ROUNDS; index += 1) {
    // The order is turned round each time, so that what comes first has no advantage.
    const took = new Map<number | undefined, number>();
    for (const mode of index % 2 === 0 ? modes : modes.toReversed()) took.set(mode, await round(mode));
    const off = took.get(undefined) ?? Number.NaN;
    plain.push(off);
    for (const [ratio, known] of ratios) known.push((took.get(ratio) ?? Number.NaN) / off);
  }
  console.log(machine());
  console.log(`a query of 12 calls without tracing: ${Math.round(median(plain))} µs of processor time`);
  for (const [ratio, known] of ratios) {
    const spread = [0.25, 0.75].map((share) => quantile(known, share).toFixed(3)).join(' to ');
    console.log(
      `with ${ratio * 100} % of the traces kept: × ${median(known).toFixed(3)} (half of ${ROUNDS}: ${spread})`,
    );
  }
};

if (process.argv[2] === OTHERS) await serve();
else {
  const others = fork(import.meta.filename, [OTHERS]);
  await measure(others);
  others.kill();
}
