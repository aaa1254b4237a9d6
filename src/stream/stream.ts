import type { Plugin } from 'graphql-yoga';
import type { OpenEvents } from '../context.ts';
import type { Hearing } from '../joined/wishes.ts';
import type { TextCallbacks } from '../ports.ts';
import { Delivery, useDelivery } from './deliver/delivery.ts';
import { PubSub } from './deliver/pub-sub.ts';
import type { Log, LogBounds } from './log/log.ts';
import { openSqliteLog } from './log/sqlite-log.ts';
import { StatusLog } from './log/status-log.ts';
import { openPolling, type PollingOptions } from './poll/polling.ts';
import { openSettling, type SettlingOptions } from './poll/settling.ts';
import { openEvents } from './subscribe/events.ts';
import { birdWebhooks, type WebhookCounts } from './webhooks/bird-webhooks.ts';
import { type CallbackCounts, courierCallbacks } from './webhooks/courier-callbacks.ts';
import { openSqliteTextTokens } from './webhooks/sqlite-text-tokens.ts';
import type { TextTokens } from './webhooks/text-tokens.ts';
import type { Webhooks } from './webhooks/webhook.ts';

const DAY = 24 * 3600 * 1000;

/** A week of entries, a quarter of a year of states. */
export const BOUNDS: LogBounds = {
  entries: 1_000_000,
  entriesMs: 7 * DAY,
  states: 2_000_000,
  statesMs: 90 * DAY,
};

/** What the status stream needs. */
export interface StreamOptions {
  /** The folder of its file; `:memory:` for a stream that ends with the process. */
  readonly dataDir: string;
  readonly bounds?: Partial<LogBounds>;
  /** Keeps it in place of that file; is closed with the stream. */
  readonly log?: Log | undefined;
  /** Keeps which text each address is for, in place of a file beside; is closed with the stream. */
  readonly tokens?: TextTokens | undefined;
  /** Bird's signing keys; none refuses every webhook. */
  readonly birdKeys: readonly string[];
  /** What the outside calls Pigeon. */
  readonly publicUrl: string;
  /** The Bird workspace of webhooks that do not name theirs. */
  readonly workspaceId: string | undefined;
  /** Heeds what people want by what they write; left out, nobody does. */
  readonly hearing?: Hearing | undefined;
  /** What is watched is asked about where webhooks are silent; left out, it is not. */
  readonly polling?: Pick<PollingOptions, 'services' | 'birdPerSecond' | 'everyMs' | 'watched'> | undefined;
  /** Sends whose answer was lost are looked for; left out, they are not. */
  readonly settling?: Pick<SettlingOptions, 'services' | 'everyMs'> | undefined;
  readonly warn: (message: string, details: Record<string, unknown>) => void;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** A clock that nobody sets, in milliseconds; where a test says only the other clock, that one. */
  readonly elapsed?: () => number;
}

/** The status stream of one running gateway. */
export interface Stream {
  /** The port by which mutations and queries reach the stream. */
  readonly changes: StatusLog;
  /** The port by which subscriptions reach it. */
  readonly openEvents: OpenEvents;
  /** The addresses that texts are sent with. */
  readonly callbacks: TextCallbacks;
  /** Delivers subscriptions. */
  readonly plugin: Plugin;
  /** Takes what the upstreams post. */
  readonly webhooks: Webhooks;
  readonly counts: {
    readonly webhooks: Readonly<WebhookCounts>;
    readonly callbacks: Readonly<CallbackCounts>;
    readonly subscribers: number;
  };
  /** How many entries have been written and not been announced here yet; undefined while the store cannot say. */
  lag(): Promise<number | undefined>;
  /** Asks now about what is watched, as far as it is due; what the stream does by itself every few seconds. */
  poll(): Promise<void>;
  /** Looks now for sends whose answer was lost, as far as it is time; what the stream does by itself every second. */
  settle(): Promise<void>;
  /** Ends every subscription, writes what waits and lets go of the store. */
  close(): Promise<void>;
}

/**
 * Opens the status stream: changes go in by webhooks and mutations, and out to subscribers.
 *
 * @throws {StoreError} its store cannot be opened
 */
export const openStream = (options: StreamOptions): Stream => {
  const { dataDir, bounds, birdKeys, publicUrl, workspaceId, warn, now = Date.now } = options;
  const { elapsed = options.now ?? (() => performance.now()) } = options;
  const { log = openSqliteLog({ dataDir, bounds: { ...BOUNDS, ...bounds }, now, elapsed }) } = options;
  const { tokens = openSqliteTextTokens(dataDir, elapsed, warn) } = options;
  const pubSub = new PubSub();
  const statusLog = new StatusLog(log, pubSub, warn, bounds?.entries, now);
  const delivery = new Delivery(statusLog, pubSub);
  const polling =
    options.polling && openPolling({ ...options.polling, log, pubSub, statusLog, now, elapsed });
  const settling = options.settling && openSettling({ ...options.settling, changes: statusLog });
  const { hearing } = options;
  const bird = birdWebhooks({ statusLog, keys: birdKeys, publicUrl, workspaceId, hearing, warn, now });
  const texts = courierCallbacks({ statusLog, tokens, publicUrl, warn, now });
  const recovered = texts.recover();
  return {
    changes: statusLog,
    callbacks: texts.callbacks,
    openEvents: (...asked) => openEvents(statusLog, ...asked),
    plugin: useDelivery(delivery),
    webhooks: { '/webhooks/bird': bird.handle, '/webhooks/courier/texts/{token}': texts.handle },
    get counts() {
      const { subscribers } = delivery.counts;
      return { webhooks: bird.counts, callbacks: texts.counts, subscribers };
    },
    lag: async () => {
      // Before the first entry that came since the start there is nothing to announce.
      if (statusLog.newest === 0) return 0;
      const head = await statusLog.head().catch(() => undefined);
      return head === undefined ? undefined : Math.max(0, head - statusLog.newest);
    },
    poll: async () => polling?.round(),
    settle: async () => settling?.round(),
    async close() {
      pubSub.close();
      await polling?.close();
      await settling?.close();
      await recovered;
      await log.close();
      await tokens.close();
    },
  };
};
