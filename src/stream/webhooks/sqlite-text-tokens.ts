import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { rank } from '../../graph/status.ts';
import type { MessageStatus } from '../../ports.ts';
import { ageClock } from '../../store/age.ts';
import { isDamage, setAside, whyUnusable } from '../../store/damage.ts';
import { StoreError } from '../../store/store-error.ts';
import { type Early, type Report, type TextTokens, TOKEN_MS } from './text-tokens.ts';

type Warn = (message: string, details: Record<string, unknown>) => void;

// `made_at` is by the age clock.
const TABLE = `
  CREATE TABLE IF NOT EXISTS token (
    key TEXT PRIMARY KEY, audience TEXT NOT NULL, text_id TEXT,
    status TEXT, native_status TEXT, occurred_at INTEGER, made_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS token_made_at ON token (made_at);
`;

interface Row {
  readonly key: string;
  readonly audience: string;
  readonly text_id: string | null;
  readonly status: MessageStatus | null;
  readonly native_status: string | null;
  readonly occurred_at: number;
}

/**
 * The tokens in one SQLite file, for one process. What resolves has reached the disk.
 *
 * @param dataDir the folder of `texts.sqlite`, made when missing; `:memory:` for tokens that end with the process
 * @param elapsed a clock that nobody sets, in milliseconds: tokens grow old by it
 * @throws {StoreError} it cannot be opened
 */
export const openSqliteTextTokens = (
  dataDir: string,
  elapsed: () => number = () => performance.now(),
  warn: Warn = () => {},
): TextTokens => {
  const db = open(dataDir, warn);
  const age = ageClock(
    Number(db.prepare('SELECT max(made_at) AS last FROM token').get()?.last ?? 0),
    elapsed,
  );
  const statements = {
    add: db.prepare('INSERT INTO token (key, audience, made_at) VALUES (?, ?, ?)'),
    forget: db.prepare('DELETE FROM token WHERE made_at < ?'),
    find: db.prepare('SELECT * FROM token WHERE key = ?'),
    bind: db.prepare('UPDATE token SET text_id = ? WHERE key = ?'),
    keep: db.prepare('UPDATE token SET status = ?, native_status = ?, occurred_at = ? WHERE key = ?'),
    drop: db.prepare('DELETE FROM token WHERE key = ?'),
    unsettled: db.prepare('SELECT * FROM token WHERE text_id IS NOT NULL AND status IS NOT NULL'),
  };
  // The columns are those of the table above.
  const find = (key: string) => statements.find.get(key) as Row | undefined;

  /** SQLite works while it is called, so nothing comes in between two statements. */
  const attempt = async <T>(work: () => T): Promise<T> => {
    try {
      return work();
    } catch (cause) {
      throw new StoreError('the addresses of texts could not be read or written', { cause });
    }
  };
  const keep = (key: string, { status, nativeStatus, occurredAt }: Report) =>
    statements.keep.run(status, nativeStatus, occurredAt, key);

  return {
    add: (key, audience) =>
      attempt(() => {
        statements.forget.run(age() - TOKEN_MS);
        statements.add.run(key, audience, age());
      }),
    bind: (key, textId) =>
      attempt(() => {
        statements.bind.run(textId, key);
        const row = find(key);
        return row && earlyOf(row);
      }),
    report: (key, report) =>
      attempt(() => {
        const row = find(key);
        if (!row) return undefined;
        if (row.text_id !== null) return { textId: row.text_id, audience: row.audience };
        if (report && (row.status === null || rank(report.status) > rank(row.status))) keep(key, report);
        return 'kept';
      }),
    settle: (key) => attempt(() => void statements.keep.run(null, null, null, key)),
    drop: (key) => attempt(() => void statements.drop.run(key)),
    unsettled: () =>
      attempt(() => (statements.unsettled.all() as object[] as Row[]).flatMap((row) => earlyOf(row) ?? [])),
    close: async () => {
      if (db.isOpen) db.close();
    },
  };
};

const earlyOf = (row: Row): Early | undefined =>
  row.text_id === null || row.status === null
    ? undefined
    : {
        key: row.key,
        audience: row.audience,
        textId: row.text_id,
        report: { status: row.status, nativeStatus: row.native_status, occurredAt: row.occurred_at },
      };

const open = (dataDir: string, warn: Warn): DatabaseSync => {
  const memory = dataDir === ':memory:';
  const path = memory ? dataDir : join(dataDir, 'texts.sqlite');
  const attempt = (): DatabaseSync => {
    // A process that is just ending may still hold the file.
    const db = new DatabaseSync(path, { timeout: 3000 });
    try {
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      db.exec(TABLE);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  };
  try {
    if (!memory) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    try {
      return attempt();
    } catch (error) {
      if (memory || !isDamage(error)) throw error;
      // What is lost are courier's reports on texts already sent; who watches one of them is told by polling.
      warn('the addresses of texts are damaged and are begun anew', { file: path, aside: setAside(path) });
      return attempt();
    }
  } catch (cause) {
    throw new StoreError(`the addresses of texts: ${whyUnusable(path, cause)}`, { cause });
  }
};
