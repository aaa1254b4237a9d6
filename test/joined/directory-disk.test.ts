import { mkdtempSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import { diskIsMissing, smallDisk } from '../support/small-disk.ts';
import { holder, holders, openOver, startCourier } from './directory.ts';

const ADA = { individualId: idOf('ada'), verified: true, active: true, exact: true };
const USERS = [holder('ada', { email: 'ada@example.com', phone: '+1 202 555 0142' }), ...holders(2000)];
const FILE = 'directory.sqlite';

const folder = (): Disposable & { path: string } => {
  const path = mkdtempSync(join(tmpdir(), 'pigeon-directory-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
};

/** Fills a file of the directory with one sweep. */
const sweepInto = async (dataDir: string) => {
  await using courier = await startCourier(USERS);
  await using directory = openOver(courier, { dataDir });
  await directory.sweep();
  directory.link(idOf('ada'), 'workspace/contact');
};

describe('a directory’s file that is damaged', () => {
  test.each<[string, (path: string) => void]>([
    ['no database at all', (path) => writeFileSync(path, 'x'.repeat(5000))],
    ['cut off', (path) => writeFileSync(path, Buffer.alloc(100, 0xff))],
    [
      'torn from the second page on',
      (path) => {
        const fd = openSync(path, 'r+');
        writeSync(fd, Buffer.alloc(statSync(path).size - 4096, 0xa5), 0, undefined, 4096);
      },
    ],
  ])('stops nobody, is begun anew and is named: %s', async (_, damage) => {
    using data = folder();
    await sweepInto(data.path);
    for (const name of readdirSync(data.path)) if (name !== FILE) rmSync(join(data.path, name));
    damage(join(data.path, FILE));

    await using courier = await startCourier(USERS);
    const directory = openOver(courier, { dataDir: data.path });
    // Nothing is known, which is not the same as that nobody has it.
    expect(directory.holders('email', 'ada@example.com')).toBeUndefined();
    expect(directory.links(idOf('ada'))).toEqual([]);
    expect(directory.warnings.join()).toContain(join(data.path, FILE));
    expect(await directory.sweep()).toBe(true);
    expect(directory.holders('email', 'ada@example.com')).toEqual([ADA]);
    await directory.close();
    await using again = openOver(courier, { dataDir: data.path });
    expect(again.warnings).toEqual([]);
    expect(again.holders('email', 'ada@example.com')).toEqual([ADA]);
  });

  test('while it is open is begun anew too', async () => {
    using data = folder();
    await sweepInto(data.path);
    await using courier = await startCourier(USERS);
    await using directory = openOver(courier, { dataDir: data.path });
    expect(directory.links(idOf('ada'))).toEqual(['workspace/contact']);
    const path = join(data.path, FILE);
    const fd = openSync(path, 'r+');
    writeSync(fd, Buffer.alloc(statSync(path).size, 0xa5), 0, undefined, 0);
    for (let n = 0; n < 2000; n += 1) directory.holders('email', `u${n}@example.com`);
    expect(await directory.sweep()).toBe(true);
    expect(directory.holders('email', 'ada@example.com')).toEqual([ADA]);
  });
});

describe.skipIf(diskIsMissing)(
  `a directory on a full disk${diskIsMissing ? `, ${diskIsMissing}` : ''}`,
  () => {
    const onSmallDisk = () => {
      const disk = smallDisk(4 * 1024 * 1024);
      if (!disk) throw new Error('there was one a moment ago');
      return disk;
    };

    test('still answers what it knows, and fails no read that would remember something', async () => {
      using disk = onSmallDisk();
      await sweepInto(disk.path);
      await using courier = await startCourier(USERS);
      await using directory = openOver(courier, { dataDir: disk.path });
      disk.fill();
      for (let n = 0; n < 500; n += 1) {
        directory.link(idOf(`u${n}`), `workspace/contact ${n} ${'x'.repeat(1000)}`);
        directory.unlink(idOf(`u${n}`), 'nobody');
      }
      expect(directory.holders('email', 'ada@example.com')).toEqual([ADA]);
      expect(directory.links(idOf('ada'))).toEqual(['workspace/contact']);
      expect(directory.warnings).toHaveLength(1);
      expect(directory.warnings[0]).toContain(join(disk.path, FILE));
    });

    test('sweeps into memory, and into the file again when there is room', async () => {
      using disk = onSmallDisk();
      await sweepInto(disk.path);
      await using courier = await startCourier([...USERS, holder('eve', { email: 'eve@example.com' })]);
      const directory = openOver(courier, { dataDir: disk.path });
      disk.fill();
      const sweep = () => directory.sweep().catch(() => false);
      expect((await sweep()) || (await sweep())).toBe(true);
      const eve = [{ ...ADA, individualId: idOf('eve') }];
      expect(directory.holders('email', 'eve@example.com')).toEqual(eve);
      expect(directory.holders('email', 'ada@example.com')).toEqual([ADA]);
      disk.free();
      expect(await directory.sweep()).toBe(true);
      await directory.close();
      await using again = openOver(courier, { dataDir: disk.path });
      expect(again.holders('email', 'eve@example.com')).toEqual(eve);
    });

    test('starts, and is read into memory', async () => {
      using disk = onSmallDisk();
      disk.fill();
      await using courier = await startCourier(USERS);
      await using directory = openOver(courier, { dataDir: disk.path });
      expect(await directory.sweep()).toBe(true);
      expect(directory.holders('email', 'ada@example.com')).toEqual([ADA]);
      expect(directory.warnings.join()).toContain(join(disk.path, FILE));
    });
  },
);
