/**
 * An iterator over a generator whose `return()` settles at once, also while the generator waits: `stop` must
 * end that wait. A plain generator would hold on to its listener until the next value.
 */
export const stoppable = <T>(
  source: AsyncGenerator<T, void, void>,
  stop: () => void,
  signal?: AbortSignal,
): AsyncIterableIterator<T, void, void> => {
  const end = (): void => {
    signal?.removeEventListener('abort', end);
    stop();
    // A generator that waits ends after its wait, when nobody listens any more.
    source.return().catch(() => {});
  };
  if (signal?.aborted) end();
  else signal?.addEventListener('abort', end, { once: true });
  return {
    async next() {
      try {
        const next = await source.next();
        if (next.done) end();
        return next;
      } catch (error) {
        end();
        throw error;
      }
    },
    return: async () => {
      end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};
