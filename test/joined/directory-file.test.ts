import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDirectoryStore } from '../../src/joined/directory-store.ts';
import { idOf } from '../support/ids.ts';
import { holder, holders, openOver, startCourier } from './directory.ts';

const USERS = [
  holder('ada', { email: 'Ada.Lovelace@example.com', phone: '+1 (202) 555-0142' }),
  holder('grace', { email: 'grace@example.com', phone: '070 174 06 11' }),
];
const ADA = { individualId: idOf('ada'), verified: true, active: true, exact: true };

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'pigeon-directory-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const bytes = (): Buffer =>
  Buffer.concat(readdirSync(dataDir).map((file) => readFileSync(join(dataDir, file))));

/** How many sweeps the file holds, whole or not. */
const sweeps = (): number => {
  using db = new DatabaseSync(join(dataDir, 'directory.sqlite'), { readOnly: true });
  const tables = db.prepare(`SELECT name FROM sqlite_master WHERE name GLOB 'holder*'`).all();
  return new Set(tables.map(({ name }) => String(name).split('_')[1])).size;
};

describe('the directory’s file', () => {
  test('answers after a restart without a call', async () => {
    await using courier = await startCourier(USERS);
    const before = openOver(courier, { dataDir });
    await before.sweep();
    before.link(idOf('ada'), 'workspace/contact');
    const facts = before.summary();
    await before.close();
    const calls = courier.asked.length;

    await using after = openOver(courier, { dataDir });
    expect(after.summary()).toEqual(facts);
    expect(after.holders('email', 'ada.lovelace@example.com')).toEqual([ADA]);
    expect(after.holders('phone', '+12025550142')).toEqual([ADA]);
    expect(after.holders('phone', '+46701740611')).toEqual([
      { individualId: idOf('grace'), verified: true, active: true, exact: false },
    ]);
    expect(after.links(idOf('ada'))).toEqual(['workspace/contact']);
    expect(courier.asked).toHaveLength(calls);
  });

  test('grows old by time that has gone by; after a restart, by a clock that is not behind it', async () => {
    await using courier = await startCourier(USERS);
    const MINUTE = 60_000;
    const start = Date.parse('2026-01-01');
    let now = start;
    let elapsed = 0;
    const clocks = { dataDir, now: () => now, elapsed: () => elapsed };
    const before = openOver(courier, clocks);
    await before.sweep();
    for (const year of ['2036', '2016']) {
      now = Date.parse(`${year}-01-01`);
      expect(before.holders('email', 'ada.lovelace@example.com')).toEqual([ADA]);
    }
    elapsed = 31 * MINUTE;
    expect(before.holders('email', 'ada.lovelace@example.com')).toBeUndefined();
    await before.close();

    await using after = openOver(courier, clocks);
    for (const [at, isKnown] of [
      [start - MINUTE, false],
      [start + 29 * MINUTE, true],
      [start + 31 * MINUTE, false],
    ] as const) {
      now = at;
      expect(after.holders('email', 'ada.lovelace@example.com') !== undefined).toBe(isKnown);
    }
  });

  test.each<[string, { authorization?: string; defaultRegion?: string }]>([
    ['another credential', { authorization: 'Bearer another' }],
    ['another default region', { defaultRegion: 'SE' }],
  ])('is forgotten under %s', async (_, options) => {
    await using courier = await startCourier(USERS);
    const before = openOver(courier, { dataDir });
    await before.sweep();
    before.link(idOf('ada'), 'workspace/contact');
    await before.close();

    const other = openOver(courier, { dataDir, ...options });
    expect(other.summary()).toBeUndefined();
    expect(other.holders('email', 'ada.lovelace@example.com')).toBeUndefined();
    expect(other.links(idOf('ada'))).toEqual([]);
    await other.sweep();
    expect(other.holders('email', 'ada.lovelace@example.com')).toEqual([ADA]);
    await other.close();

    // And it is not there for the first one either, should they come back.
    await using back = openOver(courier, { dataDir });
    expect(back.summary()).toBeUndefined();
  });

  test('holds no address, no number, no digits of one and no credential', async () => {
    await using courier = await startCourier(USERS);
    const directory = openOver(courier, { dataDir, authorization: 'Bearer not-to-be-kept' });
    await directory.sweep();
    const written = bytes();
    expect(written.includes(idOf('ada'))).toBe(true);
    for (const secret of [
      'Lovelace',
      'lovelace',
      'example.com',
      '202) 555',
      '2025550142',
      '25550142',
      '5550142',
      '1740611',
      '174 06',
      'not-to-be-kept',
    ]) {
      expect(written.includes(secret), secret).toBe(false);
      expect(written.includes(Buffer.from(secret, 'utf16le')), secret).toBe(false);
    }
    await directory.close();
    expect(bytes().includes('lovelace')).toBe(false);
  });

  test('keeps the last whole sweep alone', async () => {
    await using courier = await startCourier([...USERS, ...holders(1200)]);
    await using directory = openOver(courier, { dataDir });
    await directory.sweep();
    await directory.sweep();
    expect(sweeps()).toBe(1);
    courier.onPage = () => {
      courier.users = courier.users.toReversed();
    };
    expect(await directory.sweep()).toBe(false);
    expect(sweeps()).toBe(1);
    expect(directory.holders('email', 'ada.lovelace@example.com')).toEqual([ADA]);
  });

  test('is not shaken by a sweep that was cut off', async () => {
    const never = new Promise<void>(() => {});
    await using courier = await startCourier(USERS);
    const before = openOver(courier, { dataDir });
    await before.sweep();
    courier.onPage = () => never;
    before.sweep().catch(() => {});
    await before.close();
    courier.onPage = () => {};

    await using after = openOver(courier, { dataDir });
    expect(after.summary()?.users).toBe(2);
    expect(await after.sweep()).toBe(true);
    expect(after.holders('email', 'ada.lovelace@example.com')).toEqual([ADA]);
  });

  test('is never half of two sweeps when two processes write it', async () => {
    await using courier = await startCourier(USERS);
    await using one = openOver(courier, { dataDir });
    await using other = openOver(courier, { dataDir });
    const swept = await Promise.allSettled([one.sweep(), other.sweep()]);
    expect(swept.some(({ status }) => status === 'fulfilled')).toBe(true);
    for (const directory of [one, other]) {
      expect(directory.summary()?.users).toBe(2);
      expect(directory.holders('email', 'ada.lovelace@example.com')).toEqual([ADA]);
      expect(directory.holders('phone', '+12025550142')).toEqual([ADA]);
    }
  });

  test('is read by a process while another completes a sweep', () => {
    const [writer, reader] = [openDirectoryStore(dataDir, 'key'), openDirectoryStore(dataDir, 'key')];
    const hash = Buffer.alloc(16);
    const complete = (individualId: string): number => {
      const id = writer.begin();
      writer.add(id, [{ kind: 'email', hash, individualId, verified: true, active: true, exact: true }]);
      writer.complete({ id, at: 0, users: 1, identifiers: 1 });
      return id;
    };
    const first = complete('one');
    expect(reader.sweep()?.id).toBe(first);
    expect(reader.holders(first, hash)).toMatchObject([{ individualId: 'one' }]);
    complete('another');
    while (writer.forgetSome());
    expect(reader.holders(first, hash)).toMatchObject([{ individualId: 'another' }]);
    writer.close();
    reader.close();
  });
});
