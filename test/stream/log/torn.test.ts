import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Random } from '../../../src/sandbox/random.ts';
import { openSqliteLog } from '../../../src/stream/log/sqlite-log.ts';
import { change, messageId, ROOMY } from '../changes.ts';

it('has all that was acknowledged where power failed in the middle of the next write', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'pigeon-torn-'));
  const random = new Random(7);
  const writing = join(dir, 'writing');
  const log = openSqliteLog({ dataDir: writing, bounds: ROOMY });
  const wal = join(writing, 'stream.sqlite-wal');
  const write = (number: number, size: number) =>
    log.append(
      Array.from({ length: size }, (_, index) => change({ messageId: messageId(number * 10 + index) })),
    );
  let kept = 0;
  let torn = 0;
  for (let number = 1; number <= 60; number += 1) {
    const safe = statSync(wal).size;
    const acknowledged = await log.head();
    const written = (await write(number, random.whole(1, 9))).length;
    // What reached the disk of the last write: a part of it, and perhaps nonsense behind.
    const bytes = readFileSync(wal);
    const end = random.whole(safe, bytes.length);
    if (random.happens(0.5)) bytes.fill(random.whole(0, 255), end);
    const crashed = join(dir, `${number}`);
    mkdirSync(crashed);
    writeFileSync(join(crashed, 'stream.sqlite'), readFileSync(join(writing, 'stream.sqlite')));
    writeFileSync(join(crashed, 'stream.sqlite-wal'), random.happens(0.5) ? bytes : bytes.subarray(0, end));
    const again = openSqliteLog({ dataDir: crashed, bounds: ROOMY });
    const head = await again.head();
    expect([acknowledged, acknowledged + written]).toContain(head);
    expect(await again.read(0, 1000)).toEqual((await log.read(0, 1000))?.slice(0, head));
    if (head === acknowledged) torn += 1;
    else kept += 1;
    await again.close();
  }
  // Both are seen, so that the test is about something.
  expect(torn).toBeGreaterThan(20);
  expect(kept).toBeGreaterThan(3);
  await log.close();
  rmSync(dir, { recursive: true });
});
