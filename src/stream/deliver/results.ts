import type { ExecutionResult } from 'graphql';
import type { Sink } from '../../ports.ts';

type Next = IteratorResult<ExecutionResult, undefined>;

/** Somebody who waits for the next result. */
interface Taker {
  readonly resolve: (next: Next) => void;
  readonly reject: (error: unknown) => void;
}

/** How many results wait to be taken before their reader counts as slow. */
const QUEUE = 16;

const DONE: Next = { done: true, value: undefined };

/**
 * What one subscriber is told: the events of a source, each executed when it is asked for, and between them
 * what is written here for many. `return()` settles at once.
 */
export class Results implements Sink, AsyncIterableIterator<ExecutionResult, undefined, void> {
  readonly #waiting: ((taker: Taker) => void)[] = [];
  readonly #nextOfSource: () => Promise<Next>;
  readonly #stop: () => unknown;
  #taker: Taker | undefined;
  #asked = false;
  #ended = false;
  #drained: PromiseWithResolvers<void> | undefined;

  /**
   * @param tell gives the next result of the source
   * @param stop lets go of the source
   */
  constructor(tell: () => Promise<Next>, stop: () => unknown) {
    this.#nextOfSource = tell;
    this.#stop = stop;
  }

  get free(): boolean {
    return this.#waiting.length < QUEUE;
  }

  write(value: ExecutionResult): void {
    this.#offer(({ resolve }) => resolve({ done: false, value }));
  }

  async drained(): Promise<void> {
    if (this.#waiting.length === 0) return;
    this.#drained ??= Promise.withResolvers();
    await this.#drained.promise;
  }

  /** One at a time. */
  next(): Promise<Next> {
    if (this.#ended) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#taker = { resolve, reject };
      this.#hand();
      if (!this.#taker || this.#asked) return;
      this.#asked = true;
      this.#nextOfSource().then(
        (next) => this.#answer((taker) => taker.resolve(next)),
        (error) => this.#answer((taker) => taker.reject(error)),
      );
    });
  }

  async return(): Promise<Next> {
    if (this.#ended) return DONE;
    this.#ended = true;
    this.#waiting.length = 0;
    this.#taker?.resolve(DONE);
    this.#taker = undefined;
    this.#drained?.resolve();
    this.#stop();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #answer(give: (taker: Taker) => void): void {
    this.#asked = false;
    this.#offer(give);
  }

  #offer(give: (taker: Taker) => void): void {
    if (this.#ended) return;
    this.#waiting.push(give);
    this.#hand();
  }

  #hand(): void {
    if (!this.#taker) return;
    const give = this.#waiting.shift();
    if (!give) return;
    const taker = this.#taker;
    this.#taker = undefined;
    give(taker);
    if (this.#waiting.length > 0) return;
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}
