import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { QueuedSend, SendStore } from '../ports.ts';
import { StoreError } from '../store/store-error.ts';
import { keptCounts } from './kept-counts.ts';

/** How many messages are remembered by what clients call them; beyond that the oldest are forgotten. */
const MOST_LABELS = 1_000_000;

/** After how many new labels it is looked whether there are too many. */
const LABELS_A_LOOK = 1000;

// Wishes and counts are forgotten by no clock: a wish stands until there is another, and of counts as many are kept as
// the cap needs.
const TABLES = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS wish (
    mark TEXT PRIMARY KEY, stopped_at INTEGER NOT NULL, resumed_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sent (id INTEGER PRIMARY KEY, mark TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS sent_mark ON sent (mark, at);
  CREATE TABLE IF NOT EXISTS label (
    id INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, client_id TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS queued (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, caller_key TEXT NOT NULL, caller_known INTEGER NOT NULL,
    print TEXT NOT NULL, input TEXT NOT NULL, channel_id TEXT NOT NULL, at INTEGER NOT NULL, due_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS queued_due ON queued (due_at);
`;

/** Before any wish. */
const NEVER = -1;

interface Row {
  readonly id: string;
  readonly owner: string;
  readonly caller_key: string;
  readonly caller_known: number;
  readonly print: string;
  readonly input: string;
  readonly channel_id: string;
  readonly at: number;
}

const queuedOf = (row: Row): QueuedSend => ({
  id: row.id,
  owner: row.owner,
  callerKey: row.caller_key,
  callerKnown: row.caller_known === 1,
  print: row.print,
  input: row.input,
  channelId: row.channel_id,
  at: row.at,
});

/**
 * The memory of sends in one SQLite file, for one process. What is written has reached the disk.
 *
 * @param dataDir the folder of `sending.sqlite`, made when missing; `:memory:` for one that ends with the process
 * @throws {StoreError} it cannot be opened
 */
export const openSqliteSendStore = (dataDir: string): SendStore => {
  const db = open(dataDir);
  const statements = {
    wish: db.prepare(`
      INSERT INTO wish VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET
        stopped_at = max(stopped_at, excluded.stopped_at), resumed_at = max(resumed_at, excluded.resumed_at)`),
    stopped: db.prepare('SELECT 1 FROM wish WHERE mark = ? AND stopped_at >= resumed_at'),
    recent: db.prepare('SELECT at FROM sent WHERE mark = ? AND at > ? ORDER BY at'),
    sent: db.prepare('INSERT INTO sent (mark, at) VALUES (?, ?)'),
    trim: db.prepare(`
      DELETE FROM sent WHERE id IN (SELECT id FROM sent WHERE mark = ? ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?)`),
    unsent: db.prepare(`
      DELETE FROM sent WHERE id IN (SELECT id FROM sent WHERE mark = ? ORDER BY at DESC, id DESC LIMIT 1)`),
    label: db.prepare('INSERT OR REPLACE INTO label (message_id, client_id) VALUES (?, ?)'),
    labelOf: db.prepare('SELECT client_id FROM label WHERE message_id = ?'),
    forget: db.prepare('DELETE FROM label WHERE id <= (SELECT max(id) FROM label) - ?'),
    enqueue: db.prepare('INSERT OR IGNORE INTO queued VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    find: db.prepare('SELECT * FROM queued WHERE id = ?'),
    due: db.prepare('SELECT * FROM queued WHERE due_at <= ? ORDER BY due_at LIMIT ?'),
    postpone: db.prepare('UPDATE queued SET due_at = ? WHERE id = ?'),
    later: db.prepare('UPDATE queued SET at = ?1, due_at = ?1 WHERE id = ?2'),
    dequeue: db.prepare('DELETE FROM queued WHERE id = ? AND owner = ?'),
    queued: db.prepare('SELECT * FROM queued WHERE owner = ? ORDER BY at, id LIMIT ?'),
  };
  let labelled = 0;

  const attempt = async <T>(work: () => T): Promise<T> => {
    try {
      return work();
    } catch (cause) {
      throw new StoreError('the memory of sends could not be read or written', { cause });
    }
  };

  const together = <T>(work: () => T): T => {
    db.exec('BEGIN IMMEDIATE');
    try {
      const value = work();
      db.exec('COMMIT');
      return value;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };

  return {
    secret: secretOf(db),
    wish: (marks, { wish, at }) =>
      attempt(() =>
        together(() => {
          const [stopped, resumed] = wish === 'stop' ? [at, NEVER] : [NEVER, at];
          for (const mark of marks) statements.wish.run(mark, stopped, resumed);
        }),
      ),
    isStopped: (marks) => attempt(() => marks.some((mark) => statements.stopped.get(mark) !== undefined)),
    count: (mark, cap, windowMs, now) =>
      attempt(() =>
        together(() => {
          const recent = statements.recent.all(mark, now - windowMs);
          const first = recent.at(-cap)?.at;
          if (first !== undefined) return Number(first) + windowMs;
          statements.sent.run(mark, now);
          statements.trim.run(mark, keptCounts(cap));
          return undefined;
        }),
      ),
    uncount: (mark) => attempt(() => void statements.unsent.run(mark)),
    label: (messageId, clientId) =>
      attempt(() => {
        statements.label.run(messageId, clientId);
        labelled += 1;
        if (labelled % LABELS_A_LOOK === 0) statements.forget.run(MOST_LABELS);
      }),
    labels: (ids) =>
      attempt(
        () =>
          new Map(
            ids.flatMap((id) => {
              const row = statements.labelOf.get(id);
              return row ? [[id, String(row.client_id)] as const] : [];
            }),
          ),
      ),
    enqueue: (send) =>
      attempt(() => {
        const { id, owner, callerKey, callerKnown, print, input, channelId, at } = send;
        const known = Number(callerKnown);
        statements.enqueue.run(id, owner, callerKey, known, print, input, channelId, at, at);
        return queuedOf(statements.find.get(id) as object as Row);
      }),
    lease: (limit, leaseMs, now) =>
      attempt(() =>
        together(() => {
          const rows = statements.due.all(now, limit) as object as Row[];
          for (const { id } of rows) statements.postpone.run(now + leaseMs, id);
          return rows.map(queuedOf);
        }),
      ),
    postpone: (id, at) => attempt(() => void statements.later.run(at, id)),
    dequeue: (id, owner) => attempt(() => Number(statements.dequeue.run(id, owner).changes) === 1),
    queued: (owner, limit) =>
      attempt(() => (statements.queued.all(owner, limit) as object as Row[]).map(queuedOf)),
    close: async () => {
      if (db.isOpen) db.close();
    },
  };
};

/** The key of the marks, made when the file is. */
const secretOf = (db: DatabaseSync): Uint8Array => {
  db.prepare(`INSERT OR IGNORE INTO meta VALUES ('secret', ?)`).run(randomBytes(32).toString('base64url'));
  const kept = db.prepare(`SELECT value FROM meta WHERE name = 'secret'`).get()?.value;
  return Buffer.from(String(kept), 'base64url');
};

const open = (dataDir: string): DatabaseSync => {
  const memory = dataDir === ':memory:';
  try {
    if (!memory) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // A process that is just ending may still hold the file.
    const db = new DatabaseSync(memory ? dataDir : join(dataDir, 'sending.sqlite'), { timeout: 3000 });
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    db.exec(TABLES);
    return db;
  } catch (cause) {
    throw new StoreError(`the memory of sends cannot be kept in ${dataDir}: the folder must be writable`, {
      cause,
    });
  }
};
