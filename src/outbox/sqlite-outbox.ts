import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { KeptSend, Outbox, SendState } from '../ports.ts';
import { ageClock } from '../store/age.ts';
import { whyUnusable } from '../store/damage.ts';
import { StoreError } from '../store/store-error.ts';
import {
  FIRST_LOOK_MS,
  LONGEST_PAUSE_MS,
  OUTBOX_BOUNDS,
  type OutboxBounds,
  SERVICE_AUDIENCE,
  stateOf,
} from './bounds.ts';

// `since` is when it was by the clock. All other times are by the age clock.
const TABLE = `
  CREATE TABLE IF NOT EXISTS send (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, mutation TEXT NOT NULL, key TEXT NOT NULL, print TEXT NOT NULL,
    operation TEXT NOT NULL, clue TEXT, audience TEXT NOT NULL, state TEXT NOT NULL, outcome TEXT,
    since INTEGER NOT NULL, expires_at INTEGER NOT NULL, due_at INTEGER NOT NULL, looks INTEGER NOT NULL DEFAULT 0,
    kept_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS send_kept_at ON send (kept_at);
  CREATE INDEX IF NOT EXISTS send_open ON send (due_at) WHERE state <> 'DONE';
  CREATE INDEX IF NOT EXISTS send_outcome ON send (outcome) WHERE outcome IS NOT NULL;
`;

/** What files lack that were made before there was an age clock: their sends grow old from now on. */
const KEPT_AT = `
  DROP INDEX IF EXISTS send_since;
  ALTER TABLE send ADD COLUMN kept_at INTEGER NOT NULL DEFAULT 0;
  UPDATE send SET expires_at = 0, due_at = 0;
`;

interface Row {
  readonly id: string;
  readonly owner: string;
  readonly mutation: string;
  readonly key: string;
  readonly print: string;
  readonly operation: string;
  readonly clue: string | null;
  readonly audience: string;
  readonly state: SendState;
  readonly outcome: string | null;
  readonly since: number;
  readonly expires_at: number;
  readonly kept_at: number;
}

/** Where the outbox lies and how much it keeps. */
export interface SqliteOutboxOptions {
  /** The folder of `outbox.sqlite`, made when missing; `:memory:` for an outbox that ends with the process. */
  readonly dataDir: string;
  readonly bounds?: OutboxBounds;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** A clock that nobody sets, in milliseconds: sends grow old by it. */
  readonly elapsed?: () => number;
}

/** Work that waits for the commit of its tick. */
interface Waiting {
  readonly work: () => unknown;
  readonly done: (value: never) => void;
  readonly fail: (error: StoreError) => void;
}

/**
 * The outbox in one SQLite file, for one process. All that is written within a tick is one commit, and a commit has
 * reached the disk. What a process that ended was sending when it did is lost as soon as the file is opened again.
 *
 * @throws {StoreError} it cannot be opened
 */
