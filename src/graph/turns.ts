import { createContextCache } from '@pothos/core';
import { type Context, OutOfTimeError } from '../context.ts';

/** For how long rows are gone through before others have their turn, in milliseconds. */
const SLICE_MS = 8;

/** A list of no more rows than this is gone through at once. */
const AT_ONCE = 20;

/** Longer lists are gone through at once too while they have no more rows than this altogether between two turns. */
const BETWEEN_TURNS = 250;

/** How many rows of longer lists have been gone through at once since others had their turn. */
let passed = 0;

const startCounting = (): void => {
  passed = 0;
};

/** True for a list that need not be gone through in turns. A row takes some ten microseconds. */
const isShort = (count: number): boolean => {
  if (count <= AT_ONCE) return true;
  if (passed + count > BETWEEN_TURNS) return false;
  if (passed === 0) setImmediate(startCounting);
  passed += count;
  return true;
};

/** When the running slice began. */
let begun = 0;

const waiting: (() => void)[] = [];

const isOver = (): boolean => performance.now() - begun > SLICE_MS;

/** Resolves when whatever else waits has had its turn: requests, sockets, timers, and other lists, one a round. */
const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(begin);
  });

const begin = (): void => {
  begun = performance.now();
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(begin);
};

/** The lists of one operation that are being gone through, and what waits until they have been. */
interface Lists {
  open: number;
  readonly after: (() => void)[];
}

const listsOf = createContextCache((): Lists => ({ open: 0, after: [] }));

/** When everything that is under way without waiting for anything has been done. */
const soon = (act: () => void): void => {
  void Promise.resolve().then(() => process.nextTick(act));
};

/**
 * Acts when the operation is not in the middle of a list: what all of its rows ask for is then known, also where
 * others had their turn in between.
 */
export const afterLists = (context: Context, act: () => void): void => {
  const lists = listsOf(context);
  soon(() => {
    if (lists.open === 0) act();
    else lists.after.push(act);
  });
};

/**
 * The rows of a list, gone through in turns so that a long one keeps nobody else waiting. They end when the
 * operation's time is over or its client has gone.
 */
export const inTurns = <Row>(rows: readonly Row[], context: Context): Iterable<Row> | AsyncIterable<Row> =>
  isShort(rows.length) ? rows : new Turns(rows, context);

class Turns<Row> implements AsyncIterableIterator<Row, undefined, void> {
  readonly #rows: readonly Row[];
  readonly #context: Context;
  #next = 0;
  #open = false;

  constructor(rows: readonly Row[], context: Context) {
    this.#rows = rows;
    this.#context = context;
  }

  [Symbol.asyncIterator](): this {
    if (!this.#open) listsOf(this.#context).open++;
    this.#open = true;
    return this;
  }

  async next(): Promise<IteratorResult<Row, undefined>> {
    if (isOver()) {
      await nextTurn();
      this.#check();
    }
    if (this.#next >= this.#rows.length) return this.return();
    return { done: false, value: this.#rows[this.#next++] as Row };
  }

  async return(): Promise<IteratorResult<Row, undefined>> {
    if (this.#open) {
      this.#open = false;
      const lists = listsOf(this.#context);
      lists.open--;
      if (lists.open === 0 && lists.after.length > 0) {
        for (const act of lists.after.splice(0)) afterLists(this.#context, act);
      }
    }
    return { done: true, value: undefined };
  }

  #check(): void {
    const { signal, deadline } = this.#context;
    if (!signal?.aborted && performance.now() < deadline) return;
    void this.return();
    throw signal?.aborted ? signal.reason : new OutOfTimeError();
  }
}
