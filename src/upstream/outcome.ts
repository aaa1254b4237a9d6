import {
  AnswerError,
  InvalidResponseError,
  OutcomeUnknownError,
  TimeoutError,
  UnavailableError,
} from './errors.ts';
import type { Layer } from './send.ts';

/**
 * Says honestly when nobody can know whether a change happened: the request was on its way and its answer
 * was lost, came from a proxy in between, or could not be read. An upstream that fails on a send may have carried it
 * out before, so every 5xx of a send, a 408 and a redirection leave its outcome open too.
 */
export const outcome: Layer = (next) => async (call) => {
  try {
    return await next(call);
  } catch (error) {
    const lost =
      error instanceof TimeoutError ||
      (error instanceof UnavailableError && !error.unsent) ||
      (error instanceof InvalidResponseError && error.status < 300) ||
      (error instanceof AnswerError &&
        (call.operation.send ? isOpen(error.status) : [502, 504].includes(error.status)));
    throw lost && !call.operation.safe ? new OutcomeUnknownError(call.operation, error) : error;
  }
};

const isOpen = (status: number): boolean =>
  status >= 500 || status === 408 || (status >= 300 && status < 400);
