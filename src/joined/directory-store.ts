import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Holder, IdentifierKind } from '../ports.ts';

const TABLES = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS link (
    individual_id TEXT NOT NULL, contact_key TEXT NOT NULL, seen_at INTEGER NOT NULL,
    PRIMARY KEY (individual_id, contact_key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS link_contact ON link (contact_key);
`;

/** In how many tables a sweep lies: to drop one takes milliseconds also where the sweep has millions of rows. */
const PARTS = 16;

/**
 * Each sweep has tables of its own: to drop a table takes the time of a few hundred of its rows, to empty one that of
 * all of them. An identifier's hash says in which of them it is.
 */
const tableOf = (sweep: number, part: number): string => `holder_${sweep}_${part}`;

const partOf = (hash: Uint8Array): number => (hash[0] ?? 0) % PARTS;

const partsOf = (sweep: number): readonly string[] =>
  Array.from({ length: PARTS }, (_, part) => tableOf(sweep, part));

/** Under which name the last whole sweep stands: files that have it under another keep their rows in one table. */
const SWEEP = 'sweep in parts';

/** How an identifier is found: by itself, or a number without a country by its last digits alone. */
export type EntryKind = IdentifierKind | 'stray';

/** One identifier of one user, hashed with its kind. */
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
  /** How many numbers without a country it read; undefined in a file of before they were counted. */
  readonly strays?: number;
}

/** The directory's file. */
export interface DirectoryStore {
  /** The folder that it is in, or `:memory:`. */
  readonly path: string;
  /** The last whole sweep; undefined before the first. */
  sweep(): Sweep | undefined;
  /** Begins a sweep. */
  begin(): number;
  /** Says how many of the entries were new. */
  add(sweep: number, entries: readonly Entry[]): number;
  /** Makes a sweep the one that counts; throws when another process has forgotten it. */
  complete(sweep: Sweep): void;
  /** Forgets a part of a sweep that does not count, which takes milliseconds; false when nothing is left of those. */
  forgetSome(): boolean;
  /** Who has an identifier; undefined when that cannot be told. */
  holders(sweep: number, hash: Uint8Array): Holder[] | undefined;
  /** Remembers that a contact surely is an individual. */
  link(individualId: string, contactKey: string, at: number): void;
  links(individualId: string): string[];
  linkedTo(contactKey: string): string[];
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
  const db = open(dataDir);

  const inTransaction = (act: () => void): void => {
    db.exec('BEGIN IMMEDIATE');
    try {
      act();
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };

  const readMeta = db.prepare('SELECT value FROM meta WHERE name = ?');
  const writeMeta = db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
  const meta = (name: string): string | undefined => readMeta.get(name)?.value as string | undefined;
  const sweeps = db.prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'holder*'`);
  const othersThan = (kept: number | undefined): readonly string[] => {
    const own = new Set(kept === undefined ? [] : partsOf(kept));
    return sweeps
      .all()
      .map(({ name }) => String(name))
      .filter((name) => !own.has(name));
  };
  // Other processes may open it at the same moment.
  inTransaction(() => {
    if (meta('key') === keyPrint) return;
    for (const table of othersThan(undefined)) db.exec(`DROP TABLE ${table}`);
    db.exec('DELETE FROM link; DELETE FROM meta');
    writeMeta.run('key', keyPrint);
  });
  const addLink = db.prepare('INSERT OR IGNORE INTO link VALUES (?, ?, ?)');
  const findLink = db.prepare('SELECT 1 FROM link WHERE individual_id = ? AND contact_key = ?');
  const findLinks = db.prepare('SELECT contact_key FROM link WHERE individual_id = ? ORDER BY contact_key');
  const findLinked = db.prepare(
    'SELECT individual_id FROM link WHERE contact_key = ? ORDER BY individual_id',
  );
  const dropLink = db.prepare('DELETE FROM link WHERE individual_id = ? AND contact_key = ?');

  /** The statements of the sweep that is written, and of the one that is read. */
  const statement = (make: (table: string) => string) => {
    let made: { readonly sweep: number; readonly run: StatementSync[] } | undefined;
    return (sweep: number, hash: Uint8Array): StatementSync => {
      if (made?.sweep !== sweep)
        made = { sweep, run: partsOf(sweep).map((table) => db.prepare(make(table))) };
      return made.run[partOf(hash)] as StatementSync;
    };
  };
  const insert = statement((table) => `INSERT OR IGNORE INTO ${table} VALUES (?, ?, ?, ?, ?)`);
  const find = statement(
    (table) => `SELECT individual_id, verified, active, exact FROM ${table} WHERE hash = ?`,
  );

  let last: { readonly text: string; readonly sweep: Sweep } | undefined;

  const lastSweep = (): Sweep | undefined => {
    const text = meta(SWEEP);
    if (text === undefined) return undefined;
    if (last?.text !== text) last = { text, sweep: JSON.parse(text) };
    return last.sweep;
  };
  const rowsOf = (sweep: number, hash: Uint8Array) => {
    try {
      return find(sweep, hash).all(hash);
    } catch (error) {
      // Another process may have completed a sweep in between, and forgotten this one.
      const latest = lastSweep();
      if (latest === undefined || latest.id === sweep) throw error;
      return find(latest.id, hash).all(hash);
    }
  };

  return {
    path: dataDir,
    sweep: lastSweep,
    begin: () => {
      const sweep = randomInt(2 ** 47);
      inTransaction(() => {
        for (const table of partsOf(sweep)) {
          db.exec(`
            CREATE TABLE ${table} (
              hash BLOB NOT NULL, individual_id TEXT NOT NULL,
              verified INTEGER NOT NULL, active INTEGER NOT NULL, exact INTEGER NOT NULL,
              PRIMARY KEY (hash, individual_id, verified, active, exact)
            ) STRICT, WITHOUT ROWID`);
        }
      });
      return sweep;
    },
    add: (sweep, entries) => {
      let added = 0;
      inTransaction(() => {
        for (const { hash, individualId, verified, active, exact } of entries) {
          const row = [hash, individualId, Number(verified), Number(active), Number(exact)];
          added += Number(insert(sweep, hash).run(...row).changes);
        }
      });
      return added;
    },
    complete: (sweep) =>
      inTransaction(() => {
        const kept = new Set(sweeps.all().map(({ name }) => name));
        if (!partsOf(sweep.id).every((table) => kept.has(table)))
          throw new Error('another process has completed a sweep before, and forgotten this one');
        writeMeta.run(SWEEP, JSON.stringify(sweep));
      }),
    forgetSome: () => {
      let more = false;
      // Another process may make its own sweep the one that counts at any moment.
      inTransaction(() => {
        const [table, next] = othersThan(lastSweep()?.id);
        if (table !== undefined) db.exec(`DROP TABLE ${table}`);
        more = next !== undefined;
      });
      return more;
    },
    holders: (sweep, hash) =>
      rowsOf(sweep, hash).map((row) => ({
        individualId: String(row.individual_id),
        verified: row.verified === 1,
        active: row.active === 1,
        exact: row.exact === 1,
      })),
    link: (individualId, contactKey, at) => {
      // Most matches are known already, and a reading need not wait for a write.
      if (!findLink.get(individualId, contactKey)) addLink.run(individualId, contactKey, at);
    },
    links: (individualId) => findLinks.all(individualId).map((row) => String(row.contact_key)),
    linkedTo: (contactKey) => findLinked.all(contactKey).map((row) => String(row.individual_id)),
    unlink: (individualId, contactKey) => {
      dropLink.run(individualId, contactKey);
    },
    close: () => db.close(),
  };
};

const open = (dataDir: string): DatabaseSync => {
  const memory = dataDir === ':memory:';
  if (!memory) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(memory ? dataDir : join(dataDir, 'directory.sqlite'), { timeout: 3000 });
  try {
    // A sweep that is lost with the power is made again.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    // Half of the usual, so that moving it into the file takes half as long each time.
    db.exec('PRAGMA wal_autocheckpoint = 500');
    db.exec(TABLES);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};
