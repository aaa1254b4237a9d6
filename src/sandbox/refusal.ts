/** One thing wrong with a request: a parameter by its name, or a place in the body by its JSON pointer. */
export interface Fault {
  in: 'path' | 'query' | 'body' | 'header';
  name: string;
  says: string;
}

/** A request that is refused. Each API words it its own way when it answers. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;
  readonly faults: readonly Fault[];
  /** More that a program may want to know, where an API says more. */
  readonly meta: object;

  constructor(
    status: number,
    code: string,
    message: string,
    faults: readonly Fault[] = [],
    meta: object = {},
  ) {
    super(message);
    this.meta = meta;
    this.status = status;
    this.code = code;
    this.faults = faults;
  }
}

/** The refusal of a request for a thing that is not there. */
export function notFound(thing: string): Refusal {
  return new Refusal(404, 'NotFound', `The requested resource does not exist: ${thing} not found`);
}
