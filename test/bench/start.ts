/**
 * How long `npm start` takes until it has answered a query, and what it holds then:
 *
 *     node test/bench/start.ts [rounds]
 *
 * Each round starts a fresh process of Node with the options of `npm start`, with the sandbox and without. The first
 * start compiles everything and keeps it for those after it, so it is shown by itself. The processor time is what the
 * process used until the answer; memory is read a second later, with Redis and a login to courier unused.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { machine, median } from './measure.ts';

const root = join(import.meta.dirname, '../..');
const rounds = Number(process.argv[2] ?? 10);
const folder = mkdtempSync(join(tmpdir(), 'pigeon-start-'));

/** The options and the file that `npm start` gives to Node. */
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [, ...program] = String(scripts.start).split(' ');

/** What is asked first: of the sandbox something that it must be called for. */
const MODES = {
  'sandbox on': { env: { SANDBOX: 'on' }, query: '{ bird { channels(first: 3) { nodes { name } } } }' },
  'sandbox off': {
    env: {
      SANDBOX: 'off',
      BIRD_API_URL: 'http://127.0.0.1:9',
      BIRD_ACCESS_KEY: 'none',
      BIRD_WORKSPACE_ID: WORKSPACE_ID,
      COURIER_API_URL: 'http://127.0.0.1:9',
      COURIER_TOKEN: 'none',
      DATA_DIR: join(folder, 'data'),
    },
    query: '{ bird { workspaceId } }',
  },
} as const;

interface Started {
  readonly answeredMs: number;
  readonly cpuMs: number;
  readonly residentMb: number;
}

/** Ticks of `/proc/<pid>/stat` are hundredths of a second on every Linux. */
const TICK_MS = 10;

const started = async ({ env, query }: (typeof MODES)[keyof typeof MODES]): Promise<Started> => {
  const began = performance.now();
  const child = spawn(process.execPath, program, {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      LOG_LEVEL: 'silent',
      NODE_COMPILE_CACHE: join(folder, 'code'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let url = '';
  for await (const line of createInterface(child.stdout)) {
    url = /http:\S+\/graphql/.exec(line)?.[0] ?? '';
    if (url) break;
  }
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { errors } = (await answer.json()) as { errors?: unknown };
  const answeredMs = performance.now() - began;
  if (errors) throw new Error(JSON.stringify(errors));
  const [, , , , , , , , , , , , , user, system] = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(' ');
  await pause(1000);
  const [, resident] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
  child.kill('SIGTERM');
  await new Promise((ended) => child.once('exit', ended));
  return {
    answeredMs,
    cpuMs: (Number(user) + Number(system)) * TICK_MS,
    residentMb: Number(resident) / 1024,
  };
};

console.log(`${machine()}, ${new Date().toISOString().slice(0, 10)}: ${program.join(' ')}\n`);
console.log('|  | first answer, ms | processor, ms | resident, MB |');
console.log('|---|---|---|---|');
const show = (title: string, all: readonly Started[]) => {
  const middle = (of: keyof Started) => median(all.map((one) => one[of])).toFixed(0);
  console.log(`| ${title} | ${middle('answeredMs')} | ${middle('cpuMs')} | ${middle('residentMb')} |`);
};
for (const [title, mode] of Object.entries(MODES)) {
  show(`${title}, first start`, [await started(mode)]);
  const others: Started[] = [];
  for (let round = 0; round < rounds; round += 1) others.push(await started(mode));
  show(`${title}, median of ${rounds}`, others);
}
rmSync(folder, { recursive: true });
