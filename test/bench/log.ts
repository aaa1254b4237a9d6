/**
 * What the status log costs as it grows: `node test/bench/log.ts [entries]`. Processor time, because other programs of
 * the machine do not change it; the file is read and written as it is in service.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageChange } from '../../src/ports.ts';
import { openSqliteLog } from '../../src/stream/log/sqlite-log.ts';
import { idOf } from '../support/ids.ts';
import { machine } from './measure.ts';

const MOST = Number(process.argv[2] ?? 1_000_000);

/** How many changes are written at once: what comes in within a tick under load. */
const BATCH = 100;

/** How often each thing is done where it is measured. */
const TIMES = 200;

const BOUNDS = { entries: 2 * MOST, entriesMs: 3.6e9, states: 2 * MOST, statesMs: 3.6e9 };

const change = (index: number): MessageChange => ({
  messageId: `message ${index}`,
  channelId: idOf(`channel ${index % 100}`),
  audience: 'service',
  added: false,
  status: 'DELIVERED',
  nativeStatus: 'delivered',
  occurredAt: 1_767_225_600_000 + index,
  via: 'WEBHOOK',
});

const batchOf = (from: number): MessageChange[] =>
  Array.from({ length: BATCH }, (_, index) => change(from + index));

/** Processor time in microseconds, of one go. */
const cost = async (act: (time: number) => unknown): Promise<number> => {
  const before = process.cpuUsage();
  for (let time = 0; time < TIMES; time += 1) await act(time);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / TIMES;
};

const dataDir = mkdtempSync(join(tmpdir(), 'pigeon-log-'));
let log = openSqliteLog({ dataDir, bounds: BOUNDS });
const rows: object[] = [];
let size = 0;
let first: number | undefined;
for (let target = 1000; target <= MOST; target *= 10) {
  for (; size < target; size += BATCH) {
    const written = await log.append(batchOf(size));
    first ??= written[0]?.follows ?? 0;
  }
  await log.close();
  const opening = process.cpuUsage();
  log = openSqliteLog({ dataDir, bounds: BOUNDS });
  const { user, system } = process.cpuUsage(opening);
  const head = await log.head();
  const begin = first ?? 0;
  const append = await cost((time) => log.append(batchOf(size + time * BATCH)));
  size += TIMES * BATCH;
  rows.push({
    entries: target,
    'append 100, µs': Math.round(append),
    'read 100 at the end, µs': Math.round(await cost(() => log.read(head - BATCH, BATCH))),
    'read 100 at the beginning, µs': Math.round(await cost(() => log.read(begin, BATCH))),
    'states of 100, µs': Math.round(
      await cost((time) =>
        log.states(
          Array.from({ length: BATCH }, (_, index) => `message ${(time * 7919 + index * 31) % target}`),
          ['service'],
        ),
      ),
    ),
    'open, ms': Math.round((user + system) / 1000),
    'file, MB': Math.round(statSync(join(dataDir, 'stream.sqlite')).size / 1e6),
  });
}
await log.close();
rmSync(dataDir, { recursive: true });
console.log(machine());
console.table(rows);
