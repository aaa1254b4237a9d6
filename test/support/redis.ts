import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe } from 'vitest';
import {
  connectRedis,
  type RedisConnection,
  type RedisConnectionOptions,
} from '../../src/store/redis-connection.ts';

const missing = spawnSync('redis-server', ['--version']).error !== undefined;

/** Tests that need a real Redis. Without one they are skipped, but not where everything must be tested. */
export const describeWithRedis = (title: string, tests: () => void): void => {
  const skips = missing && !process.env.CI;
  describe.skipIf(skips)(skips ? `${title} (skipped: no redis-server is on the path)` : title, tests);
};

/** A real Redis on a port and in a folder of its own, which keeps what it holds over a restart. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  /** Connects under a name of its own, unless one is said. */
  connect(name?: string, options?: Partial<RedisConnectionOptions>): Promise<RedisConnection>;
  /** Kills it. */
  stop(): Promise<void>;
  /** Starts it again after `stop`; empty if that is said. */
  start(options?: { empty?: boolean }): Promise<void>;
}

export const startRedis = async (): Promise<TestRedis> => {
  if (missing) throw new Error('these tests need redis-server on the path');
  const dir = await mkdtemp(join(tmpdir(), 'pigeon-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;

  const start = async ({ empty = false } = {}): Promise<void> => {
    if (empty) await rm(join(dir, 'appendonlydir'), { recursive: true, force: true });
    const args = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      dir,
      '--save',
      '',
      '--appendonly',
      'yes',
    ];
    const started = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    server = started;
    for await (const line of createInterface({ input: started.stdout })) {
      if (line.includes('Ready to accept connections')) {
        started.stdout.resume();
        return;
      }
    }
    throw new Error('redis-server did not start');
  };

  const stop = async (): Promise<void> => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
  };

  await start();
  return {
    url,
    connect: (name = randomUUID(), options) => connectRedis({ url, name, warn: () => {}, ...options }),
    stop,
    start,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
