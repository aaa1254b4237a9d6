import type { Entry } from '../log/log.ts';

/** Said in place of entries that were let go because nobody took them: they are still in the log. */
export interface Lag {
  /** Everything up to here was taken or was not for this queue. */
  readonly lagsFrom: number;
}

/** From which position on an entry tells what happened: its own, or that of the first which it stands for. */
export const beginningOf = (entry: Entry): number => beginnings.get(entry) ?? entry.position;

const beginnings = new WeakMap<Entry, number>();

/** The newest entry of each message, in order. Status is state: what it passed through is told by the last. */
export const conflate = (entries: readonly Entry[]): readonly Entry[] => {
  const newest = new Map<string, Entry>();
  for (const entry of entries) {
    const earlier = newest.get(entry.messageId);
    newest.delete(entry.messageId);
    newest.set(entry.messageId, earlier ? merge(earlier, entry) : entry);
  }
  return [...newest.values()];
};

const merge = (earlier: Entry, later: Entry): Entry => {
  const merged: Entry = {
    ...later,
    previous: earlier.previous,
    previousAt: earlier.previousAt,
    raised: later.raised || earlier.raised,
    added: later.added || earlier.added,
  };
  beginnings.set(merged, beginningOf(earlier));
  return merged;
};

/**
 * The entries that wait for one subscriber, at most `limit`: beyond that they are conflated, and where that
 * does not make room they are let go and read from the log again when the subscriber is back.
 */
export class SubscriberQueue {
  readonly #limit: number;
  readonly #onClose: () => void;
  #waiting: Entry[] = [];
  #lag: Lag | undefined;
  #taker: ((next: Entry | Lag | undefined) => void) | undefined;
  #closed = false;

  constructor(limit: number, onClose: () => void) {
    this.#limit = limit;
    this.#onClose = onClose;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** How many entries it holds. */
  get size(): number {
    return this.#waiting.length;
  }

  push(entry: Entry): void {
    if (this.#closed || this.#lag) return;
    const taker = this.#taker;
    if (taker) {
      this.#taker = undefined;
      taker(entry);
      return;
    }
    this.#waiting.push(entry);
    if (this.#waiting.length <= this.#limit) return;
    const first = this.#waiting[0]?.position ?? entry.position;
    this.#waiting = [...conflate(this.#waiting)];
    // Half is kept free, so that conflating pays for itself.
    if (this.#waiting.length <= this.#limit / 2) return;
    this.#waiting = [];
    this.#lag = { lagsFrom: first - 1 };
  }

  /** The next entry; a lag once; undefined when the queue is closed. One taker at a time. */
  take(): Promise<Entry | Lag | undefined> {
    const next = this.#closed ? undefined : (this.#waiting.shift() ?? this.#lag);
    if (next === this.#lag) this.#lag = undefined;
    if (next || this.#closed) return Promise.resolve(next);
    return new Promise((resolve) => {
      this.#taker = resolve;
    });
  }

  /** Ends it at once, for a taker that waits too. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = [];
    this.#taker?.(undefined);
    this.#taker = undefined;
    this.#onClose();
  }
}