export const openSqliteOutbox = (options: SqliteOutboxOptions): Outbox => {
  const { dataDir, bounds = OUTBOX_BOUNDS, now = Date.now, elapsed = () => performance.now() } = options;
  const db = open(dataDir);
  const age = ageClock(Number(db.prepare('SELECT max(kept_at) AS last FROM send').get()?.last ?? 0), elapsed);
  const statements = {
    find: db.prepare('SELECT * FROM send WHERE id = ?'),
    count: db.prepare('SELECT count(*) AS count FROM send'),
    begin: db.prepare(`
      INSERT OR IGNORE INTO send (id, owner, mutation, key, print, operation, clue, audience, state, since,
        expires_at, due_at, kept_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'SENDING', ?, ?, ?, ?)`),
    release: db.prepare(`DELETE FROM send WHERE id = ? AND state <> 'DONE'`),
    finish: db.prepare(`UPDATE send SET state = 'DONE', outcome = ? WHERE id = ? AND state <> 'DONE'`),
    taken: db.prepare('SELECT 1 FROM send WHERE outcome = ? AND operation = ? AND id <> ?'),
    lose: db.prepare(`UPDATE send SET state = 'UNKNOWN', due_at = ? WHERE id = ? AND state = 'SENDING'`),
    giveUp: db.prepare(
      `UPDATE send SET state = 'NOT_FOUND' WHERE id = ? AND state IN ('SENDING', 'UNKNOWN')`,
    ),
    open: db.prepare(`SELECT * FROM send WHERE state <> 'DONE' AND owner = ? ORDER BY kept_at, id LIMIT ?`),
    due: db.prepare(`
      SELECT * FROM send WHERE state <> 'DONE' AND due_at <= ? AND state IN ('SENDING', 'UNKNOWN')
      AND clue IS NOT NULL AND audience = '${SERVICE_AUDIENCE}' ORDER BY due_at LIMIT ?`),
    postpone: db.prepare(`
      UPDATE send SET looks = looks + 1, due_at = ? + min(${FIRST_LOOK_MS} << min(looks, 20), ${LONGEST_PAUSE_MS})
      WHERE id = ?`),
    rival: db.prepare(`
      SELECT 1 FROM send WHERE state = 'SENDING' AND expires_at > ? AND operation = ? AND clue = ? AND id <> ?`),
    forget: db.prepare('DELETE FROM send WHERE kept_at < ?'),
    drop: db.prepare(`
      DELETE FROM send WHERE id IN (SELECT id FROM send WHERE state = 'DONE' ORDER BY kept_at LIMIT ?)`),
    abandon: db.prepare(`UPDATE send SET expires_at = 0, due_at = 0 WHERE state = 'SENDING'`),
  };
  statements.abandon.run();
  let rows = Number(statements.count.get()?.count ?? 0);
  let waiting: Waiting[] = [];
  let tick: NodeJS.Immediate | undefined;
  let closed = false;

  const kept = (row: Row): KeptSend => {
    const { expires_at: expiresAt, kept_at: keptAt, ...send } = row;
    return { ...send, state: stateOf(row, expiresAt, age()), age: age() - keptAt };
  };
  // The columns are those of the table above.
  const many = (found: unknown): KeptSend[] => (found as Row[]).map(kept);

  const fail = (cause: unknown) => new StoreError('the outbox could not be read or written', { cause });

  const read = async <T>(work: () => T): Promise<T> => {
    try {
      return work();
    } catch (cause) {
      throw fail(cause);
    }
  };

  const commit = (): void => {
    clearImmediate(tick);
    tick = undefined;
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    try {
      db.exec('BEGIN IMMEDIATE');
      const values = batch.map(({ work }) => work());
      db.exec('COMMIT');
      for (const [index, { done }] of batch.entries()) done(values[index] as never);
    } catch (cause) {
      if (db.isOpen && db.isTransaction) db.exec('ROLLBACK');
      for (const { fail: reject } of batch) reject(fail(cause));
    }
  };

  const write = <T>(work: () => T): Promise<T> =>
    new Promise<T>((done, reject) => {
      if (closed) return reject(fail('it is closed'));
      waiting.push({ work, done, fail: reject });
      tick ??= setImmediate(commit);
    });

  const makeRoom = (): void => {
    rows -= Number(statements.forget.run(age() - bounds.ageMs).changes);
    if (rows > bounds.rows) rows -= Number(statements.drop.run(rows - bounds.rows).changes);
  };

  return {
    find: (id) =>
      read(() => {
        const row = statements.find.get(id) as Row | undefined;
        return row && row.kept_at >= age() - bounds.ageMs ? kept(row) : undefined;
      }),
    begin: (send, withinMs) =>
      write(() => {
        makeRoom();
        const { id, owner, mutation, key, print, operation, clue, audience } = send;
        const until = Math.ceil(age() + withinMs);
        const values = [id, owner, mutation, key, print, operation, clue, audience];
        const added = Number(statements.begin.run(...values, now(), until, until, age()).changes);
        rows += added;
        return added === 1;
      }),
    release: (id) =>
      write(() => {
        rows -= Number(statements.release.run(id).changes);
      }),
    finish: (id, outcome) => write(() => void statements.finish.run(outcome, id)),
    lose: (id) => write(() => void statements.lose.run(age() + FIRST_LOOK_MS, id)),
    settle: (id, outcome) =>
      write(() => {
        const row = statements.find.get(id) as Row | undefined;
        if (!row || statements.taken.get(outcome, row.operation, id)) return false;
        return Number(statements.finish.run(outcome, id).changes) === 1;
      }),
    giveUp: (id) => write(() => void statements.giveUp.run(id)),
    open: (owner, limit) => read(() => many(statements.open.all(owner, limit))),
    due: async (limit) => {
      // Most of the time there is nothing to look for, and nothing is written.
      const some = await read(() => statements.due.all(age(), 1).length > 0);
      if (!some) return [];
      return write(() => {
        const found = statements.due.all(age(), limit);
        for (const row of found) statements.postpone.run(age(), (row as object as Row).id);
        return many(found);
      });
    },
    hasRival: ({ id, operation, clue }) =>
      read(() => statements.rival.get(age(), operation, clue, id) !== undefined),
    close: async () => {
      commit();
      closed = true;
      if (db.isOpen) db.close();
    },
  };
};

const open = (dataDir: string): DatabaseSync => {
  const memory = dataDir === ':memory:';
  try {
    if (!memory) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // A process that is just ending may still hold the file.
    const db = new DatabaseSync(memory ? dataDir : join(dataDir, 'outbox.sqlite'), { timeout: 3000 });
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    const columns = db.prepare('PRAGMA table_info(send)').all();
    if (columns.length > 0 && !columns.some(({ name }) => name === 'kept_at')) db.exec(KEPT_AT);
    db.exec(TABLE);
    return db;
  } catch (cause) {
    throw new StoreError(`the outbox: ${whyUnusable(join(dataDir, 'outbox.sqlite'), cause)}`, { cause });
  }
};
