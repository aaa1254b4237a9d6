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
 * was lost, came from a proxy in between, or could not be read.
 */
export const outcome: Layer = (next) => async (call) => {
  try {
    return await next(call);
  } catch (error) {
    const lost =
      error instanceof TimeoutError ||
      (error instanceof UnavailableError && !error.unsent) ||
      (error instanceof InvalidResponseError && error.status < 300) ||
      (error instanceof AnswerError && [502, 504].includes(error.status));
    throw lost && !call.operation.safe ? new OutcomeUnknownError(call.operation, error) : error;
  }
};
