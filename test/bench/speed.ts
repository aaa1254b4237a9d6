/**
 * How fast Pigeon answers, beside an endpoint written by hand for the very same queries and beside other gateways:
 *
 *     node test/bench/speed.ts [--queries Q1,Q2,Q3,person] [--modes identical,differing,changing,callers,off]
 *         [--variants limit,shared,yoga,apollo,pigeon] [--connections 1,16,64] [--delays 0]
 *         [--rounds 3] [--seconds 2]
 *
 * Without `--connections` and `--delays` each mode is measured at those of its own. The whole takes most of an hour.
 * Each round starts a fresh process of every variant, in the opposite order of the round before; what is measured has
 * a core for itself, and the upstreams and the clients share another. See README.md beside this file.
 */
import { parseArgs } from 'node:util';
import { machine } from './measure.ts';
import { type Cell, type Measured, measure } from './speed/cells.ts';
import { installPeers, startClients, startUpstream } from './speed/processes.ts';
import { QUERIES, type QueryName } from './speed/queries.ts';
import { examples, summary, tables } from './speed/report.ts';
import {
  MODES,
  type Mode,
  type ModeName,
  PEERS,
  VARIANTS,
  type Variant,
  type VariantName,
} from './speed/variants.ts';

const { values } = parseArgs({
  options: {
    queries: { type: 'string', default: 'Q1,Q2,Q3,person' },
    modes: { type: 'string', default: 'identical,differing,changing,callers,off' },
    connections: { type: 'string' },
    variants: { type: 'string', default: 'limit,shared,yoga,apollo,pigeon' },
    delays: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    warm: { type: 'string', default: '2' },
  },
});

/** The names that are chosen of those there are. */
const chosen = <Name extends string>(text: string, known: Readonly<Record<Name, unknown>>): Name[] =>
  text.split(',').map((name) => {
    if (!(name in known)) throw new Error(`${name} is none of ${Object.keys(known).join(', ')}`);
    return name as Name;
  });

/** The delays and connections that a mode is measured at. */
const loads = (mode: ModeName): Pick<Cell, 'delayMs' | 'connections'>[] => {
  const own: Mode['connections'] = MODES[mode].connections;
  const delays = values.delays?.split(',') ?? (values.connections ? ['0'] : Object.keys(own));
  return delays.flatMap((delay) =>
    (values.connections?.split(',').map(Number) ?? own[Number(delay)] ?? [64]).map((connections) => ({
      delayMs: Number(delay),
      connections,
    })),
  );
};

const queries = chosen<QueryName>(values.queries, QUERIES);
const modes = chosen<ModeName>(values.modes, MODES);
const variants = chosen<VariantName>(values.variants, VARIANTS);
const seconds = { measured: Number(values.seconds), warm: Number(values.warm) };

if (variants.some((name) => VARIANTS[name].program[0]?.startsWith(PEERS))) installPeers();
const upstream = await startUpstream();
const clients = startClients();
const measured: Measured[] = [];
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const mode of modes) {
    const cells = queries.flatMap((query) =>
      loads(mode).map(({ delayMs, connections }): Cell => ({ mode, query, delayMs, connections })),
    );
    for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
      const { without = [] } = VARIANTS[variant] as Variant;
      const answered = cells.filter(({ query }) => !without.includes(query));
      for await (const row of measure({ variant, round, mode }, answered, seconds, upstream, clients)) {
        measured.push(row);
        const { query, connections, delayMs, rate, cpuMs, calls, wrong, p50, p99 } = row;
        console.error(
          `${round} ${mode} ${variant} ${query} c=${connections} +${delayMs} ms: ${rate.toFixed(0)}/s, ${cpuMs.toFixed(2)} ms CPU, ${calls.toFixed(1)} calls, p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} ms${wrong > 0 ? `, ${wrong} WRONG` : ''}`,
        );
      }
    }
  }
}
upstream.stop();
clients.stop();

console.log(`${machine()}, ${new Date().toISOString().slice(0, 10)}\n`);
console.log(summary(measured));
console.log(tables(measured));
console.log(examples(measured));
if (measured.some(({ wrong }) => wrong > 0)) process.exitCode = 1;
