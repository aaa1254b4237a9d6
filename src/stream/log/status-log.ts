import type { Services } from '../../context.ts';
import type { Changes, MessageChange, Standing } from '../../ports.ts';
import { StoreError } from '../../store/store-error.ts';
import { covers, type Interest, type PubSub, type View } from '../deliver/pub-sub.ts';
import { type Entry, type Log, SERVICE, type State } from './log.ts';
import { Pages } from './pages.ts';
import { furthest } from './transition.ts';

/** What happened to messages, written and handed on: the log and its subscribers as one. */
export class StatusLog implements Changes {
  readonly #log: Log;
  readonly #pages: Pages;
  readonly #warn: Services['warn'];

  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;

  /** @param bound how many entries the log keeps */
  constructor(
    log: Log,
    pubSub: PubSub,
    warn: Services['warn'] = () => {},
    bound?: number,
    now: () => number = Date.now,
  ) {
    this.now = now;
    this.#log = log;
    this.#pages = new Pages(log, bound);
    this.#warn = warn;
    log.follow(
      (entries) => {
        this.#pages.add(entries);
        pubSub.publish(entries);
      },
      () => {
        this.#pages.clear();
        pubSub.lose();
      },
    );
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
      return this.#unknown(error);
    }
  }

  seenNow(ids: readonly string[], audience: string): ReadonlyMap<string, State> | undefined {
    const { statesNow } = this.#log;
    try {
      return statesNow && furthest(statesNow(ids, [...new Set([SERVICE, audience])]));
    } catch (error) {
      return this.#unknown(error);
    }
  }

  #unknown(error: unknown): ReadonlyMap<string, State> {
    if (!(error instanceof StoreError)) throw error;
    this.#warn('statuses seen before are not known', { error: String(error) });
    return new Map();
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
    return (await this.#pages.after(position)) !== undefined;
  }

  /** Position of the newest entry that has been announced here; 0 before the first. */
  get newest(): number {
    return this.#pages.newest;
  }

  /**
   * A page of the entries behind a position, as the view has them, and the position that it reaches: the same
   * one at the log's end.
   *
   * @returns undefined when entries behind the position have gone
   */
  async page(after: number, interest: Interest | undefined, view: View): Promise<Page | undefined> {
    const page = await this.#pages.after(after);
    return (
      page && {
        entries: page.entries.flatMap((entry) => (covers(interest, entry) && view(entry)) || []),
        position: page.entries.at(-1)?.position ?? after,
        end: page.end,
      }
    );
  }

  /**
   * The entries behind a position up to another, as the view has them.
   *
   * @returns undefined when some of them have gone
   */
  async between(
    after: number,
    until: number,
    interest: Interest | undefined,
    view: View,
  ): Promise<Entry[] | undefined> {
    const found: Entry[] = [];
    let position = after;
    while (position < until) {
      const page = await this.page(position, interest, view);
      if (!page || page.position === position) return undefined;
      found.push(...page.entries.filter((entry) => entry.position <= until));
      ({ position } = page);
    }
    return found;
  }
}

/** Some of the entries behind a position, in order. */
export interface Page {
  readonly entries: readonly Entry[];
  /** The position that the page reaches, for entries too that are not in it. */
  readonly position: number;
  /** True when nothing was behind it. */
  readonly end: boolean;
}
