import type { MessageChange } from '../../ports.ts';
import { StoreError } from '../../store/store-error.ts';
import { type Entry, type Log, type LogBounds, SERVICE } from './log.ts';
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
}

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
export const openSqliteLog = ({ dataDir, bounds, now = Date.now }: SqliteLogOptions): Log => {
  const db = openDatabase(dataDir);
  const statements = prepare(db);
  const { epoch } = statements;
  const listeners = new Set<(entries: readonly Entry[]) => void>();
  let waiting: Waiting[] = [];
  let tick: NodeJS.Immediate | undefined;
  let closed = false;
  let observedAt = 0;
  let head = Number(statements.head.get()?.seq ?? 0);
  let states = Number(statements.countStates.get()?.count ?? 0);

  const write = (change: MessageChange, kind: Waiting['kind']): Entry | undefined => {
    const rows = statements.statesOf.all(change.messageId);
    const known = rows.map(toState);
    const transition = reduceStatus(normalize(change, observedAt), known, kind);
    const previousAt = publishedAt(rows, SERVICE, change.audience);
    let entry: Entry | undefined;
    if (transition.entry) {
      const { lastInsertRowid } = statements.addEntry.run(
        ...entryRow(transition.entry, observedAt, previousAt),
      );
      head = Number(lastInsertRowid);
      entry = { ...transition.entry, position: head, observedAt, previousAt };
    }
    if (transition.state) {
      const { audience } = transition.state;
      const toldAt = entry?.raised ? head : publishedAt(rows, audience);
      statements.putState.run(...stateRow(transition.state, observedAt, head, toldAt));
      if (!known.some((state) => state.audience === audience)) states += 1;
    }
    return entry;
  };

  const forget = (): void => {
    const gone = (age: number, oldest: typeof statements.oldestEntry, last: number) =>
      Number(oldest.get(observedAt - age)?.position ?? last + 1);
    statements.dropEntries.run(
      Math.max(head - bounds.entries + 1, gone(bounds.entriesMs, statements.oldestEntry, head)),
    );
    states -= Number(statements.dropStates.run(gone(bounds.statesMs, statements.oldestState, head)).changes);
    if (states > bounds.states) {
      states -= Number(statements.dropOldestStates.run(states - bounds.states).changes);
    }
  };

  const flush = (): void => {
    clearImmediate(tick);
    tick = undefined;
    const batch = waiting;
    waiting = [];
    // The clock may be set back; the log's order may not.
    observedAt = Math.max(observedAt, now());
    const before = { head, states };
    const written: (readonly Entry[])[] = [];
    try {
      db.exec('BEGIN IMMEDIATE');
      for (const { changes, kind } of batch) {
        written.push(changes.flatMap((change) => write(change, kind) ?? []));
      }
      forget();
      db.exec('COMMIT');
    } catch (cause) {
      ({ head, states } = before);
      if (db.isOpen && db.isTransaction) db.exec('ROLLBACK');
      const error = new StoreError('the status stream could not be written', { cause });
      for (const { fail } of batch) fail(error);
      return;
    }
    const entries = written.flat();
    if (entries.length > 0) for (const listener of listeners) listener(entries);
    for (const [index, { done }] of batch.entries()) done(written[index] ?? []);
  };

  const submit = (changes: readonly MessageChange[], kind: Waiting['kind']) =>
    new Promise<readonly Entry[]>((done, fail) => {
      if (closed) throw new StoreError('the status stream is closed');
      waiting.push({ changes, kind, done, fail });
      tick ??= setImmediate(flush);
    });

  // What grew too old while nobody ran.
  flush();

  return {
    epoch,
    append: (changes) => submit(changes, 'append'),
    async observe(readings) {
      await submit(readings, 'observe');
    },
    async read(after, limit) {
      if (after < 0 || after > head) return undefined;
      if (after === head) return [];
      const rows = statements.entriesAfter.all(after, limit);
      return rows[0]?.position === after + 1 ? rows.map(toEntry) : undefined;
    },
    head: async () => head,
    states: async (messageIds, audiences) =>
      statements.states.all(JSON.stringify(messageIds), JSON.stringify(audiences)).map(toState),
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
