import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, vi } from 'vitest';
import { StoreError } from '../../../src/store/store-error.ts';
import type { Log } from '../../../src/stream/log/log.ts';
import { openSqliteLog } from '../../../src/stream/log/sqlite-log.ts';
import { change, messageId, ROOMY } from '../changes.ts';
import { logSuite } from './log-suite.ts';

const folder = async () => {
  const path = await mkdtemp(join(tmpdir(), 'pigeon-log-'));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
};

logSuite('the SQLite log', async () => {
  const { path, [Symbol.asyncDispose]: remove } = await folder();
  const opened: Log[] = [];
  return {
    open: async ({ bounds = ROOMY, now, elapsed = now } = {}) => {
      const log = openSqliteLog({ dataDir: path, bounds, ...(now && elapsed ? { now, elapsed } : {}) });
      opened.push(log);
      return log;
    },
    async [Symbol.asyncDispose]() {
      for (const log of opened) await log.close();
      await remove();
    },
  };
});

describe('the SQLite log', () => {
  it('commits once for all that comes in within a tick', async () => {
    await using dir = await folder();
    const log = openSqliteLog({ dataDir: dir.path, bounds: ROOMY });
    const exec = vi.spyOn(DatabaseSync.prototype, 'exec');
    await Promise.all(
      Array.from({ length: 500 }, (_, number) => log.append([change({ messageId: messageId(number) })])),
    );
    expect(exec.mock.calls.flat()).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    exec.mockRestore();
    await log.close();
  });

  it('fails everybody who waits when the commit fails, and goes on where it was', async () => {
    const log = openSqliteLog({ dataDir: ':memory:', bounds: ROOMY });
    await log.append([change()]);
    const heard = vi.fn();
    log.follow(heard);
    const real = DatabaseSync.prototype.exec;
    const exec = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (
      this: DatabaseSync,
      sql,
    ) {
      if (sql === 'COMMIT') throw new Error('database or disk is full');
      real.call(this, sql);
    });
    const lost = await Promise.allSettled([
      log.append([change({ messageId: messageId(2) })]),
      log.append([change({ messageId: messageId(3) })]),
    ]);
    exec.mockRestore();
    expect(lost.map((result) => result.status === 'rejected' && result.reason)).toEqual([
      expect.any(StoreError),
      expect.any(StoreError),
    ]);
    expect(heard).not.toHaveBeenCalled();
    expect(await log.append([change({ messageId: messageId(2) })])).toMatchObject([{ position: 2 }]);
  });

  it('stores a time that is none as the moment it was seen', async () => {
    const log = openSqliteLog({ dataDir: ':memory:', bounds: ROOMY, now: () => 7 });
    expect(await log.append([change({ occurredAt: Number.NaN })])).toMatchObject([{ occurredAt: 7 }]);
  });

  it('gives no position again when its file is put back to how it was', async () => {
    await using dir = await folder();
    const open = () => openSqliteLog({ dataDir: dir.path, bounds: ROOMY });
    const write = async (log: Log, number: number) =>
      (await log.append([change({ messageId: messageId(number) })]))[0]?.position ?? 0;
    const first = open();
    const kept = await write(first, 1);
    await first.close();
    const path = join(dir.path, 'stream.sqlite');
    const before = await readFile(path);
    const second = open();
    const [lost, lostToo] = [await write(second, 2), await write(second, 3)];
    await second.close();
    await writeFile(path, before);
    const third = open();
    const written = [];
    for (const number of [4, 5, 6, 7]) written.push(await write(third, number));
    expect(third.epoch).toBe(first.epoch);
    expect((await third.read(kept, 10))?.map(({ position }) => position)).toEqual(written);
    for (const cursor of [lost, lostToo]) {
      expect(written).not.toContain(cursor + 1);
      expect(await third.read(cursor, 10)).toBeUndefined();
    }
    await third.close();
  });

  it('takes in a file of version 2', async () => {
    await using dir = await folder();
    const log = openSqliteLog({ dataDir: dir.path, bounds: ROOMY });
    const [entry] = await log.append([change({ status: 'SENT' })]);
    await log.close();
    const db = new DatabaseSync(join(dir.path, 'stream.sqlite'));
    db.exec(`
      ALTER TABLE entry DROP COLUMN follows; ALTER TABLE entry DROP COLUMN kept_at;
      ALTER TABLE entry DROP COLUMN people; ALTER TABLE state DROP COLUMN people;
      ALTER TABLE state RENAME COLUMN kept_at TO observed_at;
      UPDATE state SET observed_at = (SELECT observed_at FROM entry); PRAGMA user_version = 2`);
    db.close();
    const again = openSqliteLog({
      dataDir: dir.path,
      bounds: { ...ROOMY, entriesMs: 60_000, statesMs: 60_000 },
    });
    expect(await again.read(0, 10)).toEqual([entry]);
    expect(await again.append([change({ status: 'ACCEPTED' })])).toEqual([]);
    await again.close();
  });

  it('makes its folder', async () => {
    await using dir = await folder();
    const dataDir = join(dir.path, 'a', 'b');
    await openSqliteLog({ dataDir, bounds: ROOMY }).close();
    expect(await readdir(dataDir)).toContain('stream.sqlite');
  });

  it('says why it cannot begin', async () => {
    await using dir = await folder();
    const dataDir = join(dir.path, 'file');
    await writeFile(dataDir, '');
    expect(() => openSqliteLog({ dataDir, bounds: ROOMY })).toThrow(
      /cannot be kept in .*file: the folder must be writable/,
    );
  });

  it('refuses a file of a newer version', async () => {
    await using dir = await folder();
    await openSqliteLog({ dataDir: dir.path, bounds: ROOMY }).close();
    const db = new DatabaseSync(join(dir.path, 'stream.sqlite'));
    db.exec('PRAGMA user_version = 99');
    db.close();
    expect(() => openSqliteLog({ dataDir: dir.path, bounds: ROOMY })).toThrow('newer version');
  });

  it('writes through to the disk, in a file of one process', async () => {
    await using dir = await folder();
    const exec = vi.spyOn(DatabaseSync.prototype, 'exec');
    const log = openSqliteLog({ dataDir: dir.path, bounds: ROOMY });
    const pragmas = exec.mock.calls.flat().join(';');
    exec.mockRestore();
    expect(pragmas).toMatch(/locking_mode = EXCLUSIVE.*journal_mode = WAL.*synchronous = FULL/);
    const other = new DatabaseSync(join(dir.path, 'stream.sqlite'), { timeout: 0 });
    expect(() => other.exec('BEGIN IMMEDIATE')).toThrow('locked');
    other.close();
    await log.close();
  });
});
