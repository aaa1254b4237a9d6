import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { logOutput } from '../../src/server/log-output.ts';
import { diskIsMissing, smallDisk } from '../support/small-disk.ts';

const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');

describe('a log in a file', () => {
  test('has every line in order, those of the last moment too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pigeon-log-'));
    const path = join(folder, 'log');
    const fd = openSync(path, 'a');
    const output = logOutput(fd);
    const log = pino({}, output);
    for (let index = 0; index < 5000; index += 1) {
      log.info({ index }, 'ümlaut');
      if (index % 500 === 0) await pause(1);
    }
    await output.flush();
    closeSync(fd);
    const numbers = linesOf(path).map((line) => JSON.parse(line).index);
    expect(numbers).toEqual(Array.from({ length: 5000 }, (_, index) => index));
    expect(output.dropped).toBe(0);
    rmSync(folder, { recursive: true });
  });

  test('drops what does not fit into memory, and says how much', async () => {
    const fd = openSync('/dev/full', 'w');
    const output = logOutput(fd, 1000);
    const line = `${'x'.repeat(99)}\n`;
    const started = performance.now();
    for (let index = 0; index < 1000; index += 1) output.write(line);
    expect(performance.now() - started).toBeLessThan(100);
    expect(output.dropped).toBe(990);
    await pause(50);
    // The rest is tried again later, so the file stays open: another one must not get its number.
    expect(output.dropped).toBe(991);
  });

  test.skipIf(diskIsMissing)(
    `goes on after its disk was full, in whole lines${diskIsMissing ? `, ${diskIsMissing}` : ''}`,
    async () => {
      using disk = smallDisk(256 * 1024);
      if (!disk) throw new Error('there was one a moment ago');
      const path = join(disk.path, 'log');
      const fd = openSync(path, 'a');
      const output = logOutput(fd);
      const log = pino({}, output);
      log.info({ part: 'before' });
      await output.flush();
      disk.fill(0);
      for (let index = 0; index < 200; index += 1) log.info({ part: 'during', text: 'x'.repeat(1000) });
      await expect.poll(() => output.dropped).toBeGreaterThan(0);
      disk.free();
      // Writing begins again after a second.
      await expect.poll(() => output.flush().then(() => true), { timeout: 5000 }).toBe(true);
      log.info({ part: 'after' });
      await output.flush();
      closeSync(fd);
      const found = linesOf(path).map((line) => {
        try {
          return JSON.parse(line);
        } catch {
          return 'torn';
        }
      });
      expect(found[0]).toMatchObject({ part: 'before' });
      expect(found.at(-1)).toMatchObject({ part: 'after' });
      expect(found.filter((line) => line === 'torn').length).toBeLessThanOrEqual(1);
      const told = found.reduce((sum, line) => sum + (line.dropped ?? 0), 0);
      expect(told).toBe(output.dropped);
      // A line that was cut off is one of the lost.
      expect(found.filter(({ part }) => part === 'during')).toHaveLength(200 - told);
    },
  );
});

describe('Pigeon', () => {
  const running = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });

  const PORT = 20_000 + (process.pid % 20_000);

  /** Starts the program and asks it so often that its log is long. */
  const startAndAsk = async (stdout: number | 'pipe', port: number) => {
    const child = spawn(process.execPath, ['src/main.ts'], {
      cwd: new URL('../..', import.meta.url),
      env: { PATH: process.env.PATH, PORT: String(port), LOG_LEVEL: 'trace' },
      stdio: ['ignore', stdout, 'inherit'],
    });
    running.add(child);
    const ended = once(child, 'close').then(([code]) => Number(code));
    const url = `http://127.0.0.1:${port}`;
    const livez = () =>
      fetch(`${url}/livez?${'x'.repeat(1000)}`).then(
        (response) => response.text().then(() => response.status),
        () => 0,
      );
    await expect.poll(livez, { timeout: 40_000 }).toBe(200);
    let slowest = 0;
    for (let round = 0; round < 50; round += 1) {
      const started = performance.now();
      expect(await Promise.all(Array.from({ length: 10 }, livez))).toEqual(Array(10).fill(200));
      slowest = Math.max(slowest, performance.now() - started);
    }
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const dropped = Number(/^pigeon_log_lines_dropped (\d+)$/m.exec(metrics)?.[1]);
    child.kill('SIGTERM');
    return { slowest, dropped, code: await ended };
  };

  test('answers while standard output is a file on a full disk, and counts the lines it loses', async () => {
    const full = openSync('/dev/full', 'w');
    const { slowest, dropped, code } = await startAndAsk(full, PORT);
    closeSync(full);
    expect(slowest).toBeLessThan(5000);
    expect(dropped).toBeGreaterThan(0);
    expect(code).toBe(0);
  }, 90_000);

  test('answers and ends while nobody reads its standard output', async () => {
    const { slowest, code } = await startAndAsk('pipe', PORT + 1);
    expect(slowest).toBeLessThan(5000);
    expect(code).toBe(0);
  }, 90_000);
});
