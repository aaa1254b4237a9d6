import { GraphQLError } from 'graphql';
import {
  BudgetError,
  ForbiddenError,
  NotConfiguredError,
  OutOfBoundsError,
  OutOfTimeError,
  UnauthenticatedError,
} from '../context.ts';
import {
  ConflictError,
  InputError,
  InvalidValueError,
  NotFoundError,
  NotKeptError,
  NotReachableError,
  TooManyError,
} from '../graph/errors.ts';
import {
  AnswerError,
  CancelledError,
  InvalidResponseError,
  LimitedError,
  LoginError,
  type LoginFault,
  OutcomeUnknownError,
  TimeoutError,
  UnavailableError,
  UpstreamError,
} from '../upstream/errors.ts';
import { withoutValues } from './without-values.ts';

/** Every `extensions.code` that Pigeon answers with. */
export const CODES = [
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'PAYLOAD_TOO_LARGE',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'RATE_LIMITED',
  'UPSTREAM_REFUSED',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_INVALID_RESPONSE',
  'OUTCOME_UNKNOWN',
  'NOT_REACHABLE',
  'BUDGET_EXCEEDED',
  'PERSISTED_QUERY_ONLY',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'INTERNAL',
] as const;

export type Code = (typeof CODES)[number];

/** Yoga's own codes; what it does not name is none of the client's business. */
const YOGA_CODES: Readonly<Record<string, Code>> = {
  BAD_REQUEST: 'BAD_USER_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_USER_INPUT',
  REQUEST_ENTITY_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
};

/** What of an upstream's status is said, where the status alone decides. */
const STATUS_CODES: Readonly<Record<number, Code>> = {
  400: 'BAD_USER_INPUT',
  404: 'NOT_FOUND',
  408: 'UPSTREAM_TIMEOUT',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  422: 'BAD_USER_INPUT',
  429: 'RATE_LIMITED',
  504: 'UPSTREAM_TIMEOUT',
};

/** What becomes of a call when Pigeon has no token for it. */
const LOGIN_CODES: Readonly<Record<LoginFault, Code>> = {
  refused: 'UPSTREAM_REFUSED',
  unavailable: 'UPSTREAM_UNAVAILABLE',
  invalid: 'UPSTREAM_INVALID_RESPONSE',
  late: 'UPSTREAM_TIMEOUT',
};

/** What the client is told of an error. */
export interface ErrorExtensions {
  readonly message: string;
  readonly code: Code;
  readonly upstream?: Readonly<Record<string, unknown>>;
  readonly retryable?: boolean;
  readonly retryAfter?: number | undefined;
  readonly fields?: readonly string[];
  readonly price?: Readonly<Record<string, unknown>> | undefined;
  readonly reasons?: readonly string[];
}

/** What is known of an error of ours; undefined for one that nobody foresaw. */
export const errorExtensions = (error: unknown): ErrorExtensions | undefined => {
  if (error instanceof UpstreamError) return upstreamExtensions(error);
  if (error instanceof InputError) return fieldExtensions(error, 'BAD_USER_INPUT');
  if (error instanceof NotFoundError) return fieldExtensions(error, 'NOT_FOUND');
  if (error instanceof ConflictError) return fieldExtensions(error, 'CONFLICT');
  if (error instanceof TooManyError) {
    const { message, retryAfter } = error;
    return { message, code: 'RATE_LIMITED', retryable: true, retryAfter };
  }
  if (error instanceof InvalidValueError) {
    const { message, api } = error;
    return { message, code: 'UPSTREAM_INVALID_RESPONSE', upstream: { api }, retryable: false };
  }
  if (error instanceof NotReachableError) {
    const { message, reasons, retryAfter } = error;
    return { message, code: 'NOT_REACHABLE', reasons, retryable: retryAfter !== undefined, retryAfter };
  }
  if (error instanceof NotKeptError) {
    return { message: error.message, code: 'UPSTREAM_UNAVAILABLE', retryable: true };
  }
  if (error instanceof OutOfBoundsError) return { message: error.message, code: 'FORBIDDEN' };
  if (error instanceof ForbiddenError) return { message: error.message, code: 'FORBIDDEN' };
  if (error instanceof UnauthenticatedError) return { message: error.message, code: 'UNAUTHENTICATED' };
  if (error instanceof NotConfiguredError) {
    return { message: error.message, code: 'UPSTREAM_UNAVAILABLE', retryable: false };
  }
  if (error instanceof BudgetError) {
    const { message, price } = error;
    return { message, code: 'BUDGET_EXCEEDED', ...(price && { price }) };
  }
  if (error instanceof OutOfTimeError) {
    return { message: error.message, code: 'UPSTREAM_TIMEOUT', retryable: true };
  }
  if (error instanceof DOMException && error.name === 'AbortError') {
    return { message: 'the operation was cancelled', code: 'UPSTREAM_UNAVAILABLE' };
  }
  return undefined;
};

