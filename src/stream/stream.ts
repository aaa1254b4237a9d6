import type { Plugin } from 'graphql-yoga';
import { birdWebhooks, type WebhookCounts } from './bird-webhooks.ts';
import { useFreshContext } from './fresh-context.ts';
import { Hub } from './hub.ts';
import { Journal } from './journal.ts';
import type { LogBounds } from './log.ts';
import { openSqliteLog } from './sqlite-log.ts';

const DAY = 24 * 3600 * 1000;

/** A week of entries, a quarter of a year of states. */
const BOUNDS: LogBounds = { entries: 1_000_000, entriesMs: 7 * DAY, states: 2_000_000, statesMs: 90 * DAY };

/** What the status stream needs. */
export interface StreamOptions {
  /** The folder of its file; `:memory:` for a stream that ends with the process. */
  readonly dataDir: string;
  readonly bounds?: Partial<LogBounds>;
  /** Bird's signing keys; none refuses every webhook. */
  readonly birdKeys: readonly string[];
  /** What the outside calls Pigeon. */
  readonly publicUrl: string;
  /** The Bird workspace of webhooks that do not name theirs. */
  readonly workspaceId: string | undefined;
  readonly warn: (message: string, details: Record<string, unknown>) => void;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** The status stream of one running gateway. */
export interface Stream {
  /** The port that mutations and queries reach it by; subscriptions too. */
  readonly changes: Journal;
  /** Answers `/webhooks/…`, and gives every event a context of its own. */
  readonly plugin: Plugin;
  readonly counts: { readonly webhooks: Readonly<WebhookCounts>; readonly subscribers: number };
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
  const log = openSqliteLog({ dataDir, bounds: { ...BOUNDS, ...bounds }, now });
  const hub = new Hub();
  const journal = new Journal(log, hub);
  const webhooks = birdWebhooks({ journal, keys: birdKeys, publicUrl, workspaceId, warn, now });
  return {
    changes: journal,
    plugin: { ...webhooks.plugin, ...useFreshContext() },
    get counts() {
      return { webhooks: webhooks.counts, subscribers: hub.size };
    },
    async close() {
      hub.close();
      await log.close();
    },
  };
};
