import { AnswerError, TimeoutError, UnavailableError } from './errors.ts';
import type { Layer } from './send.ts';

/** After how many failures in a row the upstream is left alone: more than one unlucky list's worth of calls. */
const FAILURES = 50;

/** For how long it is left alone before one call may try again, in milliseconds. */
const REST_MS = 1000;

/**
 * Stops calling an upstream that keeps failing, so that its queries end at once and not at their deadline.
 * After a rest one call goes through as a probe: its success closes the breaker, its failure starts a new rest.
 */
export const breaker = (): Layer => (next) => {
  let failures = 0;
  let restsUntil = 0;
  let probing = false;

  return async (call) => {
    const open = failures >= FAILURES;
    const left = restsUntil - performance.now();
    if (open && (left > 0 || probing)) {
      throw new UnavailableError(call.operation, {
        unsent: true,
        retryAfter: Math.ceil(Math.max(left, REST_MS) / 1000),
      });
    }
    if (open) probing = true;
    try {
      const answer = await next(call);
      failures = 0;
      return answer;
    } catch (error) {
      if (isFailure(error)) {
        failures++;
        restsUntil = performance.now() + REST_MS;
      } else if (error instanceof AnswerError) {
        failures = 0;
      }
      throw error;
    } finally {
      if (open) probing = false;
    }
  };
};

/** A refusal proves that the upstream lives; a cancelled call proves nothing. */
const isFailure = (error: unknown): boolean =>
  error instanceof TimeoutError ||
  error instanceof UnavailableError ||
  (error instanceof AnswerError && error.status >= 500);