const fieldExtensions = (
  { message, field }: InputError | NotFoundError | ConflictError,
  code: Code,
): ErrorExtensions => ({
  message,
  code,
  fields: [field],
});

const upstreamExtensions = (error: UpstreamError): ErrorExtensions => {
  const { api, method, path } = error.operation;
  // What leaves the outcome of a change open may be an answer all the same.
  const said = error instanceof OutcomeUnknownError ? error.cause : error;
  const answered = said instanceof AnswerError ? said : undefined;
  const status =
    answered?.status ??
    (said instanceof InvalidResponseError || said instanceof LoginError ? said.status : undefined);
  return {
    message: error.message,
    code: upstreamCode(error),
    upstream: { api, method, path, status, requestId: answered?.requestId },
    retryable: error.retryable,
    retryAfter: error.retryAfter,
    ...(answered && answered.fields.length > 0 ? { fields: answered.fields } : {}),
  };
};

const upstreamCode = (error: UpstreamError): Code => {
  if (error instanceof AnswerError) return answerCode(error);
  if (error instanceof LoginError) return LOGIN_CODES[error.reason];
  if (error instanceof TimeoutError) return 'UPSTREAM_TIMEOUT';
  if (error instanceof UnavailableError || error instanceof CancelledError) return 'UPSTREAM_UNAVAILABLE';
  if (error instanceof InvalidResponseError) return 'UPSTREAM_INVALID_RESPONSE';
  if (error instanceof LimitedError) return 'RATE_LIMITED';
  return error instanceof OutcomeUnknownError ? 'OUTCOME_UNKNOWN' : 'INTERNAL';
};

/** A refused credential is the caller's affair only where it is the caller's own. */
const answerCode = ({ status, forwarded }: AnswerError): Code => {
  if (status === 401) return forwarded ? 'UNAUTHENTICATED' : 'UPSTREAM_REFUSED';
  if (status === 403) return forwarded ? 'FORBIDDEN' : 'UPSTREAM_REFUSED';
  return STATUS_CODES[status] ?? (status >= 500 ? 'UPSTREAM_UNAVAILABLE' : 'UPSTREAM_INVALID_RESPONSE');
};

/** What GraphQL says of a value that its field cannot have. Values come from upstreams, and are not quoted. */
const INVALID_VALUE =
  /^(?:(?:String|Int|Float|Boolean|ID) cannot represent|Enum "\w+" cannot represent value|Expected Iterable, but did not find one|Cannot return null for non-nullable field (?:Bird|Courier)\w*\.)/;

/** What is known of an error by which GraphQL refuses what a resolver gave; undefined for another error. */
export const valueExtensions = (cause: unknown, thrown: unknown): ErrorExtensions | undefined =>
  thrown instanceof GraphQLError &&
  thrown.path !== undefined &&
  cause instanceof Error &&
  INVALID_VALUE.test(cause.message)
    ? {
        message: 'an upstream answered a value of this field in a form it does not document',
        code: 'UPSTREAM_INVALID_RESPONSE',
        retryable: false,
      }
    : undefined;

/** What GraphQL itself says of a document, its variables or its arguments; undefined for a fault of ours. */
export const graphqlExtensions = (
  error: GraphQLError,
  thrown: unknown,
  ifRequest: Code,
): ErrorExtensions | undefined => {
  const { code } = error.extensions;
  const message = withoutValues(error.message);
  const said =
    CODES.find((known) => known === code) ?? (typeof code === 'string' ? YOGA_CODES[code] : undefined);
  if (said) return { message, code: said };
  if (message.startsWith('Syntax Error')) return { message, code: 'GRAPHQL_PARSE_FAILED' };
  const ofField = thrown instanceof GraphQLError && thrown.path !== undefined;
  if (!ofField && code === undefined) return { message, code: ifRequest };
  // An argument that only its variables make wrong is found while its field is being resolved.
  return /^(?:Argument|Variable) "/.test(message) ? { message, code: 'BAD_USER_INPUT' } : undefined;
};
