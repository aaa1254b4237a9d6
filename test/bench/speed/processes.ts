/** The processes of the benchmark, each held to one core where the system can: what is measured has one for itself. */
import { type ChildProcess, execFileSync, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Load, Loaded } from './load.ts';
import type { Order } from './upstream.ts';
import { PEERS, type Variant } from './variants.ts';
import { BIRD_KEY, COURIER_TOKEN, WORKSPACE } from './world.ts';

/** The core of what is measured, and that of everything else. */
const CORES = { measured: 0, others: 1 };

const pins = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0;

/** Whether a process stays on its core; it does unless it is said. */
interface Pinned {
  readonly pinned?: boolean;
}

/** Begins a command line of Node's that stays on one core. */
const nodeOn = (core: number, { pinned = true }: Pinned = {}): [string, ...string[]] =>
  pins && pinned ? ['taskset', '-c', String(core), process.execPath] : [process.execPath];

const others = (file: string, pinned?: Pinned): ChildProcess => {
  const [execPath, ...execArgv] = nodeOn(CORES.others, pinned);
  return fork(join(import.meta.dirname, file), { execPath, execArgv });
};

/** Both upstreams. */
export const startUpstream = async (pinned?: Pinned) => {
  const child = others('upstream.ts', pinned);
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return {
    url,
    /** Tells it how to answer and gives the calls that it had since it was told last. */
    tell: async (order: Order): Promise<number> => {
      child.send(order);
      const [{ calls }] = (await once(child, 'message')) as [{ calls: number }];
      return calls;
    },
    stop: () => child.kill(),
  };
};

/** The clients. */
export const startClients = (pinned?: Pinned) => {
  const child = others('load.ts', pinned);
  return {
    run: async (load: Load): Promise<Loaded> => {
      child.send(load);
      const [loaded] = (await once(child, 'message')) as [Loaded];
      return loaded;
    },
    stop: () => child.kill(),
  };
};

/** Installs what other gateways need, which the project itself does not. */
export const installPeers = (): void => {
  if (existsSync(join(PEERS, 'node_modules'))) return;
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: PEERS,
    stdio: 'inherit',
  });
};

/** Ticks of `/proc/<pid>/stat` in a second: the same on every Linux. */
const TICKS = 100;

/** One that is measured. */
export const startVariant = async (
  { program, env }: Variant,
  upstream: string,
  mode: Readonly<Record<string, string>>,
  pinned?: Pinned,
) => {
  const [command, ...node] = nodeOn(CORES.measured, pinned);
  const child = spawn(command, [...node, ...program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      LOG_LEVEL: 'error',
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: ':memory:',
      BIRD_API_URL: upstream,
      BIRD_ACCESS_KEY: BIRD_KEY,
      BIRD_WORKSPACE_ID: WORKSPACE,
      BIRD_GET_RPS: '0',
      BIRD_POST_RPS: '0',
      // What is slow is slow, not wrong.
      DEADLINE_MS: '120000',
      COURIER_API_URL: upstream,
      COURIER_TOKEN,
      ...mode,
      ...env,
    },
  });
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      said += chunk;
      const found = /http:\S+\/graphql/.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`${program.join(' ')} ended with ${code}: ${said}`)));
  });
  return {
    url,
    /** The processor time it has taken so far, in seconds; none where the system does not say. */
    cpu: (): number => {
      try {
        const [, , , , , , , , , , , user = 0, system = 0] = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')
          .map(Number);
        return (user + system) / TICKS;
      } catch {
        return Number.NaN;
      }
    },
    stop: async () => {
      child.removeAllListeners('exit');
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
};
