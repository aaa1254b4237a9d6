import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import { StoreError } from './store-error.ts';

/** How long the first connection may take, in milliseconds: Redis may be starting at the same time. */
const CONNECT_MS = 10_000;

/** After how many milliseconds of them it is said that Redis is waited for. */
const SILENT_MS = 1000;

/** After how many milliseconds without an answer a connection is taken for dead. */
const ANSWER_MS = 2000;

/** The same where reads block: they end before. */
const BLOCKING_ANSWER_MS = 10_000;

/** What is needed to reach Redis. */
export interface RedisConnectionOptions {
  /** `redis://` or `rediss://`, with credentials and the number of the database. */
  readonly url: string;
  /** Tells apart who shares the Redis: nodes of one name share everything, those of different ones nothing. */
  readonly name: string;
  /** True when everything under the name is deleted at the end. */
  readonly passing?: boolean;
  readonly warn: (message: string, details: Record<string, unknown>) => void;
  /** How long the first connection may take, in milliseconds. */
  readonly connectMs?: number;
}

/** One node's way to the Redis that all nodes share. */
export interface RedisConnection {
  /** For commands that do not block: they fail at once while Redis is away. */
  readonly commands: Redis;
  /** The name of a key. All of them lie on one shard of a cluster. */
  key(...names: readonly string[]): string;
  /** A connection for one who blocks: its commands wait while Redis is away. The caller disconnects it. */
  blocking(): Redis;
  /** Resolves at once while Redis is there, else when it is back, or when the connection is closed. */
  back(): Promise<void>;
  /** Hears each time that Redis is back. Call the result to stop. */
  onBack(listener: () => void): () => void;
  close(): Promise<void>;
}

/**
 * Connects to Redis, and again whenever the connection is lost.
 *
 * @throws {StoreError} it cannot be reached
 */
export const connectRedis = async (options: RedisConnectionOptions): Promise<RedisConnection> => {
  const { url, name, passing = false, warn, connectMs = CONNECT_MS } = options;
  const prefix = `pigeon:{${name}}`;
  const shared: RedisOptions = {
    protocol: 2,
    lazyConnect: true,
    connectionName: 'pigeon',
    retryStrategy: (times) => Math.min(50 * times, 1000),
    // What was the primary a moment ago.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  };
  const commands = new Redis(url, {
    ...shared,
    socketTimeout: ANSWER_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  });
  const listeners = new Set<() => void>();
  let up = Promise.withResolvers<void>();
  let isUp = false;
  let wasUp = false;
  let reason = 'it does not answer';
  commands.on('error', (error: Error) => {
    reason = error.message;
  });
  commands.on('ready', () => {
    isUp = true;
    up.resolve();
    if (wasUp) warn('Redis is back', {});
    wasUp = true;
    for (const listener of listeners) listener();
  });
  commands.on('close', () => {
    if (!isUp) return;
    isUp = false;
    up = Promise.withResolvers();
    warn('Redis is away: webhooks are refused and limits are each node’s own until it is back', { reason });
  });
  // It goes on trying by itself, and `ready` tells.
  commands.connect().catch(() => {});
  const waiting = setTimeout(
    () => warn('Redis does not answer yet; Pigeon waits for it before it starts', { reason, connectMs }),
    SILENT_MS,
  );
  await Promise.race([up.promise, pause(connectMs, undefined, { ref: false })]);
  clearTimeout(waiting);
  if (!isUp) {
    commands.disconnect();
    throw new StoreError(`the status stream cannot be kept in REDIS_URL: ${reason}`);
  }
  return {
    commands,
    key: (...names) => [prefix, ...names].join(':'),
    blocking: () => {
      const redis = new Redis(url, {
        ...shared,
        socketTimeout: BLOCKING_ANSWER_MS,
        maxRetriesPerRequest: null,
      });
      // Both lose their connection at once: the other one tells.
      redis.on('error', () => {});
      return redis;
    },
    back: () => up.promise,
    onBack: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      listeners.clear();
      commands.removeAllListeners('close');
      try {
        for await (const keys of passing ? commands.scanStream({ match: `${prefix}:*`, count: 1000 }) : []) {
          if (keys.length > 0) await commands.unlink(keys);
        }
        await commands.quit();
      } catch {
        // Redis is away.
        commands.disconnect();
      }
      up.resolve();
    },
  };
};

/** A Lua script, sent once and then named by its hash. */
export const script = (lua: string) => {
  const hash = createHash('sha1').update(lua).digest('hex');
  return async (redis: Redis, keys: readonly string[], ...args: readonly string[]): Promise<unknown> => {
    try {
      return await redis.evalsha(hash, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return redis.eval(lua, keys.length, ...keys, ...args);
    }
  };
};
