/** An argument cannot be what it is. No upstream was called. */
export class InputError extends Error {
  override readonly name = 'InputError';
  /** Path of the argument, such as `first` or `input.channelId`. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.field = field;
  }
}

/** A mutation names something that neither upstream knows. Nothing was sent. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
  readonly field: string;

  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.field = field;
  }
}

/** The same idempotency key was used for something else. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
  readonly field: string;

  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.field = field;
  }
}
