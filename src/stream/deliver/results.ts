import type { ExecutionResult } from 'graphql';
import type { Sink } from '../../ports.ts';

type Next = IteratorResult<ExecutionResult, undefined>;

/** How many results wait to be taken before their reader counts as slow. */
const QUEUE = 16;

const DONE: Next = { done: true, value: undefined };

/**
 * A subscription's results as GraphQL's transports take them: an iterator over what is written here. It is empty
 * where the transport takes results by a sink of its own, and then only tells the end. `return()` settles at once.
 */
export class Results implements Sink, AsyncIterableIterator<ExecutionResult, undefined, void> {
  readonly #waiting: ExecutionResult[] = [];
  readonly #onReturn: () => void;
  #taker: PromiseWithResolvers<Next> | undefined;
  #drained: PromiseWithResolvers<void> | undefined;
  #end: { readonly error: unknown } | 'over' | undefined;

  /** @param onReturn is told that the reader wants no more */
  constructor(onReturn: () => void) {
    this.#onReturn = onReturn;
  }

  /** How many results wait to be read. */
  get size(): number {
    return this.#waiting.length;
  }

  get free(): boolean {
    return this.#waiting.length < QUEUE;
  }

  write(value: ExecutionResult): void {
    if (this.#end) return;
    if (!this.#taker) this.#waiting.push(value);
    else this.#answer(({ resolve }) => resolve({ done: false, value }));
  }

  async drained(): Promise<void> {
    if (this.#waiting.length === 0) return;
    this.#drained ??= Promise.withResolvers();
    await this.#drained.promise;
  }

  /** Says that nothing follows. */
  close(): void {
    this.#end ??= 'over';
    this.#answer(({ resolve }) => resolve(DONE));
  }

  /** Says that nothing follows because of an error, which the reader is told. */
  fail(error: unknown): void {
    if (this.#end) return;
    this.#end = this.#taker ? 'over' : { error };
    this.#answer(({ reject }) => reject(error));
  }

  /** One at a time. */
  async next(): Promise<Next> {
    const value = this.#waiting.shift();
    if (this.#waiting.length === 0) {
      this.#drained?.resolve();
      this.#drained = undefined;
    }
    if (value) return { done: false, value };
    const end = this.#end;
    if (end === 'over') return DONE;
    if (end) {
      this.#end = 'over';
      throw end.error;
    }
    this.#taker = Promise.withResolvers();
    return this.#taker.promise;
  }

  async return(): Promise<Next> {
    this.#waiting.length = 0;
    this.#drained?.resolve();
    this.close();
    this.#onReturn();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #answer(give: (taker: PromiseWithResolvers<Next>) => void): void {
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker) give(taker);
  }
}
