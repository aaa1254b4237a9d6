import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Upstream } from '../context.ts';
import { type User, users } from '../courier/resources/user.ts';
import type { Directory } from '../ports.ts';
import { LoginError } from '../upstream/errors.ts';
import type { Credential } from '../upstream/send.ts';
import type { DirectoryStore, Entry, EntryKind, Sweep } from './directory-store.ts';
import { openForgivingStore } from './forgiving-directory-store.ts';
import { endsOf, lastDigits, toEmail, toPhone } from './identifier.ts';

/** courier's largest page. */
const PAGE = 1000;

/** How many users are written before others have their turn: 15 ms' worth where there are a million of them, less before. */
const AT_ONCE = 40;

/** How often a sweep begins anew when people come and go under it, before it waits for its next turn. */
const ATTEMPTS = 5;

/** By when one page must be there, in milliseconds: nobody waits for it. */
const PAGE_DEADLINE_MS = 60_000;

/** How long a sweep that failed waits, at the most, before it is tried again. */
const RETRY_MS = 30_000;

interface DirectoryOptions {
  readonly courier: Upstream;
  /** The folder of its file; `:memory:` for a directory that ends with the process. */
  readonly dataDir: string;
  /** How long to rest between sweeps, in milliseconds; 0 leaves them to `sweep`. */
  readonly intervalMs: number;
  /** How old a sweep may be and still be relied on, in milliseconds. */
  readonly maxAgeMs: number;
  readonly defaultRegion: string | undefined;
  readonly warn: (message: string, details: Record<string, unknown>) => void;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** A clock that nobody sets, in milliseconds; where a test says only the other clock, that one. */
  readonly elapsed?: () => number;
}

/** The directory of one running gateway. */
export interface RunningDirectory extends Directory {
  /** Reads the whole list of users once; false when it would not hold still. */
  sweep(): Promise<boolean>;
  close(): Promise<void>;
}

const isActive = (user: User): boolean => user.state?.toLowerCase() === 'active';

/**
 * Opens the directory of who has which email address and phone number, by courier's whole list of users. It is
 * read in the background, again and again; identifiers are kept as keyed hashes alone, under a key made of
 * courier's credential, which is not kept.
 */
