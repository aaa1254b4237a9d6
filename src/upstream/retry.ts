import { setTimeout as wait } from 'node:timers/promises';
import { AnswerError, UnavailableError, type UpstreamError } from './errors.ts';
import type { Call, Layer } from './send.ts';

/** How often a call is made at the most. */
const ATTEMPTS = 3;

/** The first gap's upper end in milliseconds; each further one is twice as long. */
const GAP_MS = 100;

/**
 * Makes a read again, with full jitter or after `Retry-After`, as long as the deadline allows it.
 * Anything else is made again only after 429, and only where the upstream documents that 429 means
 * "not processed".
 */
export const retry =
  ({ refusedMeansUnprocessed }: { refusedMeansUnprocessed: boolean }): Layer =>
  (next) => {
    const mayRepeat = (error: unknown, { operation }: Call): error is UpstreamError => {
      if (error instanceof AnswerError && error.status === 429)
        return operation.safe || refusedMeansUnprocessed;
      if (error instanceof AnswerError) return operation.safe && [502, 503, 504].includes(error.status);
      // An upstream that is left alone says for how long; nobody is kept waiting for it.
      return error instanceof UnavailableError && operation.safe && error.retryAfter === undefined;
    };
    return async (call) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await next(call);
        } catch (error) {
          if (attempt === ATTEMPTS || call.signal?.aborted || !mayRepeat(error, call)) throw error;
          const gap =
            error.retryAfter === undefined
              ? Math.random() * GAP_MS * 2 ** (attempt - 1)
              : error.retryAfter * 1000;
          if (performance.now() + gap >= call.deadline) throw error;
          await wait(gap, undefined, { signal: call.signal }).catch(() => {
            throw call.signal?.reason;
          });
        }
      }
    };
  };
