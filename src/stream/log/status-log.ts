import type { Services } from '../../context.ts';
import type { Changes, MessageChange, Standing } from '../../ports.ts';
import { StoreError } from '../../store/store-error.ts';
import { covers, type Interest, type PubSub, type View } from '../deliver/pub-sub.ts';
import { stoppable } from '../deliver/stoppable.ts';
import { type GONE, PAGE, tail } from '../deliver/tail.ts';
import { type Entry, type Log, SERVICE, type State } from './log.ts';
import { furthest } from './transition.ts';

/** What happened to messages, written and handed on: the log and its subscribers as one. */
export class StatusLog implements Changes {
  readonly #log: Log;
  readonly #pubSub: PubSub;
  readonly #warn: Services['warn'];

  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;

  constructor(log: Log, pubSub: PubSub, warn: Services['warn'] = () => {}, now: () => number = Date.now) {
    this.#log = log;
    this.#pubSub = pubSub;
    this.#warn = warn;
    this.now = now;
    log.follow((entries) => pubSub.publish(entries));
  }

  get epoch(): string {
    return this.#log.epoch;
  }

  async record(changes: readonly MessageChange[]): Promise<void> {
    await this.append(changes);
  }

  /** Like `record`, and tells which changes were news. */
  async append(changes: readonly MessageChange[]): Promise<readonly Entry[]> {
    return changes.length === 0 ? [] : this.#log.append(changes);
  }

  /** Remembers what a reading told, so that nothing told later falls below it. */
  async observe(readings: readonly MessageChange[]): Promise<void> {
    if (readings.length > 0) await this.#log.observe(readings);
  }

  /** A store that cannot be read knows nothing: the query goes on with what the upstream says. */
  async seen(ids: readonly string[], audience: string): Promise<ReadonlyMap<string, Standing>> {
    try {
      return await this.states(ids, audience);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#warn('statuses seen before are not known', { error: String(error) });
      return new Map();
    }
  }

  /** How far each message has come, as far as the audience may know. */
  async states(ids: readonly string[], audience: string): Promise<ReadonlyMap<string, State>> {
    if (ids.length === 0) return new Map();
    return furthest(await this.#log.states(ids, [...new Set([SERVICE, audience])]));
  }

  /** Position of the last entry. */
  head(): Promise<number> {
    return this.#log.head();
  }

  /** True while every entry behind the position is there. */
  async reaches(position: number): Promise<boolean> {
    return (await this.#log.read(position, 1)) !== undefined;
  }

  /**
   * A page of the entries behind a position, as the view has them, and the position that it reaches: the same
   * one at the log's end.
   *
   * @returns undefined when entries behind the position have gone
   */
  async page(
    after: number,
    interest: Interest | undefined,
    view: View,
  ): Promise<{ readonly entries: readonly Entry[]; readonly position: number } | undefined> {
    const page = await this.#log.read(after, PAGE);
    return (
      page && {
        entries: page.flatMap((entry) => (covers(interest, entry) && view(entry)) || []),
        position: page.at(-1)?.position ?? after,
      }
    );
  }

  /** The entries behind a position up to another, as the view has them; none where they have gone. */
  async between(after: number, until: number, interest: Interest | undefined, view: View): Promise<Entry[]> {
    const found: Entry[] = [];
    let position = after;
    while (position < until) {
      const page = await this.#log.read(position, Math.min(PAGE, until - position));
      if (!page || page.length === 0) break;
      found.push(...page.flatMap((entry) => (covers(interest, entry) && view(entry)) || []));
      position = page.at(-1)?.position ?? until;
    }
    return found;
  }

  /** Every entry behind a position, those that come included, until `return()` or the signal. */
  follow(
    interest: Interest | undefined,
    view: View,
    after: number,
    signal?: AbortSignal,
  ): AsyncIterableIterator<Entry | typeof GONE, void, void> {
    const queue = this.#pubSub.open(interest, view);
    return stoppable(tail(this.#log, queue, interest, view, after), () => queue.close(), signal);
  }
}
