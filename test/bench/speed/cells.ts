/** What is measured in one round, and what came of it. */
import type { Loaded } from './load.ts';
import type { startClients, startUpstream } from './processes.ts';
import { startVariant } from './processes.ts';
import type { QueryName } from './queries.ts';
import { MODES, type ModeName, VARIANTS, type VariantName } from './variants.ts';

/** One place of the table. */
export interface Cell {
  readonly mode: ModeName;
  readonly query: QueryName;
  readonly connections: number;
  /** After how many milliseconds the upstreams answer. */
  readonly delayMs: number;
}

/** What one variant did in one round. */
export interface Measured extends Cell, Pick<Loaded, 'wrong' | 'example' | 'p50' | 'p99'> {
  readonly variant: VariantName;
  readonly round: number;
  /** Answers a second. */
  readonly rate: number;
  /** Milliseconds of the processor, and calls to the upstreams, for each answer. */
  readonly cpuMs: number;
  readonly calls: number;
}

/** For how long is measured, and for how long before that a process is warmed with each query, in seconds. */
export interface Seconds {
  readonly measured: number;
  readonly warm: number;
}

/** How many answers a query is warmed with at the least: on a busy machine the time alone would not do. */
const WARM = 500;

/** Between the warming of a process and what is measured, and between two things measured, in seconds. */
const SETTLING = 0.3;

/** Has a fresh process of one variant do all of one mode. */
export const measure = async function* (
  { variant, round, mode }: { variant: VariantName; round: number; mode: ModeName },
  cells: readonly Cell[],
  seconds: Seconds,
  upstream: Awaited<ReturnType<typeof startUpstream>>,
  clients: ReturnType<typeof startClients>,
): AsyncGenerator<Measured> {
  const { differs, changes, callers, env } = MODES[mode];
  await upstream.tell({ delayMs: 0, changes });
  const process = await startVariant(VARIANTS[variant], upstream.url, env);
  try {
    const load = (cell: Pick<Cell, 'query' | 'connections'>, duration: number, least?: number) =>
      clients.run({
        url: process.url,
        differs,
        changes,
        callers,
        seconds: duration,
        ...(least && { least }),
        ...cell,
      });
    for (const query of new Set(cells.map((cell) => cell.query)))
      await load({ query, connections: 16 }, seconds.warm, WARM);
    for (const cell of cells) {
      const { query, connections, delayMs } = cell;
      await upstream.tell({ delayMs, changes });
      await load({ query, connections }, SETTLING);
      await upstream.tell({});
      const before = process.cpu();
      const { answered, seconds: took, ...loaded } = await load({ query, connections }, seconds.measured);
      const cpuMs = ((process.cpu() - before) * 1000) / answered;
      const calls = (await upstream.tell({})) / answered;
      yield { ...cell, ...loaded, variant, round, rate: answered / took, cpuMs, calls };
    }
  } finally {
    await process.stop();
  }
};
