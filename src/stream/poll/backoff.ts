/** For how long nothing may have changed before it is polled: webhooks take a second or two. */
const QUIET_MS = 15_000;

/**
 * When a message or channel is polled next, by the clock that nobody sets: soon after it has changed, less and less often while it has not.
 */
export class Backoff {
  readonly #mostMs: number;
  #waitMs = QUIET_MS;
  #dueAt: number;

  /**
   * @param since when it began to be followed, in milliseconds
   * @param mostMs the longest wait, however long it stands still
   */
  constructor(since: number, mostMs: number) {
    this.#mostMs = mostMs;
    this.#dueAt = since + QUIET_MS;
  }

  get dueAt(): number {
    return this.#dueAt;
  }

  /** It has changed, and what reported that may report more. */
  reset(now: number): void {
    this.#waitMs = QUIET_MS;
    this.#dueAt = now + QUIET_MS;
  }

  /** It is polled; the next time is twice as far away, unless it changes. */
  increase(now: number): void {
    this.#waitMs = Math.min(this.#waitMs * 2, this.#mostMs);
    this.#dueAt = now + this.#waitMs;
  }

  /** It is not polled for the longest wait. */
  rest(now: number): void {
    this.#waitMs = this.#mostMs;
    this.#dueAt = now + this.#mostMs;
  }
}

/** What is polled when it is due. */
export interface Scheduled {
  readonly backoff: Backoff;
}

/** The one that waits longest among those that are due. */
export const mostDue = <T extends Scheduled>(things: Iterable<T>, now: number): T | undefined => {
  let found: T | undefined;
  for (const thing of things) {
    if (thing.backoff.dueAt <= now && (!found || thing.backoff.dueAt < found.backoff.dueAt)) found = thing;
  }
  return found;
};
