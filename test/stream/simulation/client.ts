import type { ExecutionResult } from 'graphql';
import type { Sink, StreamEvent } from '../../../src/ports.ts';
import type { Random } from '../../../src/sandbox/random.ts';
import type { Loop } from './loop.ts';
import type { SimulatedNode } from './node.ts';

/** How many events wait in a client's connection before it counts as slow. */
const ROOM = 3;

/** What a client needs. */
export interface ClientOptions {
  readonly loop: Loop;
  readonly random: Random;
  /** What it names: messages and channels, or neither. */
  readonly args: { readonly messages?: readonly string[]; readonly channels?: readonly string[] };
  /** The cursor of the last event that it saw. */
  readonly cursor: () => string | undefined;
  /** A node that it comes to; undefined while none is there. */
  readonly node: () => SimulatedNode | undefined;
  readonly subscribed: () => void;
  readonly told: (event: StreamEvent, node: SimulatedNode) => void;
  /** True once everything must settle: then it breaks off no more. */
  readonly calm: () => boolean;
}

/** A client that subscribes, reads as fast as it likes, breaks off and comes back with its last cursor. */
export const runClient = async (options: ClientOptions): Promise<never> => {
  const { loop, random, calm } = options;
  for (;;) {
    await loop.sleep(random.whole(1, 300));
    const node = options.node();
    if (node) await connect(node, options).catch(() => {});
    if (calm()) await loop.sleep(1000);
  }
};

const connect = async (node: SimulatedNode, options: ClientOptions): Promise<void> => {
  const { loop, random, args, calm } = options;
  const gone = new AbortController();
  const context = node.context(gone.signal);
  const opened = await node.openEvents(context, { ...args, after: options.cursor() });
  if (!node.alive) return;
  options.subscribed();
  const sink = inbox();
  const pace = random.pick([0, 5, 60]);
  const execution =
    () =>
    async (event: StreamEvent): Promise<ExecutionResult> => {
      if (random.happens(0.3)) await loop.sleep(random.whole(0, 20));
      return { data: { event } };
    };
  let over = false;
  void node.delivery
    .open(opened, { sink, signal: gone.signal, key: JSON.stringify(args), execution })
    .next()
    .catch(() => {})
    .then(() => {
      over = true;
      sink.end();
    });
  const until = loop.time + random.whole(100, 3000);
  while (node.alive && !over && (calm() || loop.time < until)) {
    const result = await sink.next(until - loop.time);
    if (pace > 0 && !calm()) await loop.sleep(random.whole(0, pace));
    if (!node.alive) break;
    if (result) options.told(result.data?.event as StreamEvent, node);
  }
  gone.abort();

  /** What is sent to the client and not read. */
  function inbox(): Sink & { next(ms: number): Promise<ExecutionResult | undefined>; end(): void } {
    const waiting: ExecutionResult[] = [];
    let awake = () => {};
    let drained = Promise.withResolvers<void>();
    return {
      get free() {
        return waiting.length < ROOM;
      },
      write: (result) => {
        waiting.push(result);
        awake();
      },
      drained: async () => {
        if (waiting.length > 0) await drained.promise;
      },
      async next(ms) {
        if (waiting.length === 0) {
          await new Promise<void>((resolve) => {
            const cancel = loop.after(Math.max(100, ms), resolve);
            awake = () => {
              cancel();
              resolve();
            };
          });
        }
        const result = waiting.shift();
        if (waiting.length === 0) {
          drained.resolve();
          drained = Promise.withResolvers();
        }
        return result;
      },
      end: () => {
        awake();
        drained.resolve();
      },
    };
  }
};
