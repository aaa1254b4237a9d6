import {
  type DocumentNode,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { Api } from '../../context.ts';
import { restOf } from '../../graph/rest.ts';
import {
  type Asked,
  type Calls,
  type Cost,
  ESTIMATED_ROWS,
  type Loading,
  weightOf,
} from '../../graph/weight.ts';
import { readingOf, type Selected, type Types } from './selected.ts';
import { type Plan, Tally } from './tally.ts';

/** How many fields one operation may ask for, fragments spread out: more than its tokens could say one by one. */
const MAX_FIELDS = 10_000;

/** What introspection is taken for: this schema whole is more, but asking for it once must always pass. */
const INTROSPECTION_OBJECTS = 10_000;

/** Bytes of a value by estimate, with the marks around it. */
const BYTES: Readonly<Record<string, number>> = {
  Boolean: 5,
  Int: 6,
  Float: 10,
  DateTime: 26,
  ID: 80,
  String: 60,
  JSON: 200,
};

/** The operation asks for more fields than anybody may, so that its price is not reckoned. */
export class TooManyFieldsError extends Error {
  override readonly name = 'TooManyFieldsError';

  constructor() {
    super(`the operation asks for more than ${MAX_FIELDS} fields`);
  }
}

/** What is known of the place of the answer at which a field stands. */
interface Place {
  readonly path: string;
  /** How many objects stand there. */
  readonly count: number;
  /** True when they are rows, or stand in rows, so that they may name the same things. */
  readonly many: boolean;
  /** How many rows the page has, where it is a connection. */
  readonly page: number;
}

type Defined = GraphQLField<unknown, unknown>;

/**
 * Prices an operation by what it asks for: how many rows its lists may have, and what the fields on them say that
 * they cost. Every list is taken to be full, every object to be another one, and every one to be missing where it
 * is looked for first.
 *
 * @param most the objects that anybody may make: what is priced by itself is no more
 * @throws {TooManyFieldsError}
 */
export const planOf = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  most = Number.POSITIVE_INFINITY,
): Plan => {
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [],
    ),
  );
  const reading = readingOf(schema, fragments, valuesOf(operation, variables));
  const total = new Tally();
  let visited = 0;

  /** What a resolver can see of the query: it takes conditions as met. */
  const askedOf = (selected: Selected, below: () => Types): Asked => {
    const sets = selected.nodes.map(({ selectionSet }) => selectionSet);
    return {
      arg: (name) => {
        const [node] = selected.nodes;
        return node && reading.argument(node, name);
      },
      asksFor: (...path) => {
        let found: readonly Selected[] = [selected];
        let types = below();
        for (const step of path) {
          found = reading
            .select(
              types,
              found.flatMap(({ nodes }) => nodes.map(({ selectionSet }) => selectionSet)),
              false,
            )
            .filter(({ name }) => name === step);
          types = unite(definedIn(types, step).map(({ type }) => reading.typesOf(getNamedType(type))));
        }
        return found.length > 0;
      },
      asksOnly: (fields) =>
        reading
          .select(below(), sets, false)
          .every(
            ({ name, types }) =>
              name === '__typename' ||
              fields.includes(name) ||
              definedIn(types, name).some(({ extensions }) => extensions.keyOnly === true),
          ),
    };
  };

  const visit = (types: Types, selected: Selected, place: Place): void => {
    if (++visited > MAX_FIELDS) throw new TooManyFieldsError();
    const { key, name, nodes } = selected;
    const path = place.path === '' ? key : `${place.path}.${key}`;
    if (name === '__schema' || name === '__type') {
      total.add(path, { objects: Math.min(INTROSPECTION_OBJECTS, most) });
      return;
    }
    const defined = definedIn(selected.types, name);
    const [first] = defined;
    total.add(path, { bytes: place.count * bytesOf(key, first?.type) });
    if (!first) return;
    const below = unite(defined.map(({ type }) => reading.typesOf(getNamedType(type))));
    const asked = askedOf(selected, () => below);
    const cost = largest(defined.map((field) => costOf(field, asked)));
    total.charge(path, cost, place);
    if (!isCompositeType(getNamedType(first.type))) return;

    const isList = isListType(getNullableType(first.type));
    const rows = isList ? (cost.rows ?? rowsOf(name, types, place, first)) : 1;
    const count = place.count * rows;
    total.add(path, { objects: count });
    if (count === 0) return;
    const next: Place = { path, count, many: place.many || rows > 1, page: isList ? 0 : (cost.rows ?? 0) };
    for (const one of reading.select(
      below,
      nodes.map(({ selectionSet }) => selectionSet),
      true,
    ))
      visit(below, one, next);
  };

  const root = schema.getRootType(operation.operation);
  const types: Types = new Set(root ? [root] : []);
  for (const selected of reading.select(types, [operation.selectionSet], true))
    visit(types, selected, { path: '', count: 1, many: false, page: 0 });
  return total.plan();
};

