import type { Value } from './parameters.ts';
import type { World } from './world.ts';

/** What a handler answers: a status and, unless it is empty, a JSON body. */
export interface Answer {
  status: number;
  body?: object;
}

/** Answers one operation; throws a `Refusal` when it will not. */
export type Handler = (call: Call) => Answer;

/** A request that the contract has found in order. */
export class Call {
  readonly world: World;
  readonly #path: Record<string, string>;
  readonly #query: Record<string, Value>;
  readonly #body: unknown;

  constructor(world: World, path: Record<string, string>, query: Record<string, Value>, body: unknown) {
    this.world = world;
    this.#path = path;
    this.#query = query;
    this.#body = body;
  }

  /** The value of a brace of the path, as it came over the wire. */
  at(name: string): string {
    return this.#path[name] ?? '';
  }

  /** A text parameter of the query. */
  text(name: string): string | undefined {
    const value = this.#query[name];
    return typeof value === 'string' ? lowered(value) : undefined;
  }

  /** A whole number of the query. */
  whole(name: string, otherwise: number): number {
    const value = this.#query[name];
    return typeof value === 'number' ? value : otherwise;
  }

  /** A yes or no of the query. */
  flag(name: string): boolean | undefined {
    const value = this.#query[name];
    return typeof value === 'boolean' ? value : undefined;
  }

  /** A repeated parameter as text; undefined when it is not there, so that "no filter" and "none" differ. */
  list(name: string): string[] | undefined {
    const value = this.#query[name];
    return value === undefined ? undefined : [value].flat().map((one) => lowered(String(one)));
  }

  /** The body, in the shape the contract has already held it to. */
  body<Shape>(): Shape {
    return this.#body as Shape;
  }
}

/** UUIDs are the same in either case; everything else stays as it came. */
function lowered(text: string): string {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : text;
}
