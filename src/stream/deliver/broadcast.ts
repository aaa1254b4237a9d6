import { setTimeout as pause } from 'node:timers/promises';
import type { ExecutionResult } from 'graphql';
import type { LRUCache } from 'lru-cache';
import type { Entry } from '../log/log.ts';
import type { StatusLog } from '../log/status-log.ts';
import { beginningOf, conflate } from './conflate.ts';
import type { Follower, Interest, PubSub, View } from './pub-sub.ts';
import type { Dismissal, Subscriber } from './subscriber.ts';
import type { TimeSlices, Turns } from './time-slices.ts';

/** How many entries may wait before only the newest of each message is told. */
const MOST_WAITING = 256;

/** How many entries are looked through for the newest of each message. */
const CONFLATED = 5000;

/** How far behind a pass somebody may be told from and still join it, in entries: they wait until it is there. */
const NEAR = 2000;

/** How long a pass that has far to go waits for others who resume from the same place, in milliseconds. */
const GATHER_MS = 20;

/** How long a pass that lies back waits for those who have much to read, in milliseconds. */
const PATIENCE_MS = 50;

/** What a broadcast is made of. */
export interface BroadcastOptions {
  readonly statusLog: StatusLog;
  readonly pubSub: PubSub;
  readonly interest: Interest | undefined;
  readonly view: View;
  /** Makes what is told of an entry; the signal aborts when nobody is left who waits for it. */
  readonly execute: (entry: Entry, signal: AbortSignal) => ExecutionResult | PromiseLike<ExecutionResult>;
  /** What has been told lately by passes that lie back, of all broadcasts. */
  readonly results: LRUCache<string, ExecutionResult>;
  /** Shared by all broadcasts, so that together they leave time for everything else. */
  readonly slices: TimeSlices;
  /** Bounds how many of all broadcasts' passes that lie back are at work at once. */
  readonly turns: Turns;
  /** Is told at once that nobody is left. */
  readonly onEmpty: () => void;
}

/**
 * Everybody who is told the very same. They go through the log in passes: one pass has reached its end and waits
 * there for what comes; others are still on their way, with those who resumed, or who did not read for a while.
 * A pass that reaches the end hands its subscribers over to the one that waits there.
 */
export class Broadcast implements Follower {
  static #count = 0;
  /** Tells broadcasts apart. */
  readonly number = ++Broadcast.#count;
  readonly options: BroadcastOptions;
  readonly #passes = new Set<Pass>();
  readonly #close: () => void;
  /** The pass at the end of the log. */
  live: Pass | undefined;

  constructor(options: BroadcastOptions) {
    this.options = options;
    this.#close = options.pubSub.open(options.interest, this);
  }

