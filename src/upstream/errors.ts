import type { Operation } from './send.ts';

/** What every failed call has in common. The message names the operation, never a filled path or a body. */
export abstract class UpstreamError extends Error {
  readonly operation: Pick<Operation, 'api' | 'method' | 'path'>;
  /** True when the same call may succeed later. */
  readonly retryable: boolean;
  /** Seconds to wait before asking again, where that is known. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    operation: Pick<Operation, 'api' | 'method' | 'path'>,
    options: { cause?: unknown; retryable?: boolean; retryAfter?: number | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.operation = operation;
    this.retryable = options.retryable ?? false;
    this.retryAfter = options.retryAfter;
  }
}

/** What an answer outside 2xx says. */
export interface Refusal {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;
  /** The caller's names of the fields that were refused. */
  readonly fields: readonly string[];
  /** True when the call was made by the caller's own credential. */
  readonly forwarded: boolean;
  /** The id of the thing that stands in the way of a new one, where the upstream names it. */
  readonly existing?: string | undefined;
}

/** The upstream answered with a status outside 2xx. */
export class AnswerError extends UpstreamError {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly fields: readonly string[];
  readonly forwarded: boolean;
  readonly existing: string | undefined;

  constructor(operation: Operation, refusal: Refusal) {
    const { status } = refusal;
    super(`${operation.api} answered ${status} to ${operation.method} ${operation.path}`, operation, {
      retryable: status === 429 || (operation.safe && status >= 500),
      retryAfter: refusal.retryAfter,
    });
    this.status = status;
    this.requestId = refusal.requestId;
    this.fields = refusal.fields;
    this.forwarded = refusal.forwarded;
    this.existing = refusal.existing;
  }
}

/** No answer within the deadline. */
export class TimeoutError extends UpstreamError {
  constructor(operation: Operation) {
    super(`${operation.api} did not answer ${operation.method} ${operation.path} in time`, operation, {
      retryable: operation.safe,
    });
  }
}

/** The connection failed, or the upstream is left alone for a while, or it is not configured. */
export class UnavailableError extends UpstreamError {
  /** True when the upstream cannot have seen the request. */
  readonly unsent: boolean;

  constructor(
    operation: Operation,
    options: { cause?: unknown; unsent: boolean; retryAfter?: number | undefined },
  ) {
    super(`${operation.api} could not be reached for ${operation.method} ${operation.path}`, operation, {
      ...options,
      retryable: operation.safe || options.unsent,
    });
    this.unsent = options.unsent;
  }
}

/** The answer was not what the document promises: another content type, not JSON, another shape. */
export class InvalidResponseError extends UpstreamError {
  readonly status: number;

  constructor(operation: Operation, status: number, cause?: unknown) {
    super(
      `${operation.api} answered ${operation.method} ${operation.path} in a form it does not document`,
      operation,
      {
        cause,
      },
    );
    this.status = status;
  }
}

/** Pigeon's own limit for the upstream's quota is full. */
export class LimitedError extends UpstreamError {
  constructor(operation: Operation, retryAfter: number) {
    super(`too many calls wait for ${operation.api}`, operation, { retryable: true, retryAfter });
  }
}

/** What of an operation errors name. */
type Named = Pick<Operation, 'api' | 'method' | 'path'>;

/** A change was sent and its answer was lost: it may or may not have happened. It is never repeated blindly. */
export class OutcomeUnknownError extends UpstreamError {
  /** @param retryable true when asking again may tell what happened, and sends nothing again */
  constructor(operation: Named, cause: unknown, retryable = false) {
    super(`${operation.api} may or may not have done ${operation.method} ${operation.path}`, operation, {
      cause,
      retryable,
    });
  }
}

/** Why Pigeon has no token of a login to call with. */
export type LoginFault =
  /** The upstream does not accept Pigeon's username and password. */
  | 'refused'
  /** The login could not be reached, or failed. */
  | 'unavailable'
  /** The login's answer holds no token. */
  | 'invalid'
  /** The login was still under way at the call's deadline. */
  | 'late';

/** The call was not made, or was made and refused with 401, because a login gave no token for it. */
export class LoginError extends UpstreamError {
  readonly reason: LoginFault;
  /** What the login was answered with, where it was answered. */
  readonly status: number | undefined;

  constructor(
    operation: Named,
    options: {
      reason: LoginFault;
      message: string;
      cause?: unknown;
      status?: number | undefined;
      retryAfter?: number | undefined;
    },
  ) {
    super(options.message, operation, { ...options, retryable: options.reason !== 'refused' });
    this.reason = options.reason;
    this.status = options.status;
  }
}

/** Nobody waits for the answer any more. */
export class CancelledError extends UpstreamError {
  constructor(operation: Operation) {
    super(`${operation.method} ${operation.path} of ${operation.api} was cancelled`, operation);
  }
}

/** True when the upstream says that the thing does not exist. */
export const isAbsent = (error: unknown): boolean => error instanceof AnswerError && error.status === 404;
