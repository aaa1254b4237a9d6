/** For how long nothing may have moved a thing before it is asked about: webhooks take a second or two. */
const QUIET_MS = 15_000;

/** When one thing is asked about next: soon after it has moved, less and less often while it stands still. */
export class Turn {
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

  /** It has moved, and whoever told it may tell more. */
  moved(now: number): void {
    this.#waitMs = QUIET_MS;
    this.#dueAt = now + QUIET_MS;
  }

  /** It is asked about; the next time is twice as far away, unless it moves. */
  asked(now: number): void {
    this.#waitMs = Math.min(this.#waitMs * 2, this.#mostMs);
    this.#dueAt = now + this.#waitMs;
  }

  /** There is nothing to ask about for the longest wait. */
  rest(now: number): void {
    this.#waitMs = this.#mostMs;
    this.#dueAt = now + this.#mostMs;
  }
}

/** What is asked about in its turn. */
export interface Timed {
  readonly turn: Turn;
}

/** The one that waits longest among those that are due. */
export const mostDue = <T extends Timed>(things: Iterable<T>, now: number): T | undefined => {
  let found: T | undefined;
  for (const thing of things) {
    if (thing.turn.dueAt <= now && (!found || thing.turn.dueAt < found.turn.dueAt)) found = thing;
  }
  return found;
};
