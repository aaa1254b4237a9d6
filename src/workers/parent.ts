import cluster, { type Worker } from 'node:cluster';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '../config/config.ts';
import type { Role } from '../start.ts';
import type { Metric, ToParent, ToWorker } from './messages.ts';

/** How long after a worker has ended unasked another begins in its place, in milliseconds. */
const AGAIN_MS = 1000;

/** By when workers have told their metrics, in milliseconds; those of one that is busy or ending are left out then. */
const MEASURE_MS = 1000;

/** Several processes of Pigeon that answer behind one port. */
export interface Workers {
  readonly publicUrl: string;
  /** True when Pigeon plays the upstreams itself. */
  readonly sandbox: boolean;
  /** Drains all of them. */
  close(): Promise<void>;
}

/**
 * Starts `WORKERS` processes that share one port and resolves when all of them answer. This process hands them
 * connections in turn, plays the upstreams where none is configured, and begins another worker where one has ended.
 *
 * @throws {ConfigError} the environment cannot be what it is
 */
export const startWorkers = async (env: Readonly<Record<string, string | undefined>>): Promise<Workers> => {
  const config = readConfig(env);
  await using started = new AsyncDisposableStack();
  const sandbox = config.sandbox
    ? started.use(await (await import('../sandbox/sandbox.ts')).startSandbox())
    : undefined;
  const workers = new Map<number, Worker>();
  let draining = false;
  let measured = 0;
  const measuring = new Map<number, (metrics: readonly Metric[]) => void>();

  /** Asks every worker for its metrics and gives them to the one that was asked for all. */
  const gather = async (asking: Worker, of: number): Promise<void> => {
    const all = await Promise.all(
      [...workers.values()].map(async (worker) => {
        measured += 1;
        const id = measured;
        const told = new Promise<readonly Metric[]>((resolve) => measuring.set(id, resolve));
        tell(worker, { say: 'measure', id });
        const metrics = await Promise.race([told, pause(MEASURE_MS, [], { ref: false })]);
        measuring.delete(id);
        return metrics;
      }),
    );
    tell(asking, { say: 'measured', id: of, metrics: all });
  };
  const tell = (worker: Worker, message: ToWorker): void => {
    if (worker.isConnected()) worker.send(message);
  };

  const name = config.sandbox ? randomUUID() : '';
  const played = sandbox && {
    bird: sandbox.bird,
    courier: sandbox.courier,
    files: sandbox.files,
    fixtureIds: sandbox.fixtureIds,
  };

  /** Resolves to where the worker answers; rejects when it ends before. */
  const begin = (index: number): Promise<{ url: string; publicUrl: string }> =>
    new Promise((resolve, reject) => {
      const role: Role = { name, played, sweeps: index === 0 };
      const worker = cluster.fork();
      workers.set(index, worker);
      worker.on('message', (message: ToParent) => {
        if (message.say === 'hello') tell(worker, { say: 'start', role });
        if (message.say === 'ready') resolve(message);
        if (message.say === 'changed')
          for (const other of workers.values()) if (other !== worker) tell(other, message);
        if (message.say === 'gather') void gather(worker, message.id);
        if (message.say === 'measure') measuring.get(message.id)?.(message.metrics);
      });
      worker.once('exit', (code) => {
        workers.delete(index);
        reject(new WorkerError(code));
      });
    });

  /** Begins a worker again whenever it ends, until all are to end. */
  const keep = async (index: number): Promise<void> => {
    for (;;) {
      const worker = workers.get(index);
      if (worker) await once(worker, 'exit');
      if (draining) return;
      await pause(AGAIN_MS, undefined, { ref: false });
      if (draining) return;
      await begin(index).catch(() => {});
    }
  };

  const close = async (): Promise<void> => {
    draining = true;
    const ended = [...workers.values()].map((worker) => once(worker, 'exit'));
    for (const worker of workers.values()) tell(worker, { say: 'drain' });
    await Promise.all(ended);
  };
  started.defer(close);

  // What is wrong with the configuration is said by the first alone.
  const { url, publicUrl } = await begin(0);
  await Promise.all(Array.from({ length: config.workers - 1 }, (_, index) => begin(index + 1)));
  for (let index = 0; index < config.workers; index += 1) void keep(index);
  sandbox?.setWebhookUrl(`${url}/webhooks/bird`);
  const running = started.move();
  return { publicUrl, sandbox: config.sandbox, close: () => running.disposeAsync() };
};

/** A worker ended before it answered; it has said why. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';

  constructor(code: number) {
    super(`a worker ended with ${code} before it answered`);
  }
}
