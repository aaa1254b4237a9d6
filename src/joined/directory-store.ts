import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Holder, IdentifierKind } from '../context.ts';

const TABLES = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS holder (
    sweep INTEGER NOT NULL, kind TEXT NOT NULL, hash BLOB NOT NULL, individual_id TEXT NOT NULL,
    verified INTEGER NOT NULL, active INTEGER NOT NULL, exact INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS holder_hash ON holder (hash, sweep);
  CREATE INDEX IF NOT EXISTS holder_sweep ON holder (sweep);
  CREATE TABLE IF NOT EXISTS link (
    individual_id TEXT NOT NULL, contact_key TEXT NOT NULL, seen_at INTEGER NOT NULL,
    PRIMARY KEY (individual_id, contact_key)
  ) STRICT, WITHOUT ROWID;
`;

/** How an identifier is found: by itself, or a number without a country by its last digits alone. */
export type EntryKind = IdentifierKind | 'stray';

/** One identifier of one user, hashed. */
export interface Entry extends Holder {
  readonly kind: EntryKind;
  readonly hash: Uint8Array;
}

/** What is known of the last whole sweep. */
export interface Sweep {
  readonly id: number;
  /** When it began, in milliseconds since the epoch. */
  readonly at: number;
  readonly users: number;
  readonly identifiers: number;
}

/** The directory's file. */
export interface DirectoryStore {
  /** The last whole sweep; undefined before the first. */
  sweep(): Sweep | undefined;
  /** Begins a sweep, forgetting what an unfinished one left. */
  begin(): number;
  add(sweep: number, entries: readonly Entry[]): void;
  /** Makes a sweep the one that counts, and forgets what came before it. */
  complete(sweep: number, at: number, users: number): void;
  holders(sweep: number, kind: EntryKind, hash: Uint8Array): Holder[];
  /** Remembers that a contact surely is an individual. */
  link(individualId: string, contactKey: string, at: number): void;
  links(individualId: string): string[];
  unlink(individualId: string, contactKey: string): void;
  close(): void;
}

/**
 * Opens the directory's file. What was hashed under another key is forgotten.
 *
 * @param dataDir the folder of `directory.sqlite`; `:memory:` for no file
 * @param keyPrint tells the hashes' key from another
 */
export const openDirectoryStore = (dataDir: string, keyPrint: string): DirectoryStore => {
  const memory = dataDir === ':memory:';
  if (!memory) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(memory ? dataDir : join(dataDir, 'directory.sqlite'), { timeout: 3000 });
  // A sweep that is lost with the power is made again.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  db.exec(TABLES);

  const readMeta = db.prepare('SELECT value FROM meta WHERE name = ?');
  const writeMeta = db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
  const meta = (name: string): string | undefined => readMeta.get(name)?.value as string | undefined;
  if (meta('key') !== keyPrint) {
    db.exec('DELETE FROM holder; DELETE FROM link; DELETE FROM meta');
    writeMeta.run('key', keyPrint);
  }
  const insert = db.prepare('INSERT INTO holder VALUES (?, ?, ?, ?, ?, ?, ?)');
  const find = db.prepare(
    'SELECT individual_id, verified, active, exact FROM holder WHERE hash = ? AND sweep = ? AND kind = ?',
  );
  const drop = db.prepare('DELETE FROM holder WHERE sweep <> ?');
  const count = db.prepare('SELECT count(*) AS count FROM holder WHERE sweep = ?');
  const addLink = db.prepare('INSERT OR REPLACE INTO link VALUES (?, ?, ?)');
  const findLinks = db.prepare('SELECT contact_key FROM link WHERE individual_id = ? ORDER BY contact_key');
  const dropLink = db.prepare('DELETE FROM link WHERE individual_id = ? AND contact_key = ?');

  const inTransaction = (act: () => void): void => {
    db.exec('BEGIN IMMEDIATE');
    try {
      act();
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  };

  const current = (): Sweep | undefined => {
    const text = meta('sweep');
    return text === undefined ? undefined : JSON.parse(text);
  };
  let sweep = current();

  return {
    sweep: () => sweep,
    begin: () => {
      drop.run(sweep?.id ?? -1);
      return (sweep?.id ?? 0) + 1;
    },
    add: (id, entries) =>
      inTransaction(() => {
        for (const { kind, hash, individualId, verified, active, exact } of entries) {
          insert.run(id, kind, hash, individualId, Number(verified), Number(active), Number(exact));
        }
      }),
    complete: (id, at, users) => {
      const done: Sweep = { id, at, users, identifiers: Number(count.get(id)?.count) };
      inTransaction(() => {
        writeMeta.run('sweep', JSON.stringify(done));
        drop.run(id);
      });
      sweep = done;
    },
    holders: (id, kind, hash) =>
      find.all(hash, id, kind).map((row) => ({
        individualId: String(row.individual_id),
        verified: row.verified === 1,
        active: row.active === 1,
        exact: row.exact === 1,
      })),
    link: (individualId, contactKey, at) => {
      addLink.run(individualId, contactKey, at);
    },
    links: (individualId) => findLinks.all(individualId).map((row) => String(row.contact_key)),
    unlink: (individualId, contactKey) => {
      dropLink.run(individualId, contactKey);
    },
    close: () => db.close(),
  };
};
