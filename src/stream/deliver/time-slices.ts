/** How long work goes on before everything else in the process has its turn, in milliseconds. */
const SLICE_MS = 5;

/**
 * Shares the one thread between all who work through the log and everything else: after a few milliseconds of
 * work, whoever is at it waits until the event loop has gone round, and then they go on one after the other, a
 * slice for each round.
 */
export class TimeSlices {
  readonly #waiting: (() => void)[] = [];
  #until = 0;
  #open = false;

  /** True when the present slice is over: then `next` must be awaited. */
  get over(): boolean {
    if (!this.#open) this.#begin();
    return performance.now() >= this.#until;
  }

  /** Resolves with a slice of one's own. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setImmediate(this.#resume);
    });
  }

  readonly #resume = (): void => {
    const resolve = this.#waiting.shift();
    this.#begin();
    resolve?.();
    if (this.#waiting.length > 0) setImmediate(this.#resume);
  };

  #begin(): void {
    this.#open = true;
    this.#until = performance.now() + SLICE_MS;
    setImmediate(this.#end);
  }

  readonly #end = (): void => {
    this.#open = false;
  };
}

/** Lets so many work at once; the others wait in the order in which they came. */
export class Turns {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#taken += 1;
    try {
      return await work();
    } finally {
      // Whoever is next takes over the place.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#taken -= 1;
    }
  }
}
