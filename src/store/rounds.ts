/** Work that is done again and again beside a running gateway. */
export interface Rounds {
  /** Does it now, or joins the round that is under way. */
  round(): Promise<void>;
  /** Begins no more, and resolves when the round that is under way has ended. */
  end(): Promise<void>;
}

/** How rounds are made. */
export interface RoundsOptions {
  /** One round; it stops by itself soon after rounds have ended. */
  readonly work: () => Promise<void>;
  /** Is told that a round failed: once, until one has ended well again. */
  readonly failed: (error: unknown) => void;
  /** How often a round begins, in milliseconds; 0 leaves that to `round`. */
  readonly everyMs: number;
}

/** Begins a round every so often, never two at once. A round that fails is made again the next time. */
export const openRounds = ({ work, failed, everyMs }: RoundsOptions): Rounds => {
  let ended = false;
  let blind = false;
  let working: Promise<void> | undefined;

  const attempt = async (): Promise<void> => {
    try {
      await work();
      blind = false;
    } catch (error) {
      if (!blind && !ended) failed(error);
      blind = true;
    }
  };
  const round = (): Promise<void> => {
    working ??= attempt().finally(() => {
      working = undefined;
    });
    return working;
  };
  const timer = everyMs > 0 ? setInterval(round, everyMs).unref() : undefined;

  return {
    round,
    async end() {
      ended = true;
      clearInterval(timer);
      await working;
    },
  };
};
