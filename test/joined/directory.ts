import { openDirectory, type RunningDirectory } from '../../src/joined/directory.ts';
import { connectUpstreams } from '../../src/server/upstreams.ts';
import type { Send } from '../../src/upstream/send.ts';
import { pageOf, type Resource, user } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';
import { type Asked, type Prepared, startUpstream, type Upstream } from '../support/upstream.ts';

/** A user of courier who has what is given, verified and active. */
export const holder = (name: string, has: { email?: string; phone?: string }): Resource =>
  user(name, {
    'primary-individual-id': idOf(name),
    'phone-verified': true,
    email: undefined,
    ...has,
  });

/** So many users with an address each. */
export const holders = (count: number): Resource[] =>
  Array.from({ length: count }, (_, n) => holder(`u${n}`, { email: `u${n}@example.com` }));

/** courier with a list of users, which a test may change. */
export interface Courier extends Upstream {
  users: readonly Resource[];
  /** Is called before each page. */
  onPage: (asked: Asked) => void | Promise<void>;
}

export const startCourier = async (users: readonly Resource[]): Promise<Courier> => {
  const list: Prepared = async (asked) => {
    await courier.onPage(asked);
    return pageOf(courier.users, asked.params);
  };
  const courier: Courier = Object.assign(await startUpstream({ 'GET /v1/users/': list }), {
    users,
    onPage: () => {},
  });
  return courier;
};

interface Options {
  readonly dataDir?: string;
  readonly authorization?: string;
  readonly intervalMs?: number;
  readonly defaultRegion?: string;
  readonly now?: () => number;
  readonly elapsed?: () => number;
  /** In place of the network, where time is faked: it has clocks of its own. */
  readonly wire?: Send;
}

/** A directory and what it warned of. */
export interface Opened extends RunningDirectory, AsyncDisposable {
  readonly warnings: readonly string[];
}

/** Opens a directory of courier's users; it sweeps when it is told to, unless an interval is given. */
export const openOver = (courier: Pick<Upstream, 'url'>, options: Options = {}): Opened => {
  const {
    dataDir = ':memory:',
    authorization = 'Bearer t',
    intervalMs = 0,
    defaultRegion,
    now,
    elapsed,
    wire,
  } = options;
  const upstreams = connectUpstreams(
    { bird: undefined, courier: { url: courier.url, authorization, forwards: false }, sharing: true },
    (next) => wire ?? next,
  );
  if (!upstreams.courier) throw new Error('courier is not configured');
  const warnings: string[] = [];
  const directory = openDirectory({
    courier: upstreams.courier,
    dataDir,
    intervalMs,
    maxAgeMs: 1_800_000,
    defaultRegion,
    warn: (message, { file }) => warnings.push(file ? `${message} ${file}` : message),
    ...(now && { now }),
    ...(elapsed && { elapsed }),
  });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= directory.close().then(() => upstreams.close());
    return closed;
  };
  return { ...directory, warnings, close, [Symbol.asyncDispose]: close };
};
