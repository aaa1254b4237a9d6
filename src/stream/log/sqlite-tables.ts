import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isDamage, whyUnusable } from '../../store/damage.ts';
import { StoreError } from '../../store/store-error.ts';

/** Raised with every change of the tables. */
const VERSION = 4;

// `observed_at` is when it was by the clock, `kept_at` by the age clock, which decides what is forgotten.
// The state table's primary key finds a message; its index finds what to forget first.
const TABLES = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE entry (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL, channel_id TEXT, audience TEXT NOT NULL,
    status TEXT NOT NULL, native_status TEXT, previous TEXT,
    moved INTEGER NOT NULL, added INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL, observed_at INTEGER NOT NULL,
    via TEXT NOT NULL, known TEXT,
    removed INTEGER NOT NULL DEFAULT 0, created_at INTEGER, previous_at INTEGER NOT NULL DEFAULT 0,
    follows INTEGER NOT NULL, kept_at INTEGER NOT NULL, people TEXT
  ) STRICT;
  CREATE TABLE state (
    message_id TEXT NOT NULL, audience TEXT NOT NULL, channel_id TEXT,
    status TEXT NOT NULL, native_status TEXT, told TEXT,
    added INTEGER NOT NULL, occurred_at INTEGER NOT NULL,
    kept_at INTEGER NOT NULL, position INTEGER NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0, removed_at INTEGER NOT NULL DEFAULT 0,
    told_removed INTEGER NOT NULL DEFAULT 0, told_at INTEGER NOT NULL DEFAULT 0, people TEXT,
    PRIMARY KEY (message_id, audience)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX state_position ON state (position);
`;

/** What files of version 1 lack. */
const FROM_VERSION_1 = `
  ALTER TABLE entry ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE entry ADD COLUMN created_at INTEGER;
  ALTER TABLE entry ADD COLUMN previous_at INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE state ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE state ADD COLUMN removed_at INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE state ADD COLUMN told_removed INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE state ADD COLUMN told_at INTEGER NOT NULL DEFAULT 0;
`;

/** What files of version 2 lack. */
const FROM_VERSION_2 = `
  ALTER TABLE entry ADD COLUMN follows INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE entry ADD COLUMN kept_at INTEGER NOT NULL DEFAULT 0;
  UPDATE entry SET follows = position - 1, kept_at = observed_at;
  ALTER TABLE state RENAME COLUMN observed_at TO kept_at;
`;

/** What files of version 3 lack. */
const FROM_VERSION_3 = `
  ALTER TABLE entry ADD COLUMN people TEXT;
  ALTER TABLE state ADD COLUMN people TEXT;
`;

/**
 * Opens the file and makes its tables where it is new.
 *
 * @param dataDir the folder of `stream.sqlite`, made when missing; `:memory:` for no file
 * @throws {StoreError} the folder cannot be written, another process has the file, or it is of a newer version
 */
export const openDatabase = (dataDir: string): DatabaseSync => {
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
    }
    if (version === 1) db.exec(FROM_VERSION_1);
    if (version === 1 || version === 2) db.exec(FROM_VERSION_2);
    if (version > 0 && version < 4) db.exec(FROM_VERSION_3);
    db.exec(`PRAGMA user_version = ${VERSION}`);
    db.exec('COMMIT');
    return db;
  } catch (cause) {
    db?.close();
    if (cause instanceof StoreError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = reason.includes('locked')
      ? 'another process has it open: give each its own folder'
      : isDamage(cause)
        ? whyUnusable(join(dataDir, 'stream.sqlite'), cause)
        : `the folder must be writable (${reason})`;
    throw new StoreError(`the status stream cannot be kept in ${dataDir}: ${hint}`, { cause });
  }
};

/** All statements of the log, prepared once. */
export const prepare = (db: DatabaseSync) => ({
  epoch: String(db.prepare(`SELECT value FROM meta WHERE name = 'epoch'`).get()?.value),
  opened: db.prepare(`INSERT OR IGNORE INTO meta VALUES ('opened', 'before')`),
  head: db.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'entry'`),
  countEntries: db.prepare('SELECT count(*) AS count FROM entry'),
  countStates: db.prepare('SELECT count(*) AS count FROM state'),
  keptAt: db.prepare(`
    SELECT max(
      coalesce((SELECT kept_at FROM state ORDER BY position DESC LIMIT 1), 0),
      coalesce((SELECT kept_at FROM entry ORDER BY position DESC LIMIT 1), 0)) AS last`),
  statesOf: db.prepare('SELECT * FROM state WHERE message_id = ?'),
  states: db.prepare(`
    SELECT * FROM state WHERE message_id IN (SELECT value FROM json_each(?))
    AND audience IN (SELECT value FROM json_each(?))`),
  entriesAfter: db.prepare('SELECT * FROM entry WHERE position > ? ORDER BY position LIMIT ?'),
  addEntry: db.prepare(`
    INSERT INTO entry (position, follows, kept_at, message_id, channel_id, audience, status, native_status,
      previous, moved, added, occurred_at, observed_at, via, known, removed, created_at, previous_at, people)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
  putState: db.prepare(`
    INSERT OR REPLACE INTO state (message_id, audience, channel_id, status, native_status, told, added,
      occurred_at, kept_at, position, removed, removed_at, told_removed, told_at, people)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
  // Ages rise with positions, so both look-ups step over nothing but what is about to go.
  oldestEntry: db.prepare('SELECT position FROM entry WHERE kept_at > ? ORDER BY position LIMIT 1'),
  oldestState: db.prepare('SELECT position FROM state WHERE kept_at > ? ORDER BY position LIMIT 1'),
  dropEntries: db.prepare('DELETE FROM entry WHERE position < ?'),
  dropOldestEntries: db.prepare(`
    DELETE FROM entry WHERE position IN (SELECT position FROM entry ORDER BY position LIMIT ?)`),
  dropStates: db.prepare('DELETE FROM state WHERE position < ?'),
  dropOldestStates: db.prepare(`
    DELETE FROM state WHERE (message_id, audience) IN
    (SELECT message_id, audience FROM state ORDER BY position LIMIT ?)`),
});
