import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Plan } from './tally.ts';

/** How much memory all plans kept may take, in bytes. */
const MOST_BYTES = 16 * 1024 * 1024;

/** What one field of a plan takes, in bytes: its path and prices. */
const BYTES_A_FIELD = 300;

/** Values that take more than this, in characters, are those of one request alone, and no plan is kept for them. */
const LONGEST = 2000;

/** Names of variables, and what is read of them. */
export type Variables = Readonly<Record<string, unknown>>;

/** What is known of the plans of a document. */
interface Known {
  /** Tells documents apart. */
  readonly id: number;
  /** The variables that its plans have been made by. */
  readonly names: Set<string>;
}

/**
 * Plans of documents that are executed again and again, by the values of those variables alone that a plan depends on:
 * the number of rows, say, and not whose they are. A plan that is given again is the very same object.
 */
export class KnownPlans {
  readonly #documents = new WeakMap<DocumentNode, Known>();
  readonly #plans: LRUCache<string, Plan>;
  #count = 0;

  constructor(mostBytes = MOST_BYTES) {
    this.#plans = new LRUCache<string, Plan>({
      maxSize: mostBytes,
      sizeCalculation: ({ fields }, key) => 2 * key.length + BYTES_A_FIELD * (1 + fields.length),
    });
  }

  /**
   * The plan of an operation.
   *
   * @param rest what it depends on beside document and variables
   * @param make makes it, given variables that notice which of them are read
   */
  of(document: DocumentNode, variables: Variables, rest: string, make: (variables: Variables) => Plan): Plan {
    const known = this.#documents.get(document) ?? { id: this.#count++, names: new Set() };
    this.#documents.set(document, known);
    const found = this.#plans.get(keyOf(known, variables, rest));
    if (found) return found;
    const plan = make(noticing(variables, (name) => known.names.add(name)));
    const key = keyOf(known, variables, rest);
    if (key.length <= LONGEST) this.#plans.set(key, plan);
    return plan;
  }
}

/** Says all that a plan depends on; which variables these are is part of it. */
const keyOf = ({ id, names }: Known, variables: Variables, rest: string): string =>
  names.size === 0
    ? `${id} ${rest}`
    : `${id} ${rest} ${JSON.stringify([...names].map((name) => [name, variables[name], Object.hasOwn(variables, name)]))}`;

/** The variables, telling which of them are asked for. */
const noticing = (variables: Variables, notice: (name: string) => void): Variables =>
  new Proxy(variables, {
    get: (values, name) => {
      if (typeof name === 'string') notice(name);
      return Reflect.get(values, name);
    },
    getOwnPropertyDescriptor: (values, name) => {
      if (typeof name === 'string') notice(name);
      return Reflect.getOwnPropertyDescriptor(values, name);
    },
  });
