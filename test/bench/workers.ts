/**
 * What a second process is worth: the answers a second of one worker and of two behind one port, with Redis on this
 * machine. `node test/bench/workers.ts [seconds]`. All processes share all cores, the clients and upstreams too.
 */
import { startRedis } from '../support/redis.ts';
import { machine, median } from './measure.ts';
import { startClients, startUpstream, startVariant } from './speed/processes.ts';
import type { QueryName } from './speed/queries.ts';
import { VARIANTS } from './speed/variants.ts';

const ROUNDS = 3;
const CONNECTIONS = 64;
const LOADS: readonly { query: QueryName; differs: boolean }[] = [
  { query: 'Q1', differs: true },
  { query: 'Q3', differs: true },
  { query: 'person', differs: true },
];

const seconds = Number(process.argv[2] ?? 3);
const pinned = false;
await using redis = await startRedis();
const upstream = await startUpstream({ pinned });
const clients = startClients({ pinned });
const rates = new Map<string, number[]>();
for (let round = 0; round < ROUNDS; round += 1) {
  for (const workers of round % 2 === 0 ? ['1', '2'] : ['2', '1']) {
    const mode = { REDIS_URL: redis.url, WORKERS: workers };
    const pigeon = await startVariant(VARIANTS.pigeon, upstream.url, mode, { pinned });
    for (const { query, differs } of LOADS) {
      const load = { url: pigeon.url, query, differs, connections: CONNECTIONS, callers: 0, changes: false };
      await clients.run({ ...load, seconds: 2 });
      const { answered, seconds: took, wrong, example } = await clients.run({ ...load, seconds });
      if (wrong > 0) throw new Error(`${wrong} wrong answers: ${example}`);
      const key = `${query} ${workers}`;
      rates.set(key, [...(rates.get(key) ?? []), answered / took]);
    }
    await pigeon.stop();
  }
}
upstream.stop();
clients.stop();

console.log(machine());
console.table(
  LOADS.map(({ query }) => {
    const [one = 0, two = 0] = ['1', '2'].map((workers) => median(rates.get(`${query} ${workers}`) ?? []));
    return {
      query,
      'one worker, a second': one.toFixed(0),
      'two workers': two.toFixed(0),
      ratio: (two / one).toFixed(2),
    };
  }),
);
