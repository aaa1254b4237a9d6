import type { ExecutionResult } from 'graphql';
import type { Sink } from '../../ports.ts';
import type { Entry } from '../log/log.ts';
import { beginningOf } from './subscriber-queue.ts';
import { GONE } from './tail.ts';

/** Somebody who receives the same results as others. */
export interface Subscriber {
  readonly sink: Sink;
  /** Everything up to here has been told. */
  readonly position: number;
  /** What an entry tells this one, who was told something else before; undefined when it says nothing new. */
  readonly see: (entry: Entry) => Entry | undefined;
  readonly cancellation: Cancellation;
}

/** The end of one subscriber, which one at a time waits for: an abort signal that holds nothing more. */
export class Cancellation {
  #cancelled = false;
  #listener: (() => void) | undefined;

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Calls when it comes, in place of who waited before; at once when it has come. */
  listen(listener: (() => void) | undefined): void {
    if (this.#cancelled) listener?.();
    else this.#listener = listener;
  }

  /** Ends the subscriber. */
  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#listener?.();
    this.#listener = undefined;
  }
}

/**
 * Why somebody is told alone again: they did not read, or more was told before they came, and stand at `at`; or
 * the log goes on without them; or it is over.
 */
export type Departure = { readonly at: number; readonly slow: boolean } | typeof GONE | 'over';

/** What a broadcast is made of. */
export interface BroadcastOptions {
  /** The entries behind the position, those that come included. */
  readonly entries: AsyncIterableIterator<Entry | typeof GONE, void, void>;
  readonly position: number;
  /** Makes what is told of an entry; the signal aborts when nobody is left. */
  readonly execute: (entry: Entry, signal: AbortSignal) => ExecutionResult | PromiseLike<ExecutionResult>;
  /** Is told at once that nobody is left. */
  readonly onEnd: () => void;
}

interface Member extends Omit<Subscriber, 'position' | 'cancellation'> {
  position: number;
  readonly settle: (departure: Departure | PromiseLike<Departure>) => void;
}

/**
 * Subscribers who are told the very same: each entry is executed once and its result written to all of them.
 * Nobody waits for anybody: who does not read leaves, and is told alone from where they stand.
 */
export class Broadcast {
  readonly #options: BroadcastOptions;
  readonly #members = new Set<Member>();
  readonly #abort = new AbortController();
  #position: number;

  constructor(options: BroadcastOptions) {
    this.#options = options;
    this.#position = options.position;
    void this.#run();
  }

  /** How many are told together. */
  get size(): number {
    return this.#members.size;
  }

  /** Tells one more, until they leave. Rejects when the entries cannot be read any more. */
  join({ position, cancellation, sink, see }: Subscriber): Promise<Departure> {
    if (cancellation.cancelled) return Promise.resolve('over');
    // Entries between were told already: they are in the log.
    if (position < this.#position) return Promise.resolve({ at: position, slow: false });
    return new Promise((resolve) => {
      const settle: Member['settle'] = (departure) => {
        cancellation.listen(undefined);
        resolve(departure);
      };
      const member: Member = { sink, see, position, settle };
      this.#members.add(member);
      cancellation.listen(() => {
        resolve('over');
        this.#remove(member);
      });
    });
  }

  async #run(): Promise<void> {
    const { entries, execute } = this.#options;
    let departure: Departure | Promise<never> = 'over';
    try {
      for await (const entry of entries) {
        if (entry === GONE) {
          departure = GONE;
          break;
        }
        const results = new Map<Entry['previous'], ExecutionResult>();
        for (const [previous, seen] of this.#tellings(entry)) {
          results.set(previous, await execute(seen, this.#abort.signal));
        }
        this.#publish(entry, results);
      }
    } catch (error) {
      departure = Promise.reject(error);
      departure.catch(() => {});
    }
    for (const member of this.#members) {
      this.#remove(member);
      member.settle(departure);
    }
  }

  /** What the entry is to those who wait for it, by the status that they were told before: mostly one and the same. */
  #tellings(entry: Entry): ReadonlyMap<Entry['previous'], Entry> {
    const tellings = new Map<Entry['previous'], Entry>();
    for (const { position, see } of this.#members) {
      const seen = position < entry.position ? see(entry) : undefined;
      if (seen && !tellings.has(seen.previous)) tellings.set(seen.previous, seen);
    }
    return tellings;
  }

  #publish(entry: Entry, results: ReadonlyMap<Entry['previous'], ExecutionResult>): void {
    this.#position = entry.position;
    for (const member of this.#members) {
      const { sink, see, settle, position: at } = member;
      if (entry.position <= at) continue;
      if (!sink.free) {
        this.#remove(member);
        void sink.drained().then(() => settle({ at, slow: true }));
        continue;
      }
      // It stands for others as well, some of which this one was told before they came.
      if (beginningOf(entry) <= at) {
        this.#remove(member);
        settle({ at, slow: false });
        continue;
      }
      const seen = see(entry);
      const result = seen && results.get(seen.previous);
      // Who came meanwhile may have been told something else before than all others.
      if (seen && !result) {
        this.#remove(member);
        settle({ at, slow: false });
        continue;
      }
      member.position = entry.position;
      if (result) sink.write(result);
    }
  }

  #remove(member: Member): void {
    if (!this.#members.delete(member) || this.#members.size > 0) return;
    this.#options.onEnd();
    this.#abort.abort();
    void this.#options.entries.return?.();
  }
}
