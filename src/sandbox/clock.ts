const MINUTE = 60_000;

/** The sandbox's time: starts at a given moment and runs on at the real pace. */
export class Clock {
  readonly start: number;
  readonly #origin = performance.now();
  #last = 0;

  constructor(start: Date) {
    this.start = start.getTime();
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.start + Math.floor(performance.now() - this.#origin);
  }

  /** The present as RFC 3339 text, later than any stamp before: rows that are made in a row keep their order. */
  stamp(): string {
    this.#last = Math.max(this.now(), this.#last + 1);
    return new Date(this.#last).toISOString();
  }

  /** The moment this number of minutes before the start, as RFC 3339 text. */
  ago(minutes: number): string {
    return new Date(this.start - Math.round(minutes * MINUTE)).toISOString();
  }
}