  /** How many are told. */
  get size(): number {
    let size = 0;
    for (const pass of this.#passes) size += pass.size;
    return size;
  }

  /** True when more than one pass is on its way. */
  get hasPasses(): boolean {
    return this.#passes.size > 1;
  }

  /** Tells one more from their position on, until they are dismissed. */
  join(subscriber: Subscriber): void {
    for (const pass of this.#passes) {
      if (!pass.takes(subscriber)) continue;
      pass.add(subscriber);
      return;
    }
    const pass = new Pass(this, subscriber);
    this.#passes.add(pass);
    void pass.run();
  }

  announce(position: number, unbrokenSince: number): void {
    this.live?.wake(position, unbrokenSince);
  }

  lose(): void {
    for (const pass of [...this.#passes]) pass.dismissAll('gone');
  }

  end(): void {
    for (const pass of [...this.#passes]) pass.dismissAll('over');
  }

  /** A pass has nobody left. */
  ended(pass: Pass): void {
    this.#passes.delete(pass);
    if (this.live === pass) this.live = undefined;
    if (this.#passes.size > 0) return;
    this.#close();
    this.options.onEmpty();
  }
}

/** Subscribers who go through the log together: each entry is executed once and its result written to all of them. */
class Pass {
  readonly #broadcast: Broadcast;
  readonly #members = new Set<Subscriber>();
  readonly #abort = new AbortController();
  /** True for somebody who did not read: they are told the newest of each message alone. */
  readonly #conflates: boolean;
  /** Everything up to here has been told. */
  #position: number;
  #ended = false;
  /** Ends the wait at the end of the log. */
  #awake: (() => void) | undefined;
  /** True when something was announced since the log was read. */
  #announced = false;

  constructor(broadcast: Broadcast, first: Subscriber) {
    this.#broadcast = broadcast;
    this.#position = first.position;
    this.#conflates = first.late;
    this.add(first);
  }

  get size(): number {
    return this.#members.size;
  }

  /** True when it can tell the subscriber all that they lack, and soon. */
  takes({ position, late }: Subscriber): boolean {
    const ahead = position - this.#position;
    return !this.#ended && !late && !this.#conflates && ahead >= 0 && (this.#isLive || ahead <= NEAR);
  }

  add(subscriber: Subscriber): void {
    this.#members.add(subscriber);
    subscriber.entered(this);
  }

  /** Lets go of one, who is no longer told. */
  remove(subscriber: Subscriber): void {
    if (this.#members.delete(subscriber) && this.#members.size === 0) this.#end();
  }

  dismissAll(why: 'over' | 'gone'): void {
    for (const subscriber of this.#members) this.#dismiss(subscriber, why);
  }

  /** Something was written at a position. */
  wake(position: number, unbrokenSince: number): void {
    this.#announced = true;
    const awake = this.#awake;
    if (!awake) return;
    this.#awake = undefined;
    // What lies between was announced, and was not for this broadcast.
    if (this.#position >= unbrokenSince) this.#position = Math.max(this.#position, position - 1);
    awake();
  }

  /** Goes through the log until nobody is left. It never rejects. */
  async run(): Promise<void> {
    const { turns } = this.#broadcast.options;
    try {
      let gathered = false;
      while (!this.#ended) {
        this.#announced = false;
        const waiting = await this.#read();
        if (this.#ended) return;
        if (!waiting) return this.dismissAll('gone');
        if (waiting.position === this.#position) {
          await this.#settle();
        } else if (this.#isLive) {
          await this.#tell(waiting);
        } else {
          if (!gathered && waiting.more) {
            await pause(GATHER_MS);
          }
          gathered = true;
          await turns.run(() => this.#tell(waiting));
        }
      }
    } catch (error) {
      for (const subscriber of this.#members) {
        this.remove(subscriber);
        subscriber.failed(error);
      }
    }
  }

  get #isLive(): boolean {
    return this.#broadcast.live === this;
  }

  /** The entries that are to be told next; undefined when some of them have gone from the log. */
  async #read(): Promise<Waiting | undefined> {
    const { statusLog, interest, view, slices } = this.#broadcast.options;
    const first = await statusLog.page(this.#position, interest, view);
    if (!first) return undefined;
    const { end } = first;
    const lags = this.#isLive && statusLog.newest - this.#position > MOST_WAITING;
    if (!this.#conflates && !lags) return { ...first, more: !end };
    const entries = [...first.entries];
    let page = first;
    while (!page.end && page.position - this.#position < CONFLATED) {
      if (slices.over) await slices.next();
      const next = await statusLog.page(page.position, interest, view);
      if (!next) break;
      entries.push(...next.entries);
      page = next;
    }
    return { entries: conflate(entries), position: page.position, more: false };
  }

  /** Has come to the end of the log: waits there, or hands everybody over to the pass that does. */
  async #settle(): Promise<void> {
    const broadcast = this.#broadcast;
    const { live } = broadcast;
    if (!live) {
      // Looks once more, because from now on it is told what comes.
      broadcast.live = this;
    } else if (live !== this) {
      if (live.#position > this.#position) {
        // It has told of what the log does not show here: not yet, or no more where its end was lost. To look again at
        // once would keep everybody waiting, and with them whoever brings it.
        await pause(GATHER_MS);
        return;
      }
      for (const subscriber of this.#members) {
        this.#members.delete(subscriber);
        subscriber.position = this.#position;
        subscriber.late = false;
        live.add(subscriber);
      }
      this.#end();
    } else if (!this.#announced) {
      await new Promise<void>((resolve) => {
        this.#awake = resolve;
      });
    }
  }

  async #tell({ entries, position }: Waiting): Promise<void> {
    const { slices } = this.#broadcast.options;
    for (const entry of entries) {
      if (slices.over) await slices.next();
      if (this.#ended) return;
      const results = new Map<Entry['previous'], ExecutionResult>();
      for (const [previous, seen] of this.#tellings(entry)) results.set(previous, await this.#resultOf(seen));
      this.#write(entry, results);
      // Whoever resumes is owed every entry, and is sent them faster than anybody reads.
      if (!this.#isLive) await this.#drained();
    }
    this.#position = position;
  }

  /** What is told of an entry; passes that lie back share it, whichever of them comes first. */
  async #resultOf(entry: Entry): Promise<ExecutionResult> {
    const broadcast = this.#broadcast;
    const { execute, results, statusLog } = broadcast.options;
    // One that stands for others tells another `previous`.
    if (this.#isLive || beginningOf(entry) !== entry.position) return execute(entry, this.#abort.signal);
    const key = `${broadcast.number} ${statusLog.epoch} ${entry.position} ${entry.previous}`;
    const known = results.get(key);
    if (known) return known;
    const result = await execute(entry, this.#abort.signal);
    if (!this.#ended && broadcast.hasPasses) results.set(key, result);
    return result;
  }

  /** Gives those who have much to read a moment to read it. */
  async #drained(): Promise<void> {
    const busy = [...this.#members].filter(({ sink }) => !sink.free);
    if (busy.length === 0) return;
    const patience = new AbortController();
    await Promise.race([
      Promise.all(busy.map(({ sink }) => sink.drained())),
      pause(PATIENCE_MS, undefined, patience).catch(() => {}),
    ]);
    patience.abort();
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

  #write(entry: Entry, results: ReadonlyMap<Entry['previous'], ExecutionResult>): void {
    this.#position = entry.position;
    for (const subscriber of this.#members) {
      const { sink, position } = subscriber;
      if (entry.position <= position) continue;
      if (!sink.free) this.#dismiss(subscriber, this.#isLive || this.#conflates ? 'slow' : 'busy');
      // The entry stands for others as well, some of which this one was told before they came.
      else if (beginningOf(entry) <= position) this.#dismiss(subscriber, 'apart');
      else {
        const seen = subscriber.see(entry);
        const result = seen && results.get(seen.previous);
        // Who came meanwhile may have been told something else before than all others.
        if (seen && !result) {
          this.#dismiss(subscriber, 'apart');
          continue;
        }
        subscriber.position = entry.position;
        if (result) sink.write(result);
      }
    }
  }

  #dismiss(subscriber: Subscriber, why: Dismissal): void {
    this.remove(subscriber);
    subscriber.dismissed(why);
  }

  #end(): void {
    this.#ended = true;
    this.#abort.abort();
    this.#awake?.();
    this.#broadcast.ended(this);
  }
}

/** Entries to be told, and the position that is reached when they have been. */
interface Waiting {
  readonly entries: readonly Entry[];
  readonly position: number;
  /** True when the log has more behind them. */
  readonly more: boolean;
}
