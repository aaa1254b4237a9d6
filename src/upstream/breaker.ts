import { AnswerError, TimeoutError, UnavailableError } from './errors.ts';
import type { Call, Layer } from './send.ts';

/** After how many failures in a row an operation is left alone: more than one unlucky list's worth of calls. */
const FAILURES = 50;

/** Of how many operations failures must be, with no good answer between them, for the whole upstream to be down. */
const OPERATIONS = 3;

/** For how long it is left alone before one call may try again, in milliseconds. */
const REST_MS = 1000;

/** What fails together: one operation, or the whole upstream. */
interface Circuit {
  failures: number;
  /** The operations that failed since the last good answer. */
  readonly failed: Set<string>;
  restsUntil: number;
  probing: boolean;
}

const circuit = (): Circuit => ({ failures: 0, failed: new Set(), restsUntil: 0, probing: false });

/**
 * Stops calling what keeps failing, so that queries for it end at once and not at their deadline: an operation by
 * itself, so that one hanging endpoint costs only itself, or the whole upstream when several operations fail and
 * none answers. After a rest one call goes through as a probe: its success closes the breaker, its failure starts a
 * new rest.
 */
export const breaker = (): Layer => (next) => {
  const whole = circuit();
  const single = new Map<string, Circuit>();

  const isOpen = (one: Circuit): boolean =>
    one.failures >= FAILURES && (one !== whole || one.failed.size >= OPERATIONS);

  return async (call) => {
    const name = nameOf(call);
    const own = single.get(name) ?? circuit();
    single.set(name, own);
    const open = [whole, own].filter(isOpen);
    for (const one of open) {
      const left = one.restsUntil - performance.now();
      if (left <= 0 && !one.probing) continue;
      throw new UnavailableError(call.operation, {
        unsent: true,
        retryAfter: Math.ceil(Math.max(left, REST_MS) / 1000),
      });
    }
    for (const one of open) one.probing = true;
    try {
      const answer = await next(call);
      for (const one of [whole, own]) recover(one);
      return answer;
    } catch (error) {
      if (isFailure(error)) {
        for (const one of [whole, own]) {
          one.failures++;
          one.failed.add(name);
          one.restsUntil = performance.now() + REST_MS;
        }
      } else if (error instanceof AnswerError) {
        for (const one of [whole, own]) recover(one);
      }
      throw error;
    } finally {
      for (const one of open) one.probing = false;
    }
  };
};

const recover = (one: Circuit): void => {
  one.failures = 0;
  one.failed.clear();
};

const nameOf = ({ operation }: Call): string => `${operation.method} ${operation.path}`;

/** A refusal proves that the upstream lives; a cancelled call proves nothing. */
const isFailure = (error: unknown): boolean =>
  error instanceof TimeoutError ||
  error instanceof UnavailableError ||
  (error instanceof AnswerError && error.status >= 500);
