/** What is measured: programs that answer the queries of the benchmark at a URL they print. */
import { join } from 'node:path';

/** One of them. */
export interface Variant {
  /** What the table calls it. */
  readonly title: string;
  /** The program and its arguments, for Node. */
  readonly program: readonly string[];
  /** What it is told beside the addresses and credentials of the upstreams, over what the mode says. */
  readonly env: Readonly<Record<string, string>>;
}

const here = import.meta.dirname;
const limit = join(here, 'limit.ts');

export const VARIANTS = {
  limit: { title: 'limit', program: [limit], env: { SHARING: 'off' } },
  shared: { title: 'limit, identical GETs in flight shared', program: [limit], env: { SHARING: 'on' } },
  pigeon: { title: 'Pigeon', program: [join(here, '../../../src/main.ts')], env: {} },
} as const satisfies Record<string, Variant>;

export type VariantName = keyof typeof VARIANTS;

/** How the clients ask and how the variants are set. */
export interface Mode {
  readonly title: string;
  readonly differs: boolean;
  readonly changes: boolean;
  readonly callers: number;
  readonly env: Readonly<Record<string, string>>;
}

const SAME = { differs: false, changes: false, callers: 0, env: {} };

export const MODES = {
  identical: { ...SAME, title: 'identical' },
  differing: { ...SAME, title: 'differing literals', differs: true },
  changing: {
    ...SAME,
    title: 'differing literals, answers that change each time',
    differs: true,
    changes: true,
  },
  callers: {
    ...SAME,
    title: 'differing callers, credentials forwarded',
    callers: 1_000_000,
    env: { COURIER_FORWARD_AUTHORIZATION: 'true' },
  },
  off: { ...SAME, title: 'all sharing and caching off', env: { SHARING: 'off', FRESH_MS: '0' } },
} as const satisfies Record<string, Mode>;

export type ModeName = keyof typeof MODES;
