import type { Dictionary } from './dictionary.ts';
import type { ContractOperation } from './operation.ts';
import type { Value } from './parameters.ts';
import type { World } from './world.ts';

/** What a handler answers: a status and, unless it is empty, a JSON body or bytes of another type. */
export interface Answer {
  status: number;
  body?: Dictionary;
  bytes?: { type: string; data: Buffer };
  headers?: Record<string, string>;
}

/** Answers one operation; throws a `Refusal` when it will not. */
export type Handler = (call: Call) => Answer;

/** A request that the contract has found in order. */
export class Call {
  readonly world: World;
  readonly operation: ContractOperation;
  /** The body, which the contract has already checked; empty when there is none. */
  readonly body: Dictionary;
  readonly #path: Record<string, string>;
  readonly #query: Record<string, Value>;
  readonly #headers: Dictionary;

  constructor(
    world: World,
    operation: ContractOperation,
    path: Record<string, string>,
    query: Record<string, Value>,
    body: Dictionary = {},
    headers: Dictionary = {},
  ) {
    this.world = world;
    this.operation = operation;
    this.body = body;
    this.#path = path;
    this.#query = query;
    this.#headers = headers;
  }

  /** The value of a path parameter, still percent-encoded. */
  at(name: string): string {
    return this.#path[name] ?? '';
  }

  /** The values of the path parameters, in the order of the path. */
  get places(): string[] {
    return Object.values(this.#path);
  }

  /** A header by its name in lower case. */
  header(name: string): unknown {
    return this.#headers[name];
  }

  /** The value of a query parameter, or its default in the contract. */
  value(name: string): Value | undefined {
    const value = this.#query[name];
    return Array.isArray(value) ? value.map(lowered) : value === undefined ? undefined : lowered(value);
  }

  /** A string parameter of the query. */
  text(name: string): string | undefined {
    const value = this.value(name);
    return typeof value === 'string' ? value : undefined;
  }

  /** An integer parameter of the query. */
  whole(name: string, otherwise: number): number {
    const value = this.value(name);
    return typeof value === 'number' ? value : otherwise;
  }

  /** A boolean parameter of the query. */
  flag(name: string): boolean | undefined {
    const value = this.value(name);
    return typeof value === 'boolean' ? value : undefined;
  }

  /** A repeated parameter as text; undefined when it is not there, so that "no filter" and "none" differ. */
  list(name: string): string[] | undefined {
    const value = this.value(name);
    return value === undefined ? undefined : [value].flat().map(String);
  }
}

/** UUIDs are the same in either case; everything else stays as it came. */
function lowered<Given>(value: Given): Given | string {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
    ? value.toLowerCase()
    : value;
}
