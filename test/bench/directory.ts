/**
 * What a sweep of courier's users costs: `node test/bench/directory.ts [users] [sweeps]`. The upstream runs in a thread of
 * its own, so that times and pauses are the directory's alone; the memory is that of the whole process.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as breathe } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openDirectory } from '../../src/joined/directory.ts';
import { connectUpstreams } from '../../src/server/upstreams.ts';
import { watchTurns } from './measure.ts';

const LOOK_UPS = 100_000;

const uuid = (n: number, kind: string): string =>
  `${kind.repeat(8)}-0000-4000-a000-${String(n).padStart(12, '0')}`;
const email = (n: number): string => `somebody.${n}@example.com`;
const phone = (n: number): string => `+1202${String(2_000_000 + n).padStart(7, '0')}`;

/** A user as courier sends it, with all that the directory does not need. */
const user = (n: number) => ({
  id: uuid(n, 'a'),
  type: 'users',
  attributes: {
    username: `somebody.${n}`,
    'first-name': 'Some',
    'last-name': `Body ${n}`,
    email: email(n),
    'email-verified': true,
    phone: phone(n),
    'phone-verified': n % 3 > 0,
    'phone-unsubscribed': false,
    state: 'active',
    'sms-mode': 'disabled',
    notifications: ['email', 'sms'],
    'communication-preferences': { email: true, sms: true },
    'auto-sign-up': false,
    locale: 'en_US',
    tz: 'America/New_York',
    'last-sync-time': '2026-01-01T00:00:00Z',
    'primary-individual-id': uuid(n, 'b'),
  },
});

const serve = (users: number): void => {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://upstream');
    const offset = Number(searchParams.get('page[offset]'));
    const count = Math.max(0, Math.min(Number(searchParams.get('page[limit]')), users - offset));
    const data = Array.from({ length: count }, (_, index) => user(offset + index));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data, meta: {} }));
  });
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
};

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
const growth = (bytes: number): string => `${bytes < 0 ? '' : '+'}${megabytes(bytes)}`;

const measure = async (users: number, sweeps: number): Promise<void> => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const worker = new Worker(new URL(import.meta.url), { workerData: users });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const dataDir = mkdtempSync(join(tmpdir(), 'pigeon-directory-'));
  let calls = 0;
  const upstreams = connectUpstreams(
    {
      bird: undefined,
      courier: { url: `http://127.0.0.1:${port}`, authorization: 'Bearer bench', forwards: false },
      sharing: true,
    },
    (next) => (call) => {
      calls++;
      return next(call);
    },
  );
  if (!upstreams.courier) throw new Error('courier is not configured');
  const directory = openDirectory({
    courier: upstreams.courier,
    dataDir,
    intervalMs: 0,
    maxAgeMs: 1_800_000,
    defaultRegion: undefined,
    warn: console.error,
  });
  console.log(`${users} users, Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}`);

  const sweep = async (name: string): Promise<object> => {
    collect();
    const before = process.memoryUsage();
    let highest = before.rss;
    const watch = setInterval(() => {
      highest = Math.max(highest, process.memoryUsage.rss());
    }, 20);
    const pauses = monitorEventLoopDelay({ resolution: 1 });
    calls = 0;
    pauses.enable();
    const turns = watchTurns();
    const used = process.cpuUsage();
    const start = performance.now();
    await directory.sweep();
    const took = performance.now() - start;
    // A pause is seen at the next turn.
    await breathe(5);
    const { user: busy, system } = process.cpuUsage(used);
    pauses.disable();
    turns.stop();
    clearInterval(watch);
    collect();
    const files = readdirSync(dataDir).map((file) => statSync(join(dataDir, file)).size);
    return {
      what: name,
      time: `${(took / 1000).toFixed(2)} s`,
      'CPU, upstream too': `${((busy + system) / 1e6).toFixed(2)} s`,
      calls,
      'pauses, 99 of 100 below': `${(pauses.percentile(99) / 1e6).toFixed(0)} ms`,
      'longest work': `${turns.longest().toFixed(0)} ms`,
      'longest pause': `${(pauses.max / 1e6).toFixed(0)} ms`,
      'resident, at the most': growth(highest - before.rss),
      'heap afterwards': growth(process.memoryUsage().heapUsed - before.heapUsed),
      file: megabytes(files.reduce((sum, size) => sum + size, 0)),
    };
  };
  const swept: object[] = [];
  while (swept.length < sweeps) swept.push(await sweep(`sweep ${swept.length + 1}`));
  console.table(swept);

  const rate = (name: string, look: (n: number) => readonly unknown[] | undefined): object => {
    const start = performance.now();
    let found = 0;
    for (let n = 0; n < LOOK_UPS; n++) found += look((n * 7919) % users)?.length ?? 0;
    const took = performance.now() - start;
    return { what: name, 'a second': Math.round((LOOK_UPS / took) * 1000), found };
  };
  console.table([
    rate('by email', (n) => directory.holders('email', email(n))),
    rate('by phone', (n) => directory.holders('phone', phone(n))),
    rate('by nobody’s email', (n) => directory.holders('email', `nobody.${n}@example.com`)),
  ]);

  await directory.close();
  await upstreams.close();
  await worker.terminate();
  rmSync(dataDir, { recursive: true });
};

if (isMainThread) await measure(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 3));
else serve(workerData);
