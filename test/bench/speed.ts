/**
 * How fast Pigeon answers, beside an endpoint written by hand for the very same queries and beside other gateways:
 *
 *     node test/bench/speed.ts [--queries Q1,Q2,Q3] [--modes identical,differing] [--connections 1,16,64]
 *         [--variants limit,shared,pigeon] [--delays 0] [--rounds 3] [--seconds 2]
 *
 * Each round starts a fresh process of every variant, in the opposite order of the round before; what is measured has
 * a core for itself, and the upstreams and the clients share another. See README.md beside this file.
 */
import { parseArgs } from 'node:util';
import { machine } from './measure.ts';
import { type Cell, type Measured, measure } from './speed/cells.ts';
import { startClients, startUpstream } from './speed/processes.ts';
import { QUERIES, type QueryName } from './speed/queries.ts';
import { examples, tables } from './speed/report.ts';
import { MODES, type ModeName, VARIANTS, type VariantName } from './speed/variants.ts';

const { values } = parseArgs({
  options: {
    queries: { type: 'string', default: 'Q1,Q2,Q3' },
    modes: { type: 'string', default: 'identical,differing' },
    connections: { type: 'string', default: '1,16,64' },
    variants: { type: 'string', default: 'limit,shared,pigeon' },
    delays: { type: 'string', default: '0' },
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

const queries = chosen<QueryName>(values.queries, QUERIES);
const modes = chosen<ModeName>(values.modes, MODES);
const variants = chosen<VariantName>(values.variants, VARIANTS);
const seconds = { measured: Number(values.seconds), warm: Number(values.warm) };

const upstream = await startUpstream();
const clients = startClients();
const measured: Measured[] = [];
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const mode of modes) {
    const cells: Cell[] = values.delays.split(',').flatMap((delayMs) =>
      queries.flatMap((query) =>
        values.connections.split(',').map((connections) => ({
          mode,
          query,
          connections: Number(connections),
          delayMs: Number(delayMs),
        })),
      ),
    );
    for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
      for await (const row of measure({ variant, round, mode }, cells, seconds, upstream, clients)) {
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
console.log(tables(measured));
console.log(examples(measured));
if (measured.some(({ wrong }) => wrong > 0)) process.exitCode = 1;
