import { type Context, createContext, type Services } from '../../../src/context.ts';
import '../../../src/schema.ts';
import type { RedisConnection } from '../../../src/store/redis-connection.ts';
import { Delivery } from '../../../src/stream/deliver/delivery.ts';
import { PubSub } from '../../../src/stream/deliver/pub-sub.ts';
import type { Log, LogBounds } from '../../../src/stream/log/log.ts';
import { openRedisLog } from '../../../src/stream/log/redis-log.ts';
import { logIn } from '../../../src/stream/log/sqlite-log.ts';
import { StatusLog } from '../../../src/stream/log/status-log.ts';
import { openPolling } from '../../../src/stream/poll/polling.ts';
import { redisWatched } from '../../../src/stream/poll/redis-watched.ts';
import { openEvents } from '../../../src/stream/subscribe/events.ts';
import { birdSignature } from '../../../src/stream/webhooks/bird-signature.ts';
import { birdWebhooks } from '../../../src/stream/webhooks/bird-webhooks.ts';
import { WORKSPACE } from '../changes.ts';
import type { BirdWorld } from './bird.ts';
import type { Checker } from './checker.ts';
import type { Disk } from './disk.ts';
import type { Loop } from './loop.ts';

const KEY = 'signing key';
const URL = 'https://pigeon.example';

/** A webhook that is posted again is signed once. */
const signatures = new WeakMap<Buffer, string>();

/** What a node is made of. */
export interface NodeOptions {
  readonly loop: Loop;
  readonly bird: BirdWorld;
  readonly checker: Checker;
  readonly bounds: LogBounds;
  /** Where it keeps its log. */
  readonly store: Disk | RedisConnection;
  readonly random: () => number;
}

/** A Pigeon without its HTTP: its real log, webhooks, polling, subscriptions and delivery. */
export interface SimulatedNode {
  readonly alive: boolean;
  readonly log: Log;
  readonly delivery: Delivery;
  context(signal: AbortSignal): Context;
  openEvents(context: Context, args: Parameters<typeof openEvents>[3]): ReturnType<typeof openEvents>;
  /** Posts a webhook; resolves to what it is answered, or never where the node is gone. */
  webhook(body: Buffer): Promise<number>;
  /** It is gone from one moment to the next. */
  crash(): void;
}

export const startNode = async (options: NodeOptions): Promise<SimulatedNode> => {
  const { loop, bird, checker, bounds, store, random } = options;
  let alive = true;
  const crash = (): void => {
    if (!alive) return;
    alive = false;
    if ('commands' in store) {
      void store.close();
      void real.close().catch(() => {});
    } else store.crash();
    void polling.close().catch(() => {});
  };
  const elapsed = () => loop.time;
  const real: Log =
    'commands' in store
      ? await openRedisLog({ redis: store, bounds, random })
      : logIn(
          store.open(() => crash()),
          { bounds, now: loop.now, elapsed, random },
        );
  /** The log, which says what it acknowledges. */
  const log: Log = {
    ...real,
    get epoch() {
      return real.epoch;
    },
    append: async (changes) => {
      const entries = await real.append(changes);
      if (alive) checker.acknowledge(entries, real.epoch);
      return entries;
    },
  };
  const warn = () => {};
  const pubSub = new PubSub();
  const statusLog = new StatusLog(log, pubSub, warn, bounds.entries, loop.now);
  const delivery = new Delivery(statusLog, pubSub);
  const services = {
    bird: {
      send: bird.send,
      credential: { header: 'x', key: 'bird', secret: '', forwarded: false },
      workspaceId: WORKSPACE,
    },
    courier: undefined,
    courierForwards: false,
    changes: statusLog,
    cache: undefined,
    warn,
    deadlineMs: 10_000,
    budgetCalls: 100,
    budgetObjects: 10_000,
    budgetBytes: 1e9,
  } as unknown as Services;
  const polling = openPolling({
    services,
    log,
    pubSub,
    statusLog,
    birdPerSecond: 0,
    now: loop.now,
    elapsed,
    ...('commands' in store && { watched: redisWatched(store) }),
  });
  const webhooks = birdWebhooks({
    statusLog,
    keys: [KEY],
    publicUrl: URL,
    workspaceId: WORKSPACE,
    warn,
    now: loop.now,
  });
  const caller = { key: 'a', known: true, may: () => true, admin: false, expiresAt: undefined };
  return {
    get alive() {
      return alive;
    },
    log: real,
    delivery,
    context: (signal) => createContext(services, { caller, courierCredential: undefined }, { signal }),
    openEvents: (context, args) => openEvents(statusLog, context, 'raised', args),
    webhook: (body) => {
      const signed = { timestamp: '1', url: `${URL}/webhooks/bird`, body };
      const signature = signatures.get(body) ?? birdSignature(KEY, signed);
      signatures.set(body, signature);
      const headers = { 'messagebird-request-timestamp': '1', 'messagebird-signature': signature };
      return webhooks.handle({ url: '/webhooks/bird', headers, body });
    },
    crash,
  };
};
