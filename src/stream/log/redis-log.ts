import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ReplyError } from 'ioredis';
import type { MessageChange } from '../../ports.ts';
import type { RedisConnection } from '../../store/redis-connection.ts';
import { StoreError } from '../../store/store-error.ts';
import { type Entry, type Log, type LogBounds, leap } from './log.ts';
import { type CommitPlan, type Committed, commit, keysOf } from './redis-commit.ts';
import { followRows } from './redis-follow.ts';
import type { Pending } from './redis-plan.ts';
import { idAt, positionOf, type StreamRow, toEntries } from './redis-rows.ts';
import { readAudiences } from './redis-states.ts';
import { openWriter } from './redis-writer.ts';
import { normalize } from './transition.ts';

/** Where the log lies and how much it keeps. */
export interface RedisLogOptions {
  /** Stays open when the log closes. */
  readonly redis: RedisConnection;
  readonly bounds: LogBounds;
  /** What a test takes for Redis's clock, in milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
  /** Numbers from 0 up to 1. */
  readonly random?: () => number;
}

/**
 * The log in Redis, for many nodes: a stream of entries whose ids are their positions, and a hash for each
 * message. What comes in while a commit is under way is the next one.
 *
 * `reduceStatus` runs here and not in Redis, so that there is one of it: the states are read, reduced, and written
 * by a script that leaves out each message which another node has written since. Those are read and reduced
 * again. That also makes a commit whose answer was lost harmless: asked again, it is no news.
 *
 * While Redis is away, writing and `states` fail at once; `head`, `read` and the followers wait.
 *
 * @throws {StoreError} Redis does not answer
 */
export const openRedisLog = async ({
  redis,
  bounds,
  now,
  random = Math.random,
}: RedisLogOptions): Promise<Log> => {
  const keys = keysOf(redis);
  const listeners = new Map<(entries: readonly Entry[]) => void, (() => void) | undefined>();
  let epoch = '';
  /** The last position of which all followers have heard. */
  let last = 0;
  let closed = false;

  /** Something has gone of which the followers will not hear: they go on behind the log's end. */
  const lose = (head: number): void => {
    last = head;
    for (const lost of listeners.values()) lost?.();
  };

  const write = async (plan: CommitPlan): Promise<Committed> => {
    const known = last;
    const committed = await commit(redis, plan, {
      known,
      epoch: randomBytes(9).toString('base64url'),
      leap: leap(random()),
      bounds,
      now: now?.(),
    });
    const isAnother = epoch !== '' && committed.epoch !== epoch;
    ({ epoch } = committed);
    // A log that ends before what was heard of it has lost its end, and goes on from there.
    if (isAnother || committed.head < known) lose(committed.head);
    return committed;
  };

  const publish = (entries: readonly Entry[]): void => {
    last = entries.at(-1)?.position ?? last;
    if (entries.length > 0) for (const listener of listeners.keys()) listener(entries);
  };

  /** What the stream brings; some of it may be told already. */
  const receive = (rows: readonly StreamRow[]): void => {
    publish(toEntries(rows.filter(([id]) => positionOf(id) > last)));
    // Also past rows that nobody can read.
    last = Math.max(last, positionOf(rows.at(-1)?.[0] ?? '0'));
  };

  /**
   * Looks whether entries have gone before this node heard of them, or all of them have. It also keeps the age clock
   * going, and tells a Redis that has lost everything how far this node's entries went.
   */
  const look = async (): Promise<void> => {
    const { head } = await write({ messages: [], entries: [] });
    if (head <= last) return;
    const [next] = await redis.commands.xrange(keys.entries, idAt(last + 1), '+', 'COUNT', 1);
    // What is there comes by itself.
    if (!next && head > last) lose(head);
  };

  // Others' entries come first, and only through the stream.
  const writer = openWriter(redis, write, (entries) => {
    if (entries[0]?.position === last + 1) publish(entries);
  });

  const submit = async (changes: readonly MessageChange[], kind: Pending['kind']) => {
    if (closed) throw new StoreError('the status stream is closed');
    const at = now?.() ?? Date.now();
    return writer.submit(
      changes.map((change) => ({ change: normalize(change, at), kind, entry: undefined })),
    );
  };

  /** Asks until Redis is there to answer. */
  const patiently = async <T>(question: () => Promise<T>): Promise<T> => {
    for (;;) {
      if (closed) throw new StoreError('the status stream is closed');
      try {
        return await question();
      } catch (cause) {
        if (cause instanceof ReplyError)
          throw new StoreError('the status stream could not be read', { cause });
        // It may take a moment until a lost connection is known to be lost.
        await pause(20);
        await redis.back();
      }
    }
  };

  const open = async (): Promise<void> => {
    const { head } = await write({ messages: [], entries: [] });
    last = Math.max(last, head);
  };
  await open().catch((cause) => {
    throw new StoreError('the status stream in REDIS_URL could not be opened', { cause });
  });
  const forgo = redis.onBack(() => void look().catch(() => {}));
  const leave = followRows(redis, keys.entries, () => last, receive, look);

  return {
    get epoch() {
      return epoch;
    },
    append: (changes) => submit(changes, 'append'),
    async observe(readings) {
      await submit(readings, 'observe');
    },
    read: (after, limit) =>
      patiently(async () => {
        const [head, rows] = await Promise.all([
          // The head first: what is written in between is among the rows.
          redis.commands.hget(keys.meta, 'head'),
          redis.commands.xrange(keys.entries, idAt(after + 1), '+', 'COUNT', limit),
        ]);
        if (after < 0 || after > Number(head)) return undefined;
        if (rows.length === 0 && after === Number(head)) return [];
        const entries = toEntries(rows);
        return entries[0]?.follows === after ? entries : undefined;
      }),
    head: () => patiently(async () => Number(await redis.commands.hget(keys.meta, 'head'))),
    async states(messageIds, audiences) {
      try {
        return await readAudiences(redis, messageIds, audiences);
      } catch (cause) {
        throw new StoreError('the status stream could not be read', { cause });
      }
    },
    follow(listener, lost) {
      listeners.set(listener, lost);
      return () => listeners.delete(listener);
    },
    async close() {
      if (closed) return;
      closed = true;
      await writer.settled();
      forgo();
      leave();
      listeners.clear();
    },
  };
};
