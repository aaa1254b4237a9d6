import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { openSqliteLog } from '../../../src/stream/log/sqlite-log.ts';
import { messageId, ROOMY } from '../changes.ts';

const WRITER = `
  import { openSqliteLog } from '${new URL('../../../src/stream/log/sqlite-log.ts', import.meta.url).href}';
  import { change, messageId, ROOMY } from '${new URL('../changes.ts', import.meta.url).href}';
  const log = openSqliteLog({ dataDir: process.argv[1], bounds: ROOMY });
  for (let number = 1; ; number += 1) {
    const [entry] = await log.append([change({ messageId: messageId(number) })]);
    console.log(entry.position);
  }
`;

it('has everything that was said to be written after the process was killed', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'pigeon-crash-'));
  const writer = spawn(process.execPath, ['--input-type=module', '-e', WRITER, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => writer.once('exit', resolve));
  let said = 0;
  for await (const line of createInterface({ input: writer.stdout })) {
    said = Number(line);
    if (said === 200) writer.kill('SIGKILL');
  }
  await ended;
  const log = openSqliteLog({ dataDir, bounds: ROOMY });
  expect(said).toBeGreaterThanOrEqual(200);
  expect(await log.head()).toBeGreaterThanOrEqual(said);
  const [last] = (await log.read(said - 1, 1)) ?? [];
  expect(last?.messageId).toBe(messageId(said));
  await log.close();
  await rm(dataDir, { recursive: true });
});
