/** An answer while it is being made. */
interface UnderWay<Answer> {
  readonly answer: Promise<Answer>;
  readonly controller: AbortController;
  readonly began: number;
  waiting: number;
}

/** Somebody who waits for an answer. */
interface Waiting<Answer> {
  readonly answer: Promise<Answer>;
  /** They have gone. What nobody waits for any more is aborted. */
  readonly leave: () => void;
}

/**
 * Answers to the very same question that many ask at once: made once for all who ask while it is under way. Nobody is
 * given what began before an answer to the same question was given to anybody, so that who asks again never reads what
 * is older than what they have read.
 */
export class SharedAnswers<Answer> {
  readonly #underWay = new Map<string, UnderWay<Answer>>();
  readonly #joinableMs: number;

  /**
   * @param joinableMs for how long an answer under way may be joined, in milliseconds: who joins is bound to the
   *   deadline of who asked first
   */
  constructor(joinableMs: number) {
    this.#joinableMs = joinableMs;
  }

  /** Joins what is under way; undefined where nothing is that may be joined. */
  join(key: string): Waiting<Answer> | undefined {
    const found = this.#underWay.get(key);
    if (!found || found.controller.signal.aborted) return undefined;
    return performance.now() - found.began < this.#joinableMs ? this.#wait(found) : undefined;
  }

  /** Begins to make an answer; the signal aborts when nobody waits for it any more. */
  begin(key: string | undefined, make: (signal: AbortSignal) => Promise<Answer>): Waiting<Answer> {
    const controller = new AbortController();
    const answer = make(controller.signal);
    const underWay = { answer, controller, began: performance.now(), waiting: 0 };
    if (key !== undefined) {
      this.#underWay.set(key, underWay);
      // Whichever is under way by now began before this answer was given.
      const over = () => this.#underWay.delete(key);
      answer.then(over, over);
    }
    return this.#wait(underWay);
  }

  #wait(underWay: UnderWay<Answer>): Waiting<Answer> {
    underWay.waiting += 1;
    return {
      answer: underWay.answer,
      leave: () => {
        underWay.waiting -= 1;
        if (underWay.waiting === 0) underWay.controller.abort();
      },
    };
  }
}
