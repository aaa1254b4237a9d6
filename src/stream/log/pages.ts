import { LRUCache } from 'lru-cache';
import type { Entry, Log } from './log.ts';

/** How many entries a page has at the most: reading one takes less than a few milliseconds. */
const PAGE = 100;

/** How many of the newest entries are kept in memory: whoever is nearly up to date needs no look into the store. */
const NEWEST = 4096;

/** How many older pages are kept: those who resume from about the same place read the same ones. */
const OLDER = 64;

/** Entries that follow one another without a hole, as they stand in the log. */
export interface RawPage {
  readonly entries: readonly Entry[];
  /** True when nothing was behind them. */
  readonly end: boolean;
}

/** The log by pages. Everybody who reads the same page gets the same objects, which later work can hang on. */
export class Pages {
  readonly #log: Pick<Log, 'read'>;
  readonly #older = new LRUCache<number, Promise<RawPage | undefined>>({ max: OLDER });
  /** Without a hole. */
  #newest: Entry[] = [];

  readonly #kept: number;

  /** @param bound how many entries the log keeps: no more than that are kept here */
  constructor(log: Pick<Log, 'read'>, bound = NEWEST) {
    this.#log = log;
    this.#kept = Math.min(NEWEST, bound);
  }

  /** Position of the newest entry that was added; 0 before the first. */
  get newest(): number {
    return this.#newest.at(-1)?.position ?? 0;
  }

  /** Takes in what has just been written. */
  add(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.position !== this.newest + 1) this.#newest = [];
      this.#newest.push(entry);
    }
    // Seldom, because everything moves.
    if (this.#newest.length > this.#kept + NEWEST) this.#newest = this.#newest.slice(-this.#kept);
  }

  /** Forgets everything: the log is another one, or has lost what is known here. */
  clear(): void {
    this.#newest = [];
    this.#older.clear();
  }

  /**
   * The entries behind a position, up to a hole if there is one.
   *
   * @returns undefined when the entry right behind it has gone, or the position was never reached
   */
  async after(position: number): Promise<RawPage | undefined> {
    const kept = Math.min(this.#newest.length, this.#kept);
    const start = this.#newest.length - (this.newest - position);
    if (kept === 0 || position > this.newest || start < this.#newest.length - kept) {
      return this.#stored(position);
    }
    const entries = this.#newest.slice(start, start + PAGE);
    return { entries, end: start + entries.length === this.#newest.length };
  }

  #stored(position: number): Promise<RawPage | undefined> {
    const known = this.#older.get(position);
    if (known) return known;
    // Pages end at multiples of their size, so that those who begin in between come to read the same ones.
    const limit = PAGE - (position % PAGE);
    const page = this.#read(position, limit).then(
      (found) => {
        // Only a full page stays what it is.
        if (found?.entries.length !== limit) this.#older.delete(position);
        return found;
      },
      (error) => {
        this.#older.delete(position);
        throw error;
      },
    );
    this.#older.set(position, page);
    return page;
  }

  async #read(position: number, limit: number): Promise<RawPage | undefined> {
    const rows = await this.#log.read(position, limit);
    if (!rows) return undefined;
    const hole = rows.findIndex((row, index) => row.follows !== (rows[index - 1]?.position ?? position));
    if (hole === 0) return undefined;
    const entries = hole < 0 ? rows : rows.slice(0, hole);
    return { entries, end: hole < 0 && rows.length < limit };
  }
}
