import { AnswerError, InvalidResponseError, LoginError, UpstreamError } from './errors.ts';
import type { Operation } from './send.ts';

/**
 * For how long a login that failed is left alone, in milliseconds, by the reason: each further failure for the same
 * one doubles it up to the second number. A password that is refused again and again may lock its account.
 */
const REST_MS = {
  refused: [5000, 300_000],
  invalid: [5000, 300_000],
  unavailable: [1000, 30_000],
} as const;

/** Answers of a login that are about the username and the password. */
const REFUSALS: ReadonlySet<number> = new Set([400, 401, 403, 422]);

/** A login that failed, the last of a row. */
export interface Failure {
  readonly error: LoginError;
  /** How often it failed in a row for the same reason. */
  readonly times: number;
  /** Until when no other login is tried, in `performance.now()` milliseconds. */
  readonly until: number;
}

/** What a failed login means, by what was thrown and by the failure before it. */
export const failed = (operation: Operation, cause: unknown, before: Failure | undefined): Failure => {
  const reason = reasonOf(cause);
  const times = before?.error.reason === reason ? before.times + 1 : 1;
  const [first, most] = REST_MS[reason];
  const asked = cause instanceof UpstreamError ? (cause.retryAfter ?? 0) * 1000 : 0;
  const restMs = Math.min(Math.max(first * 2 ** (times - 1), asked), most);
  const answered = cause instanceof AnswerError || cause instanceof InvalidResponseError;
  const said = cause instanceof UpstreamError ? cause.message : `the login of ${operation.api} failed`;
  const what = reason === 'refused' ? 'Pigeon’s username or password is refused' : 'Pigeon cannot log in';
  return {
    error: new LoginError(operation, {
      reason,
      message: `${what}: ${said}`,
      cause,
      status: answered ? cause.status : undefined,
      retryAfter: Math.ceil(restMs / 1000),
    }),
    times,
    until: performance.now() + restMs,
  };
};

/** The failure as it is told to those who come while the login is left alone. */
export const repeated = ({ error, until }: Failure): LoginError => {
  const { operation, reason, message, status } = error;
  const retryAfter = Math.max(1, Math.ceil((until - performance.now()) / 1000));
  return new LoginError(operation, { reason, message, status, retryAfter });
};

/** The failure of a call that waited for a login until its deadline. */
export const late = (operation: Operation): LoginError =>
  new LoginError(operation, {
    reason: 'late',
    message: `Pigeon could not log in to ${operation.api} in time`,
  });

const reasonOf = (cause: unknown): keyof typeof REST_MS => {
  if (cause instanceof AnswerError && REFUSALS.has(cause.status)) return 'refused';
  return cause instanceof InvalidResponseError ? 'invalid' : 'unavailable';
};
