import type { DatabaseSync } from 'node:sqlite';
import type { MessageChange } from '../../ports.ts';
import { ageClock } from '../../store/age.ts';
import { StoreError } from '../../store/store-error.ts';
import { type Entry, type Log, type LogBounds, leap, SERVICE } from './log.ts';
import { entryRow, publishedAt, stateRow, toEntry, toState } from './sqlite-rows.ts';
import { openDatabase, prepare } from './sqlite-tables.ts';
import { normalize, reduceStatus } from './transition.ts';

/** Where the log lies and how much it keeps. */
export interface SqliteLogOptions {
  /** The folder of `stream.sqlite`, made when missing; `:memory:` for a log that ends with the process. */
  readonly dataDir: string;
  readonly bounds: LogBounds;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** A clock that nobody sets, in milliseconds: rows grow old by it. */
  readonly elapsed?: () => number;
  /** Numbers from 0 up to 1. */
  readonly random?: () => number;
}

const reading = <T>(read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    throw new StoreError('the status stream could not be read', { cause });
  }
};

/** Somebody who waits for a commit. */
interface Waiting {
  readonly changes: readonly MessageChange[];
  readonly kind: 'append' | 'observe';
  readonly done: (entries: readonly Entry[]) => void;
  readonly fail: (error: StoreError) => void;
}

/**
 * The log in one SQLite file, for one process. All that comes in within a tick is one commit, and a commit has
 * reached the disk.
 *
 * @throws {StoreError} the folder cannot be written, another process has the file, or it is of a newer version
 */
export const openSqliteLog = ({
  dataDir,
  bounds,
  now = Date.now,
  elapsed = () => performance.now(),
  random = Math.random,
}: SqliteLogOptions): Log => logIn(openDatabase(dataDir), { bounds, now, elapsed, random });

/** The log in a database that has its tables; it is closed with the log. */
export const logIn = (
  db: DatabaseSync,
  { bounds, now, elapsed, random }: Required<Omit<SqliteLogOptions, 'dataDir'>>,
): Log => {
  const statements = prepare(db);
  const { epoch } = statements;
  const listeners = new Set<(entries: readonly Entry[]) => void>();
  let waiting: Waiting[] = [];
  let tick: NodeJS.Immediate | undefined;
  let closed = false;
  let observedAt = 0;
  let keptAt = 0;
  const age = ageClock(Number(statements.keptAt.get()?.last), elapsed);
  let head = Number(statements.head.get()?.seq ?? 0);
  /** True until an entry is written: the file may have been put back to how it was before. */
  let leaps = statements.opened.run().changes === 0;
  let entries = Number(statements.countEntries.get()?.count);
  let states = Number(statements.countStates.get()?.count);

  const write = (change: MessageChange, kind: Waiting['kind']): Entry | undefined => {
    const rows = statements.statesOf.all(change.messageId);
    const known = rows.map(toState);
    const transition = reduceStatus(normalize(change, observedAt), known, kind);
    const previousAt = publishedAt(rows, SERVICE, change.audience);
    let entry: Entry | undefined;
    if (transition.entry) {
      const position = head + 1 + (leaps ? leap(random()) : 0);
      entry = { ...transition.entry, position, follows: head, observedAt, previousAt };
      statements.addEntry.run(...entryRow(entry, keptAt));
      head = position;
      leaps = false;
      entries += 1;
    }
    if (transition.state) {
      const { audience } = transition.state;
      const toldAt = entry?.raised ? head : publishedAt(rows, audience);
      statements.putState.run(...stateRow(transition.state, keptAt, head, toldAt));
      if (!known.some((state) => state.audience === audience)) states += 1;
    }
    return entry;
  };

  const forget = (): void => {
    const old = (ms: number, oldest: typeof statements.oldestEntry) =>
      Number(oldest.get(keptAt - ms)?.position ?? head + 1);
    const { dropEntries, dropOldestEntries, dropStates, dropOldestStates } = statements;
    entries -= Number(dropEntries.run(old(bounds.entriesMs, statements.oldestEntry)).changes);
    const over = entries - bounds.entries;
    if (over > 0) entries -= Number(dropOldestEntries.run(over).changes);
    states -= Number(dropStates.run(old(bounds.statesMs, statements.oldestState)).changes);
    const tooMany = states - bounds.states;
    if (tooMany > 0) states -= Number(dropOldestStates.run(tooMany).changes);
  };

  const flush = (): void => {
    clearImmediate(tick);
    tick = undefined;
    const batch = waiting;
    waiting = [];
    observedAt = now();
    keptAt = age();
    const before = { head, leaps, entries, states };
    const written: (readonly Entry[])[] = [];
    try {
      db.exec('BEGIN IMMEDIATE');
      for (const { changes, kind } of batch) {
        written.push(changes.flatMap((change) => write(change, kind) ?? []));
      }
      forget();
      db.exec('COMMIT');
    } catch (cause) {
      ({ head, leaps, entries, states } = before);
      if (db.isOpen && db.isTransaction) db.exec('ROLLBACK');
      const error = new StoreError('the status stream could not be written', { cause });
      for (const { fail } of batch) fail(error);
      return;
    }
    const news = written.flat();
    if (news.length > 0) for (const listener of listeners) listener(news);
    for (const [index, { done }] of batch.entries()) done(written[index] ?? []);
  };

  const submit = (changes: readonly MessageChange[], kind: Waiting['kind']) =>
    new Promise<readonly Entry[]>((done, fail) => {
      if (closed) throw new StoreError('the status stream is closed');
      waiting.push({ changes, kind, done, fail });
      tick ??= setImmediate(flush);
    });

  // The bounds may be others than before.
  flush();

  const statesNow = (messageIds: readonly string[], audiences: readonly string[]) =>
    reading(() => statements.states.all(JSON.stringify(messageIds), JSON.stringify(audiences))).map(toState);

  return {
    epoch,
    append: (changes) => submit(changes, 'append'),
    async observe(readings) {
      await submit(readings, 'observe');
    },
    async read(after, limit) {
      if (after < 0 || after > head) return undefined;
      if (after === head) return [];
      const rows = reading(() => statements.entriesAfter.all(after, limit));
      return rows[0]?.follows === after ? rows.map(toEntry) : undefined;
    },
    head: async () => head,
    states: async (messageIds, audiences) => statesNow(messageIds, audiences),
    statesNow,
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      if (closed) return;
      if (waiting.length > 0) flush();
      closed = true;
      listeners.clear();
      db.close();
    },
  };
};
