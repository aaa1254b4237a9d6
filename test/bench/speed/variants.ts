/** What is measured: programs that answer the queries of the benchmark at a URL they print. */
import { join } from 'node:path';
import type { QueryName } from './queries.ts';

/** One of them. */
export interface Variant {
  /** What the table calls it. */
  readonly title: string;
  /** The program and its arguments, for Node. */
  readonly program: readonly string[];
  /** What it is told beside the addresses and credentials of the upstreams, over what the mode says. */
  readonly env: Readonly<Record<string, string>>;
  /** Queries that it has no answer to. */
  readonly without?: readonly QueryName[];
}

const here = import.meta.dirname;
const limit = join(here, 'limit.ts');

/** Programs whose dependencies are not the project's. */
export const PEERS = join(here, '../peers');

export const VARIANTS = {
  limit: { title: 'limit', program: [limit], env: { SHARING: 'off' } },
  shared: { title: 'limit, identical GETs in flight shared', program: [limit], env: { SHARING: 'on' } },
  yoga: {
    title: 'Yoga + Pothos + DataLoader + fetch',
    program: [join(PEERS, 'yoga.ts')],
    env: {},
    without: ['person'],
  },
  apollo: {
    title: 'Apollo Server, the same resolvers',
    program: [join(PEERS, 'apollo.ts')],
    env: {},
    without: ['person'],
  },
  pigeon: { title: 'Pigeon', program: [join(here, '../../../src/main.ts')], env: {} },
} satisfies Record<string, Variant>;

export type VariantName = keyof typeof VARIANTS;

/** How the clients ask and how the variants are set. */
export interface Mode {
  readonly title: string;
  readonly differs: boolean;
  readonly changes: boolean;
  readonly callers: number;
  /** At how many connections it is measured, by the delay of the upstreams in milliseconds. */
  readonly connections: Readonly<Record<number, readonly number[]>>;
  readonly env: Readonly<Record<string, string>>;
}

/** One, some, many, and a burst; and with upstreams that take their time. */
const ALL = { 0: [1, 16, 64, 500], 4: [64], 50: [64] };

const SAME = { differs: false, changes: false, callers: 0, env: {} };

export const MODES = {
  identical: { ...SAME, title: 'identical', connections: ALL },
  differing: { ...SAME, title: 'differing literals', differs: true, connections: ALL },
  changing: {
    ...SAME,
    title: 'differing literals, answers that change each time',
    differs: true,
    changes: true,
    connections: { 0: [1, 16, 64] },
  },
  callers: {
    ...SAME,
    title: 'differing callers, credentials forwarded',
    callers: 1_000_000,
    env: { COURIER_FORWARD_AUTHORIZATION: 'true' },
    connections: { 0: [16] },
  },
  off: {
    ...SAME,
    title: 'all sharing and caching off',
    env: { SHARING: 'off', FRESH_MS: '0' },
    connections: { 0: [1, 16] },
  },
} satisfies Record<string, Mode>;

export type ModeName = keyof typeof MODES;