/** The values of variables, with the operation's defaults for those that are not given. */
const valuesOf = (
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): ((name: string) => unknown) => {
  const defaults = new Map(
    variableDefinitions.flatMap(({ variable, defaultValue }) => {
      if (defaultValue === undefined) return [];
      const { value } = defaultValue as { readonly value?: unknown };
      return [[variable.name.value, defaultValue.kind === Kind.INT ? Number(value) : value]];
    }),
  );
  return (name) => (Object.hasOwn(variables, name) ? variables[name] : defaults.get(name));
};

const definedIn = (types: Types, name: string): Defined[] =>
  [...types].flatMap((type) => type.getFields()[name] ?? []);

const unite = (all: readonly Types[]): Types => {
  const [first, ...others] = new Set(all);
  return others.length === 0
    ? (first ?? new Set())
    : new Set([...new Set(all)].flatMap((types) => [...types]));
};

/** What a field says that it costs, or one call for each operation that it names. */
const costOf = (field: Defined, asked: Asked): Cost => {
  const weight = weightOf(field.extensions);
  if (weight) return weight(asked);
  const calls: Partial<Record<Api, number>> = {};
  for (const { api } of restOf(field)) calls[api as Api] = (calls[api as Api] ?? 0) + 1;
  return { calls };
};

/** The most that any of them costs: an object is of one type alone. */
const largest = (costs: readonly Cost[]): Cost => {
  const [only, ...more] = costs;
  if (only && more.length === 0) return only;
  const rows = costs.flatMap((cost) => cost.rows ?? []);
  return {
    calls: largestCalls(costs.map(({ calls }) => calls)),
    estimated: largestCalls(costs.map(({ estimated }) => estimated)),
    loads: largestLoads(costs.map(({ loads = [] }) => loads)),
    once: costs.find(({ once }) => once)?.once,
    rows: rows.length > 0 ? Math.max(...rows) : undefined,
  };
};

const largestLoads = (all: readonly (readonly Loading[])[]): readonly Loading[] =>
  [...new Set(all.flat())].flatMap((loading) => {
    const counts = all.map((loads) => loads.filter((one) => one === loading).length);
    return Array.from({ length: Math.max(...counts) }, () => loading);
  });

const largestCalls = (all: readonly (Calls | undefined)[]): Calls => ({
  bird: Math.max(...all.map((calls) => calls?.bird ?? 0)),
  courier: Math.max(...all.map((calls) => calls?.courier ?? 0)),
});

/** How many rows a list has that does not say it: those of its page, or an estimate. */
const rowsOf = (name: string, types: Types, { page }: Place, field: Defined): number => {
  const isPage =
    ['edges', 'nodes'].includes(name) && [...types].some((type) => 'pageInfo' in type.getFields());
  if (isPage) return page;
  return restOf(field).length > 0 ? ESTIMATED_ROWS.fetched : ESTIMATED_ROWS.embedded;
};

const bytesOf = (key: string, type: GraphQLOutputType | undefined): number => {
  const named = type && getNamedType(type);
  const count = type && isListType(getNullableType(type)) ? ESTIMATED_ROWS.embedded : 1;
  // What names it, and braces or quotes around it.
  const around = key.length + 6;
  return named && isCompositeType(named) ? around : around + count * (BYTES[named?.name ?? ''] ?? 14);
};
