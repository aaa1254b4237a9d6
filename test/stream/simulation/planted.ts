/** A bug as somebody might write it: a text of one file of `src/stream`, or of `src/store`, and what stands in its place. */
export interface Planted {
  readonly file: string;
  /** It stands there once. */
  readonly text: string;
  readonly bug: string;
  /** The store of the seeds that can find it, where it is not both. */
  readonly store?: 'sqlite' | 'redis';
}

/** Bugs that the simulation must find. */
export const PLANTED: Readonly<Record<string, Planted>> = {
  'the lowest status wins': {
    file: 'stream/log/transition.ts',
    text: 'state && rank(state.status) >= rank(top.status) ? state : top',
    bug: 'state && rank(state.status) < rank(top.status) ? state : top',
  },
  'nobody is told what was read lower before': {
    file: 'stream/log/transition.ts',
    text: 'own && rank(status) > rank(own.status) ? own.status : null',
    bug: 'own && rank(status) < 0 ? own.status : null',
  },
  'a commit that failed is acknowledged': {
    file: 'stream/log/sqlite-log.ts',
    text: 'for (const { fail } of batch) fail(error);',
    bug: 'for (const { done } of batch) done(error ? [] : []);',
    store: 'sqlite',
  },
  'positions go on as if the file were the same': {
    file: 'stream/log/sqlite-log.ts',
    text: 'statements.opened.run().changes === 0',
    bug: 'statements.opened.run().changes < 0',
    store: 'sqlite',
  },
  'rows of the file grow old by the clock': {
    file: 'stream/log/sqlite-log.ts',
    text: 'keptAt = age();',
    bug: 'keptAt = Math.max(keptAt, age(), now());',
    store: 'sqlite',
  },
  'a log that became another is nothing': {
    file: 'stream/log/redis-log.ts',
    text: 'isAnother || committed.head < known',
    bug: 'committed.head < known',
    store: 'redis',
  },
  'positions go on as if it were the same Redis': {
    file: 'stream/log/redis-commit.ts',
    text: 'local leaps = was[3] and was[3] ~= run',
    bug: 'local leaps = false',
    store: 'redis',
  },
  'the faster node’s write is overwritten': {
    file: 'stream/log/redis-commit.ts',
    text: `(redis.call('HGET', key, '\${VERSION}') or '') == message.version and 1 or 0`,
    bug: '1',
    store: 'redis',
  },
  'a commit that Redis did not answer is acknowledged': {
    file: 'stream/log/redis-writer.ts',
    text: 'for (const { fail } of batch) fail(error);',
    bug: 'for (const { done } of batch) done(error ? [] : []);',
    store: 'redis',
  },
  'Redis’s clock is believed': {
    file: 'store/age.ts',
    text: 'const MOST_STEP_MS = 60_000;',
    bug: 'const MOST_STEP_MS = 1e15;',
    store: 'redis',
  },
  'everything is taken for announced': {
    file: 'stream/deliver/broadcast.ts',
    text: 'if (this.#position >= unbrokenSince) this.#position',
    bug: 'this.#position',
  },
  'a slow client is passed over': {
    file: 'stream/deliver/broadcast.ts',
    text: `if (!sink.free) this.#dismiss(subscriber, this.#isLive || this.#conflates ? 'slow' : 'busy');`,
    bug: 'if (!sink.free) continue;',
  },
  'of what waits the oldest is told': {
    file: 'stream/deliver/conflate.ts',
    text: 'earlier ? merge(earlier, entry) : entry',
    bug: 'earlier ?? entry',
  },
  'what has gone is passed over': {
    file: 'stream/deliver/delivery.ts',
    text: 'why = await this.#begin(await subscription.reconcile(), subscriber, execution);',
    bug: 'why = await this.#begin({ ...(await subscription.reconcile()), events: [] }, subscriber, execution);',
  },
  'a lost cursor begins anew without a word': {
    file: 'stream/subscribe/events.ts',
    text: `cursor && (reached === undefined ? 'RECONCILED' : cursor.within)`,
    bug: 'cursor && cursor.within',
  },
  'a part of a snapshot counts as all of it': {
    file: 'stream/subscribe/snapshot.ts',
    text: 'const again = writeCursor({ epoch, position: since, within: via });',
    bug: 'const again = writeCursor({ epoch, position, within: undefined });',
  },
  'what a snapshot read is not remembered': {
    file: 'stream/subscribe/snapshot.ts',
    text: 'await observe(context, statusLog, readings);',
    bug: '',
  },
  'what a poll found is not written': {
    file: 'stream/poll/poller.ts',
    text: 'await statusLog.append(news);',
    bug: '',
  },
  'what is due is told by the clock': {
    file: 'stream/poll/polling.ts',
    text: 'const { now, elapsed } = options;',
    bug: 'const { now, now: elapsed } = options;',
  },
  'a lease is nobody else’s for ever': {
    file: 'stream/poll/redis-watched.ts',
    text: `stale = held === '' || holders.lives('lease', held) ? '' : held;`,
    bug: `stale = held === '' || holders.lives('lease', held) || true ? '' : held;`,
    store: 'redis',
  },
};
