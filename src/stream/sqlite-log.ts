import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EventSource, MessageChange, MessageStatus } from '../context.ts';
import { judge } from './judge.ts';
import { type Entry, type Log, type LogBounds, type State, StoreError } from './log.ts';

/** Raised with every change of the tables. */
const VERSION = 1;

// The state table's primary key finds a message; its index finds what to forget first.
const TABLES = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE entry (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL, channel_id TEXT, audience TEXT NOT NULL,
    status TEXT NOT NULL, native_status TEXT, previous TEXT,
    moved INTEGER NOT NULL, added INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL, observed_at INTEGER NOT NULL,
    via TEXT NOT NULL, known TEXT
  ) STRICT;
  CREATE TABLE state (
    message_id TEXT NOT NULL, audience TEXT NOT NULL, channel_id TEXT,
    status TEXT NOT NULL, native_status TEXT, told TEXT,
    added INTEGER NOT NULL, occurred_at INTEGER NOT NULL,
    observed_at INTEGER NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (message_id, audience)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX state_position ON state (position);
`;

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
  readonly kind: 'append' | 'learn';
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
  const db = open(dataDir);
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
    const known = statements.statesOf.all(change.messageId).map(toState);
    const verdict = judge(sound(change, observedAt), known, kind);
    let entry: Entry | undefined;
    if (verdict.entry) {
      const { lastInsertRowid } = statements.addEntry.run(...entryRow(verdict.entry, observedAt));
      head = Number(lastInsertRowid);
      entry = { ...verdict.entry, position: head, observedAt };
    }
    if (verdict.state) {
      const { audience } = verdict.state;
      statements.putState.run(...stateRow(verdict.state, observedAt, head));
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
    async learn(readings) {
      await submit(readings, 'learn');
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

const open = (dataDir: string): DatabaseSync => {
  const memory = dataDir === ':memory:';
  let db: DatabaseSync | undefined;
  try {
    if (!memory) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // A process that is just ending may still hold the file.
    db = new DatabaseSync(memory ? dataDir : join(dataDir, 'stream.sqlite'), { timeout: 3000 });
    // Exclusive: a second process would write entries that this one's subscribers never hear of.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    db.exec('BEGIN IMMEDIATE');
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    if (version > VERSION) throw new StoreError(`${dataDir}/stream.sqlite is of a newer version of Pigeon`);
    if (version === 0) {
      db.exec(TABLES);
      db.prepare(`INSERT INTO meta VALUES ('epoch', ?)`).run(randomBytes(9).toString('base64url'));
      db.exec(`PRAGMA user_version = ${VERSION}`);
    }
    db.exec('COMMIT');
    return db;
  } catch (cause) {
    db?.close();
    if (cause instanceof StoreError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = reason.includes('locked')
      ? 'another process has it open: give each its own folder'
      : `the folder must be writable (${reason})`;
    throw new StoreError(`the status stream cannot be kept in ${dataDir}: ${hint}`, { cause });
  }
};

const prepare = (db: DatabaseSync) => ({
  epoch: String(db.prepare(`SELECT value FROM meta WHERE name = 'epoch'`).get()?.value),
  head: db.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'entry'`),
  countStates: db.prepare('SELECT count(*) AS count FROM state'),
  statesOf: db.prepare('SELECT * FROM state WHERE message_id = ?'),
  states: db.prepare(`
    SELECT * FROM state WHERE message_id IN (SELECT value FROM json_each(?))
    AND audience IN (SELECT value FROM json_each(?))`),
  entriesAfter: db.prepare('SELECT * FROM entry WHERE position > ? ORDER BY position LIMIT ?'),
  addEntry: db.prepare(`
    INSERT INTO entry (message_id, channel_id, audience, status, native_status, previous, moved, added,
      occurred_at, observed_at, via, known) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
  putState: db.prepare(`
    INSERT OR REPLACE INTO state (message_id, audience, channel_id, status, native_status, told, added,
      occurred_at, observed_at, position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
  // Times rise with positions, so both look-ups step over nothing but what is about to go.
  oldestEntry: db.prepare('SELECT position FROM entry WHERE observed_at > ? ORDER BY position LIMIT 1'),
  oldestState: db.prepare('SELECT position FROM state WHERE observed_at > ? ORDER BY position LIMIT 1'),
  dropEntries: db.prepare('DELETE FROM entry WHERE position < ?'),
  dropStates: db.prepare('DELETE FROM state WHERE position < ?'),
  dropOldestStates: db.prepare(`
    DELETE FROM state WHERE (message_id, audience) IN
    (SELECT message_id, audience FROM state ORDER BY position LIMIT ?)`),
});

/** A time that cannot be stored must not take the whole commit with it. */
const sound = (change: MessageChange, observedAt: number): MessageChange => ({
  ...change,
  occurredAt: Number.isFinite(change.occurredAt) ? Math.trunc(change.occurredAt) : observedAt,
});

type Row = Record<string, unknown>;

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const toEntry = (row: Row): Entry => ({
  position: Number(row.position),
  messageId: String(row.message_id),
  channelId: text(row.channel_id),
  audience: String(row.audience),
  status: row.status as MessageStatus,
  nativeStatus: text(row.native_status),
  previous: row.previous as MessageStatus | null,
  moved: row.moved === 1,
  added: row.added === 1,
  occurredAt: Number(row.occurred_at),
  observedAt: Number(row.observed_at),
  via: row.via as EventSource,
  known: typeof row.known === 'string' ? JSON.parse(row.known) : null,
});

const entryRow = (entry: Omit<Entry, 'position' | 'observedAt'>, observedAt: number) => [
  entry.messageId,
  entry.channelId,
  entry.audience,
  entry.status,
  entry.nativeStatus,
  entry.previous,
  entry.moved ? 1 : 0,
  entry.added ? 1 : 0,
  entry.occurredAt,
  observedAt,
  entry.via,
  entry.known === null ? null : JSON.stringify(entry.known),
];

const toState = (row: Row): State => ({
  messageId: String(row.message_id),
  channelId: text(row.channel_id),
  audience: String(row.audience),
  status: row.status as MessageStatus,
  nativeStatus: text(row.native_status),
  occurredAt: Number(row.occurred_at),
  told: row.told as MessageStatus | null,
  added: row.added === 1,
});

const stateRow = (state: State, observedAt: number, position: number) => [
  state.messageId,
  state.audience,
  state.channelId,
  state.status,
  state.nativeStatus,
  state.told,
  state.added ? 1 : 0,
  state.occurredAt,
  observedAt,
  position,
];
