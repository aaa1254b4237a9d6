import { simulate } from './simulate.ts';

/**
 * `node test/stream/simulation/run.ts [seeds] [first] [step]` runs so many seeds and ends with 1 at the first that fails,
 * which it names. `node test/stream/simulation/run.ts 1 <seed>` runs one again and says all that happens. Even seeds are
 * of SQLite, odd ones of Redis.
 */
const [seeds = 1000, first = 0, step = 1] = process.argv.slice(2).map(Number);
// Taking down where errors came from takes longer than all else.
Error.stackTraceLimit = 0;
const began = process.cpuUsage();
const totals = { events: 0, gaps: 0, faults: 0 };
for (let seed = first; seed < first + seeds * step; seed += step) {
  try {
    const { events, gaps, faults } = await simulate(seed, seeds === 1 ? console.log : undefined);
    totals.events += events;
    totals.gaps += gaps;
    totals.faults += faults;
  } catch (error) {
    console.log(`seed ${seed} fails: ${error instanceof Error ? error.message : error}`);
    console.log(`to see it again: node test/stream/simulation/run.ts 1 ${seed}`);
    process.exit(1);
  }
}
const { user, system } = process.cpuUsage(began);
console.log(
  `${seeds} seeds hold: ${totals.events} events told, ${totals.gaps} of them gaps, ${totals.faults} faults, ${((user + system) / 1e6).toFixed(1)} s of CPU`,
);
