import { type ExecutionArgs, GraphQLError } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Caller, Context } from '../context.ts';
import { TooManyError } from '../graph/errors.ts';

/** How many subscriptions one socket may carry. */
export const SUBSCRIPTIONS_PER_SOCKET = 100;

/** How many subscriptions, over all transports, and sockets one caller may have at once. */
export const PER_CALLER = { subscriptions: 1000, sockets: 500 } as const;

/** The same where nobody proves who they are: it holds for all of them together. */
export const ANONYMOUS = { subscriptions: 20_000, sockets: 20_000 } as const;

/** After how many seconds it is worth trying again. */
const RETRY_AFTER_S = 30;

/** Counts what callers hold open at once. */
export class CallerQuota {
  readonly #what: keyof typeof PER_CALLER;
  readonly #taken = new Map<string, number>();

  constructor(what: keyof typeof PER_CALLER) {
    this.#what = what;
  }

  /**
   * Takes one until the result is called.
   *
   * @throws {TooManyError} the caller has as many as anybody may
   */
  take({ key, known }: Caller): () => void {
    const most = (known ? PER_CALLER : ANONYMOUS)[this.#what];
    const taken = this.#taken.get(key) ?? 0;
    if (taken >= most) throw tooMany(`${known ? 'a caller' : 'all'} may have ${most} ${this.#what} at once`);
    this.#taken.set(key, taken + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#taken.get(key) ?? 0) - 1;
      if (left > 0) this.#taken.set(key, left);
      else this.#taken.delete(key);
    };
  }
}

/** Says that somebody has more open than they may. */
export const tooMany = (message: string): TooManyError => new TooManyError(message, RETRY_AFTER_S);

/** An error as one of GraphQL's, for what refuses before any field is reached. */
export const located = (cause: Error): GraphQLError => new GraphQLError(cause.message, { cause });

/** Refuses subscriptions of callers who have too many, over every transport. Stands behind what subscribes. */
export const useSubscriptionQuota = (): Plugin => {
  const quota = new CallerQuota('subscriptions');
  const takeOr = (caller: Caller): (() => void) | GraphQLError => {
    try {
      return quota.take(caller);
    } catch (error) {
      return located(error as Error);
    }
  };
  return {
    onSubscribe: ({ subscribeFn, setSubscribeFn }) =>
      setSubscribeFn(async (args: ExecutionArgs) => {
        const { caller, signal } = args.contextValue as Context;
        const release = takeOr(caller);
        if (release instanceof GraphQLError) return { errors: [release] };
        try {
          const events = await subscribeFn(args);
          if (isAsyncIterable(events) && !signal?.aborted) {
            signal?.addEventListener('abort', release, { once: true });
            return new Held(events, () => {
              signal?.removeEventListener('abort', release);
              release();
            });
          }
          release();
          return events;
        } catch (error) {
          release();
          throw error;
        }
      }),
  };
};

/** An iterator that says when it is over. */
class Held<T> implements AsyncIterableIterator<T, undefined, void> {
  readonly #events: AsyncIterator<T>;
  readonly #over: () => void;

  constructor(events: AsyncIterable<T>, over: () => void) {
    this.#events = events[Symbol.asyncIterator]();
    this.#over = over;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    try {
      const next = await this.#events.next();
      if (next.done) this.#over();
      return next;
    } catch (error) {
      this.#over();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#over();
    await this.#events.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
