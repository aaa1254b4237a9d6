/** How many different names become labels; each is a set of time series of its own. */
const MOST = 100;

/** What a name may be: no longer than people write, and without a row of digits, which may be somebody's number. */
const FIT = /^(?!.*\d{5})\w{1,64}$/;

/**
 * The names that operations are counted by. Clients choose them, so only so many are told apart: the first ones.
 * All further ones, and those that may hold somebody's number, are counted together as `other`.
 */
export class BoundedNames {
  readonly #known = new Set<string>();
  readonly #most: number;

  constructor(most = MOST) {
    this.#most = most;
  }

  /** The label of a name; operations without one are `anonymous`. */
  label(name: string | undefined): string {
    if (name === undefined || name === '') return 'anonymous';
    if (this.#known.has(name)) return name;
    if (this.#known.size >= this.#most || !FIT.test(name)) return 'other';
    this.#known.add(name);
    return name;
  }
}
