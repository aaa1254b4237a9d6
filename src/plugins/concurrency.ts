import { type ExecutionArgs, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Caller, Context } from '../context.ts';
import { TooManyError } from '../graph/errors.ts';
import { located } from './caller-quota.ts';

/** How many operations run at once, and how many more may wait, of one caller and of all. */
export const CONCURRENCY = { perCaller: 64, all: 256, waitingPerCaller: 512, waiting: 4096 } as const;

/** After how many seconds it is worth trying again. */
const RETRY_AFTER_S = 1;

/** The bounds of `FairSlots`. */
export type ConcurrencyBounds = { readonly [Name in keyof typeof CONCURRENCY]: number };

/** Somebody who waits for a slot. */
interface Waiting {
  readonly admit: () => void;
}

/** What one caller has running and waiting. */
interface OfCaller {
  /** How many may run at once. */
  readonly most: number;
  running: number;
  readonly waiting: Set<Waiting>;
}

/**
 * Slots that callers share fairly: whoever waits is admitted in the order in which their caller came to wait, and
 * the callers take turns, so that one who asks a thousand things delays nobody else by more than one of them.
 */
export class FairSlots {
  readonly #bounds: ConcurrencyBounds;
  readonly #callers = new Map<string, OfCaller>();
  /** Callers who have somebody waiting; the first is next. */
  readonly #turns = new Set<string>();
  #running = 0;
  #waiting = 0;

  constructor(bounds: ConcurrencyBounds = CONCURRENCY) {
    this.#bounds = bounds;
  }

  /** How many run and wait now. */
  get counts(): { readonly running: number; readonly waiting: number } {
    return { running: this.#running, waiting: this.#waiting };
  }

  /**
   * Resolves when the caller may go on, with what gives the slot back. A signal that aborts ends the wait.
   *
   * @throws {TooManyError} too many wait already
   */
  async take({ key, known }: Pick<Caller, 'key' | 'known'>, signal?: AbortSignal): Promise<() => void> {
    // Where nobody proves who they are, all are one caller.
    const most = known ? this.#bounds.perCaller : this.#bounds.all;
    const caller = this.#callers.get(key) ?? { most, running: 0, waiting: new Set() };
    if (this.#running < this.#bounds.all && caller.running < most && caller.waiting.size === 0) {
      return this.#start(key, caller);
    }
    this.#callers.set(key, caller);
    const mostWaiting = known ? this.#bounds.waitingPerCaller : this.#bounds.waiting;
    if (caller.waiting.size >= mostWaiting || this.#waiting >= this.#bounds.waiting) {
      throw new TooManyError(
        `${known ? 'a caller' : 'all'} may have ${most} operations running and ${mostWaiting} waiting`,
        RETRY_AFTER_S,
      );
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#forget(key, caller, waiting);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        admit: () => {
          signal?.removeEventListener('abort', leave);
          this.#forget(key, caller, waiting);
          resolve(this.#start(key, caller));
        },
      };
      caller.waiting.add(waiting);
      this.#waiting += 1;
      this.#turns.add(key);
      if (signal?.aborted) leave();
      else signal?.addEventListener('abort', leave, { once: true });
    });
  }

  #start(key: string, caller: OfCaller): () => void {
    this.#callers.set(key, caller);
    caller.running += 1;
    this.#running += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      caller.running -= 1;
      this.#running -= 1;
      this.#admitNext();
      if (caller.running === 0 && caller.waiting.size === 0) this.#callers.delete(key);
    };
  }

  /** Admits the first of the first caller who may run one more; that caller is last then. */
  #admitNext(): void {
    if (this.#running >= this.#bounds.all) return;
    for (const key of this.#turns) {
      const caller = this.#callers.get(key);
      const [first] = caller?.waiting ?? [];
      if (!caller || !first || caller.running >= caller.most) continue;
      this.#turns.delete(key);
      if (caller.waiting.size > 1) this.#turns.add(key);
      first.admit();
      return;
    }
  }

  #forget(key: string, caller: OfCaller, waiting: Waiting): void {
    if (!caller.waiting.delete(waiting)) return;
    this.#waiting -= 1;
    if (caller.waiting.size === 0) this.#turns.delete(key);
    if (caller.waiting.size === 0 && caller.running === 0) this.#callers.delete(key);
  }
}

/**
 * Bounds how many operations run at once, over every transport alike; also how many subscriptions are being opened,
 * each of which reads how things stand. What waits too long is answered with what the deadline leaves.
 */
export const useConcurrency = (slots: FairSlots): Plugin => {
  const bounded =
    <Result>(run: (args: ExecutionArgs) => Result | PromiseLike<Result>) =>
    async (args: ExecutionArgs): Promise<Result | { errors: readonly GraphQLError[] }> => {
      const { caller, signal } = args.contextValue as Context;
      let release: () => void;
      try {
        release = await slots.take(caller, signal);
      } catch (error) {
        if (error instanceof TooManyError) return { errors: [located(error)] };
        return { errors: [new GraphQLError('the client has gone')] };
      }
      try {
        return await run(args);
      } finally {
        release();
      }
    };
  return {
    onExecute: ({ executeFn, setExecuteFn }) => setExecuteFn(bounded(executeFn)),
    onSubscribe: ({ subscribeFn, setSubscribeFn }) => setSubscribeFn(bounded(subscribeFn)),
  };
};
