import type { InputFieldBuilder, InputFieldMap, ObjectRef } from '@pothos/core';
import type { BuilderTypes } from '../builder.ts';
import type { Api, Context } from '../context.ts';
import type { Answer, QueryValue } from '../upstream/send.ts';
import type { Contract, ResolvedShape, Shape } from './contract.ts';
import type { Claim } from './ledger.ts';
import type { NodeRef } from './node.ts';

/** A row of any upstream, laid flat: its attributes beside its id. */
export interface Row {
  readonly id: string;
  readonly [attribute: string]: unknown;
}

/** What tells how a row is read. */
export interface RowType {
  /** The GraphQL type that it is. */
  readonly name: string;
  /** The attribute by which it is known, which is its id unless the contract says otherwise; none for rows without one. */
  readonly identity: string | undefined;
}

/** Values as the upstream names and spells them. */
export type Values = Record<string, unknown>;

/** One page of a list: where it begins, and how many rows it may have. */
export interface PageRequest {
  readonly limit: number;
  readonly offset?: number;
  readonly token?: string | undefined;
}

/**
 * How one upstream says what all REST APIs say: paths, envelopes, pages and ids. With it the verbs make fields of
 * its contract.
 */
export interface Dialect {
  readonly api: Api;
  /** What begins the names of its types. */
  readonly prefix: string;
  readonly contract: Contract;
  /** Its branch of the graph, on which lists and single things are fields. */
  readonly branch: ObjectRef<BuilderTypes, object>;
  /** How many native ids make the key of a node, joined by `/`. */
  readonly natives: number;
  readonly paging: 'offset' | 'token';
  /** The parameters that page, which are no arguments; the first one is the limit. */
  readonly pageParameters: readonly [string, ...string[]];
  /** The braces of a path that the branch itself fills. */
  readonly scopeParameters: readonly string[];
  /** By which name the contract’s `x-points-to` means the thing of a path and a row’s shape. */
  readonly contractName: (path: string, row: ResolvedShape) => string;
  readonly page: (request: PageRequest) => Record<string, QueryValue>;
  /** What asks for the page of a token alone. */
  readonly goOn: (token: string) => Record<string, QueryValue>;
  /** The upstream’s largest page of a list, where the contract does not say. */
  readonly maxPage: number;
  /** The values of a path’s braces for a key; a path without the last brace takes the key’s first part alone. */
  readonly params: (path: string, key: string) => Record<string, string>;
  /** The key of a row, as in its global id. */
  readonly key: (row: Row) => string;
  /** The key of another thing, of this type, whose native id a row or a part of it holds. */
  readonly keyBeside: (row: object, id: string, typename: string) => string;
  /** A part of a row, with what the row alone knows. */
  readonly part: <P>(row: object, part: P) => P;
  /** Where what is asked for on the branch, or by an input, belongs: the beginning of its keys. */
  readonly scopeOf: (branch: object) => string;
  /** The same for a mutation’s input, which may say it itself. */
  readonly scopeOfInput: (context: Context, input: Values) => string;
  /** The fields by which an input says it; an input with an id need not. */
  readonly scopeInput: (t: InputFieldBuilder<BuilderTypes, 'InputObject'>, hasId: boolean) => InputFieldMap;
  /** The shape of a row, given the shape of an answer; undefined when the answer is something else. */
  readonly rowOf: (answer: ResolvedShape) => ResolvedShape | undefined;
  /** By which attribute a row of a shape is known; undefined for rows that nothing tells apart. */
  readonly identityOf: (row: ResolvedShape) => string | undefined;
  readonly readOne: (answer: Answer, type: RowType, operation: Claim, scope: string) => Row;
  readonly readMany: (
    answer: Answer,
    type: RowType,
    operation: Claim,
    scope: string,
  ) => {
    readonly rows: Row[];
    /** The token of the page behind it. */
    readonly next?: string | undefined;
    /** How many rows the whole list has, where the answer says it. */
    readonly total?: number | undefined;
  };
  /** The shape of what a body says, without its envelope. */
  readonly bodyOf: (body: Shape | undefined) => ResolvedShape | undefined;
  /** A body around the values that its shape holds. */
  readonly writeBody: (body: Shape | undefined, values: unknown, id?: string) => unknown;
  /** Names the argument that a refused field came from; `prefix` is where the arguments stand, such as `input.`. */
  readonly inputPath: (prefix?: string) => (field: string) => string | undefined;
  /** A moment as the upstream writes it; null where it says that there is none, undefined where it cannot be read. */
  readonly readTime: (value: unknown) => Date | null | undefined;
  /** A moment as the upstream takes it, with the precision it is given. */
  readonly writeTime: (value: Date) => string;
  /** How what belongs to organizations is read, where callers can be bound to them. */
  readonly bounds?: {
    /** What a body says, without its envelope. */
    readonly values: (body: unknown) => Readonly<Record<string, unknown>>;
    /** The attributes of the one thing that an answer holds. */
    readonly attributes: (answer: Answer) => Readonly<Record<string, unknown>>;
  };
  /** The values of a span, as the upstream's parameter takes them. */
  readonly writeSpan: (since: Date | null | undefined, until: Date | null | undefined) => string[];
}

/** A thing of an upstream that the graph knows by the contract's name for it. */
const things = new Map<string, NodeRef<Row>>();

/**
 * Makes a thing known to relations: by the name that `x-points-to` gives it.
 *
 * @throws {Error} another thing has the name
 */
export const registerThing = ({ api }: Dialect, name: string, ref: NodeRef<Row>): void => {
  const key = `${api} ${name}`;
  if (things.has(key)) throw new Error(`${key} is declared twice`);
  things.set(key, ref);
};

/** The types of rows by the component that says what they hold, those that come in lists alone included. */
const rows = new Map<string, NodeRef<Row>>();

/** Makes the type of a row known to answers that hold such rows. */
export const registerRow = ({ api }: Dialect, component: string | undefined, ref: NodeRef<Row>): void => {
  if (component !== undefined && !rows.has(`${api} ${component}`)) rows.set(`${api} ${component}`, ref);
};

/** The type of a row of a shape; undefined where the graph has none. */
export const rowTypeOf = ({ api }: Dialect, { component }: ResolvedShape): NodeRef<Row> | undefined =>
  rows.get(`${api} ${component}`);

/** The thing that an id points to; undefined where the graph has none. Rooms must be imported before it is asked. */
export const thingOf = ({ api }: Dialect, name: string | undefined): NodeRef<Row> | undefined =>
  name === undefined ? undefined : things.get(`${api} ${name}`);
