/** What a client did to one field of its input. */
abstract class FieldError extends Error {
  /** Path of the argument, such as `first` or `input.channelId`. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.name = new.target.name;
    this.field = field;
  }
}

/** An argument cannot be what it is. No upstream was called. */
export class InputError extends FieldError {}

/** Something is named that neither upstream knows. Nothing was sent. */
export class NotFoundError extends FieldError {}

/** The same idempotency key was used for something else. */
export class ConflictError extends FieldError {}

/** Why a person cannot be written to over a channel now. */
export type Unreachable =
  | 'OPTED_OUT'
  | 'NO_CONSENT'
  | 'NO_IDENTIFIER'
  | 'UNVERIFIED'
  | 'SERVICE_WINDOW_CLOSED'
  | 'CHANNEL_INACTIVE'
  | 'SHARED_CHANNEL'
  | 'NO_CONVERSATION'
  | 'QUIET_HOURS'
  | 'CAP_REACHED';

/** The person cannot be written to over the channel now, and nothing was sent. */
export class NotReachableError extends Error {
  override readonly name = 'NotReachableError';
  readonly reasons: readonly Unreachable[];
  /** Seconds after which they may be, where that is known. */
  readonly retryAfter: number | undefined;

  constructor(reasons: Iterable<Unreachable>, retryAfter?: number) {
    const all = [...new Set(reasons)].toSorted();
    super(`the person cannot be written to here now: ${all.join(', ')}`);
    this.reasons = all;
    this.retryAfter = retryAfter;
  }
}

/** What must be known or written down before a send could not be, so nothing was sent. */
export class NotKeptError extends Error {
  override readonly name = 'NotKeptError';

  constructor(
    cause: unknown,
    message = 'the idempotency key could not be written down, so nothing was sent',
  ) {
    super(message, { cause });
  }
}

/** The caller asks more often than anybody may. */
export class TooManyError extends Error {
  override readonly name = 'TooManyError';
  /** Seconds to wait. */
  readonly retryAfter: number;

  constructor(message: string, retryAfter: number) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/**
 * Refuses a filter that lists nothing: an upstream would take it for no filter at all.
 *
 * @throws {InputError} one of the arguments is an empty list
 */
export const refuseEmpty = (args: object): void => {
  for (const [name, value] of Object.entries(args)) {
    if (Array.isArray(value) && value.length === 0)
      throw new InputError(name, 'lists nothing; leave it out for no filter');
  }
};

/** An upstream’s answer holds a value of another type than its document says. */
export class InvalidValueError extends Error {
  override readonly name = 'InvalidValueError';
  readonly api: string;

  constructor(api: string, attribute: string) {
    super(`${api} answered a value of \`${attribute}\` in a form it does not document`);
    this.api = api;
  }
}