export const openDirectory = (options: DirectoryOptions): RunningDirectory => {
  const { courier, dataDir, intervalMs, maxAgeMs, defaultRegion, warn, now = Date.now } = options;
  const { elapsed = options.now ?? (() => performance.now()) } = options;
  // What was read for another region is not known under this one.
  const info = `pigeon directory ${defaultRegion ?? ''}`;
  // Node prepares a key object once; of a buffer it would make one for every hash, which takes five times as long.
  const secret = createSecretKey(Buffer.from(hkdfSync('sha256', courier.credential.secret, '', info, 32)));
  const hash = (kind: EntryKind, value: string): Uint8Array =>
    createHmac('sha256', secret).update(`${kind} ${value}`).digest().subarray(0, 16);
  const store: DirectoryStore = openForgivingStore({
    dataDir,
    keyPrint: Buffer.from(hash('email', '')).toString('base64url'),
    warn,
    onLost: () => {
      clearTimeout(timer);
      schedule(0);
    },
  });
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  /** The last whole sweep of this process. */
  let swept: { readonly id: number; readonly began: number } | undefined;

  const readPage = (offset: number): Promise<readonly User[]> =>
    users.readRaw(
      (call) =>
        courier.send({
          ...call,
          credential: courier.credential as Credential,
          signal: ending.signal,
          deadline: performance.now() + PAGE_DEADLINE_MS,
        }),
      { limit: PAGE, offset },
    );

  const entriesOf = (user: User): Entry[] => {
    const individualId = user['primary-individual-id'] ?? '';
    const active = isActive(user);
    const entry = (kind: EntryKind, value: string, exact: boolean, verified: boolean): Entry => ({
      kind,
      hash: hash(kind, value),
      individualId,
      verified,
      active,
      exact,
    });
    const email = toEmail(user.email);
    const phone = toPhone(user.phone, defaultRegion);
    const verified = user['phone-verified'] === true;
    return [
      ...(email ? [entry('email', email.value, true, user['email-verified'] === true)] : []),
      ...(phone?.kind === 'phone' ? [entry('phone', phone.value, phone.exact, verified)] : []),
      ...(phone?.kind === 'digits' ? [entry('stray', phone.value, false, verified)] : []),
      ...(phone ? [entry('digits', lastDigits(phone.value), false, verified)] : []),
    ];
  };

  /** Reads the list once; undefined when a page did not begin with the last row of the page before. */
  const readInto = async (id: number): Promise<Omit<Sweep, 'id' | 'at'> | undefined> => {
    const read = { users: 0, identifiers: 0, strays: 0 };
    let last: string | undefined;
    for (let offset = 0; ; offset += PAGE - 1) {
      const rows = await readPage(offset);
      if (last !== undefined && rows[0]?.id !== last) return undefined;
      const unread = last === undefined ? rows : rows.slice(1);
      for (let from = 0; from < unread.length; from += AT_ONCE) {
        const entries = unread.slice(from, from + AT_ONCE).flatMap(entriesOf);
        read.identifiers += store.add(id, entries);
        read.strays += entries.filter(({ kind }) => kind === 'stray').length;
        await breathe();
      }
      read.users += unread.length;
      last = rows.at(-1)?.id;
      if (rows.length < PAGE) return read;
    }
  };

  /** Forgets every sweep that does not count, whole or not, and lets others have their turn between their parts. */
  const forgetOthers = async (): Promise<void> => {
    while (store.forgetSome()) await breathe();
  };

  const pass = async (): Promise<boolean> => {
    const at = now();
    const began = elapsed();
    const id = store.begin();
    let read: Awaited<ReturnType<typeof readInto>>;
    try {
      read = await readInto(id);
      if (read) {
        store.complete({ id, at, ...read });
        swept = { id, began };
      }
    } finally {
      await forgetOthers();
    }
    return read !== undefined;
  };

  /**
   * How old a sweep is, in milliseconds. One of this process is as old as the time that has gone by, whatever became of
   * the clock; one of a process before is relied upon only where the clock says that it was lately, and before now.
   */
  const ageOf = (sweep: Sweep): number => {
    if (swept?.id === sweep.id) return elapsed() - swept.began;
    const age = now() - sweep.at;
    return age < 0 ? Number.POSITIVE_INFINITY : age;
  };

  const passes = async (): Promise<boolean> => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) if (await pass()) return true;
    return false;
  };

  const sweep = (): Promise<boolean> => {
    const swept = passes();
    running = Promise.allSettled([running, swept]);
    return swept;
  };

  const sweepAndSchedule = async (): Promise<void> => {
    let wait = intervalMs;
    try {
      if (!(await sweep())) warn('courier’s list of users does not hold still', {});
    } catch (error) {
      if (ending.signal.aborted) return;
      // A login that fails has been warned of already.
      if (!(error instanceof LoginError)) {
        warn('courier’s list of users cannot be read', {
          error: error instanceof Error ? error.message : 'failed',
        });
      }
      wait = Math.min(intervalMs, RETRY_MS);
    }
    schedule(wait);
  };

  const schedule = (wait: number): void => {
    if (intervalMs === 0 || ending.signal.aborted) return;
    timer = setTimeout(sweepAndSchedule, wait).unref();
  };
  schedule(0);

  return {
    holders: (kind, value) => {
      const known = store.sweep();
      if (!known || ageOf(known) > maxAgeMs) return undefined;
      const find = (as: EntryKind, by: string) => store.holders(known.id, hash(as, by));
      if (kind !== 'phone' || known.strays === 0) return find(kind, value);
      // A number that somebody has without its country may be this one.
      const ends = endsOf(value).map((end) => find('stray', end));
      const found = [find(kind, value), ...ends];
      return found.every((some) => some !== undefined) ? found.flat() : undefined;
    },
    summary: () => {
      const known = store.sweep();
      return known && { sweptAt: new Date(known.at), users: known.users, identifiers: known.identifiers };
    },
    link: (individualId, contactKey) => store.link(individualId, contactKey, now()),
    links: (individualId) => store.links(individualId),
    linkedTo: (contactKey) => store.linkedTo(contactKey),
    unlink: (individualId, contactKey) => store.unlink(individualId, contactKey),
    sweep,
    close: async () => {
      clearTimeout(timer);
      ending.abort(new Error('the gateway closes'));
      await running;
      store.close();
    },
  };
};
