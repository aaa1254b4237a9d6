import { AggregatorRegistry } from 'prom-client';
import { noteChange, tellChanges } from '../graph/node.ts';
import { faultsOf, start } from '../start.ts';
import type { Metric, ToParent, ToWorker } from './messages.ts';

/** What ends the whole program reaches every process of it; the parent says what it means. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Answers as one of several processes, as the parent says, until it is told to drain. */
export const serve = (env: Readonly<Record<string, string | undefined>>): void => {
  for (const signal of SIGNALS) process.on(signal, () => {});
  const say = (message: ToParent): void => {
    // A parent that has gone takes its workers with it; nobody need be told.
    process.send?.(message, undefined, undefined, () => {});
  };
  const gathering = new Map<number, (metrics: readonly (readonly Metric[])[]) => void>();
  let own: () => Promise<readonly Metric[]> = async () => [];
  let gathered = 0;

  /** The metrics of all workers as one, in Prometheus' text format. */
  const gather = async (): Promise<string> => {
    gathered += 1;
    const id = gathered;
    const all = await new Promise<readonly (readonly Metric[])[]>((resolve) => {
      gathering.set(id, resolve);
      say({ say: 'gather', id });
    });
    gathering.delete(id);
    return AggregatorRegistry.aggregate(
      all as unknown as Parameters<typeof AggregatorRegistry.aggregate>[0],
    ).metrics();
  };

  let close: (() => Promise<void>) | undefined;
  process.on('message', async (message: ToWorker) => {
    if (message.say === 'start') {
      try {
        const running = await start(env, {
          ...message.role,
          gather: (measure) => {
            own = measure;
            return gather;
          },
        });
        close = running.close;
        say({ say: 'ready', url: running.url, publicUrl: running.publicUrl });
      } catch (error) {
        for (const fault of faultsOf(error)) console.error(fault);
        process.exit(1);
      }
    }
    if (message.say === 'drain') {
      await close?.();
      process.exit(0);
    }
    if (message.say === 'changed') noteChange(message.place);
    if (message.say === 'measure') say({ say: 'measure', id: message.id, metrics: await own() });
    if (message.say === 'measured') gathering.get(message.id)?.(message.metrics);
  });
  tellChanges((place) => say({ say: 'changed', place }));
  say({ say: 'hello' });
};
