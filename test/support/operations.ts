import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { dialect as bird } from '../../src/bird/dialect.ts';
import { dialect as courier } from '../../src/courier/dialect.ts';
import type { Shape } from '../../src/graph/contract.ts';
import type { Dialect } from '../../src/graph/dialect.ts';
import { argumentName } from '../../src/graph/input.ts';
import type { Claim } from '../../src/graph/ledger.ts';
import { enumValue, pascal } from '../../src/graph/names.ts';
import { type RestCall, restOf } from '../../src/graph/rest.ts';
import { bracesOf } from '../../src/graph/verbs/operation.ts';
import { schema } from '../../src/schema.ts';
import { exampleInput } from './example-input.ts';

type Field = GraphQLField<unknown, unknown>;

/** A query or a mutation with its variables, and where its field stands in the answer. */
export interface Request {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly path: readonly string[];
}

const DIALECTS: Readonly<Record<string, Dialect>> = { bird, courier };

/** Inputs that follow from no body of the contract. */
const BY_HAND = ['SendBirdMessageInput', 'SendBirdMessagesInput', 'TrackBirdEventInput'];

/** What is reached by a change alone, which is no way to read. */
const BY_CHANGES = ['Mutation', 'BirdBatchItem'];

/** A field with the type that it is of. */
interface Reached {
  readonly type: GraphQLObjectType;
  readonly field: Field;
}

const keyOf = ({ api, method, path }: Pick<Claim, 'api' | 'method' | 'path'> | RestCall): string =>
  `${api} ${method} ${path}`;

/** The fields that reach each operation. */
const reached = Map.groupBy(
  Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.values(type.getFields()).flatMap((field) =>
        restOf(field).map((call) => ({ key: keyOf(call), type, field })),
      ),
    ),
  ({ key }) => key,
);

/** The field that reaches an operation: one of a branch before one of another type. */
export const fieldOf = (operation: Claim): Reached => {
  const rank = ({ type, field }: Reached) =>
    (operation.method === 'GET' && BY_CHANGES.includes(type.name)
      ? 90
      : ['Mutation', 'Courier', 'Bird'].includes(type.name)
        ? 0
        : 10) + restOf(field).length;
  const [best] = (reached.get(keyOf(operation)) ?? []).toSorted((one, other) => rank(one) - rank(other));
  if (!best) throw new Error(`no field reaches ${keyOf(operation)}`);
  return best;
};

/** A value that fits a shape. */
export const exampleOf = (
  dialect: Dialect,
  given: Shape,
  name: string,
  idOf: (type: string) => string,
): unknown => {
  const shape = dialect.contract.resolve(given);
  if (shape['x-compares'] !== undefined)
    return { since: '2000-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z' };
  if (shape.type === 'array')
    return [exampleOf(dialect, { default: [shape.default].flat()[0], ...shape.items } as Shape, name, idOf)];
  // What is the upstream’s own default is not sent, so an example is something else where it can be.
  const others = shape.enum?.filter((word) => word !== null && word !== shape.default);
  if (name === 'sort')
    return `${enumValue(String(others?.find((word) => !String(word).startsWith('-'))))}_ASC`;
  if (shape.enum) return enumValue(String((others ?? shape.enum)[0]));
  if (shape.properties && Object.keys(shape.properties).length > 0)
    return objectOf(dialect, shape.properties, idOf);
  if (shape['x-points-to'] !== undefined) return idOf(shape['x-points-to']);
  if (shape.format === 'uuid') return '5a1b0c6e-0d1f-4a53-9c64-1f0d2b7e9a10';
  if (shape.format === 'datetime' || shape.format === 'date-time') return '2026-01-31T12:00:00Z';
  if (shape.format === 'email') return 'amina.diallo@example.com';
  if (shape.format === 'phonenumberE164') return '+12025550142';
  if (shape.format === 'time') return '14:15:22Z';
  if (shape.format === 'uri') return 'https://example.com/';
  if (shape.type === 'boolean') return shape.default !== true;
  if (shape.type === 'integer' || shape.type === 'number')
    return Math.min(shape.maximum ?? 2, Math.max(shape.minimum ?? 1, 1));
  if (shape.type === 'string')
    return 'example'.padEnd(shape.minLength ?? 0, 'x').slice(0, shape.maxLength ?? 40);
  return shape.type === 'object' ? { key: 'example' } : 'example';
};

const objectOf = (
  dialect: Dialect,
  shapes: Readonly<Record<string, Shape>>,
  idOf: (type: string) => string,
) =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      argumentName(name, shapes),
      exampleOf(dialect, shape, name, idOf),
    ]),
  );

/**
 * All leaves below a type that need no call and no argument, objects included. Of a type within itself only what is
 * no object is asked.
 *
 * @param above the types that it stands within
 */
const leavesOf = (named: GraphQLNamedType, above: readonly string[] = []): string => {
  if (isLeafType(named)) return '';
  const parts = isAbstractType(named)
    ? schema
        .getPossibleTypes(named)
        // Fields of one name and several types stand in one place, so each has its own name there.
        .map((type) => `... on ${type.name} { ${fieldsBelow(type, above, `${type.name}_`).join(' ')} }`)
    : [];
  const fields = isObjectType(named) ? fieldsBelow(named, above) : [];
  return `{ __typename ${[...parts, ...fields].join(' ')} }`;
};

const fieldsBelow = (type: GraphQLObjectType, above: readonly string[], alias = ''): string[] => {
  const isInside = above.includes(type.name);
  return Object.values(type.getFields())
    .filter(
      (field) =>
        restOf(field).length === 0 &&
        field.name !== 'edges' &&
        !field.args.some((arg) => isNonNullType(arg.type)) &&
        (isLeafType(getNamedType(field.type)) || !isInside),
    )
    .map((field) => {
      const below = leavesOf(getNamedType(field.type), [...above, type.name]);
      return `${alias && `${alias}${field.name}: `}${field.name} ${below}`;
    });
};

/**
 * What asks a field for all its leaves.
 *
 * @param all true to give every argument; else only those that must be given
 */
export const requestOf = (
  operation: Claim,
  all: boolean,
  ids: {
    readonly idOf: (pointsTo: string) => string;
    readonly nodeOf: (typename: string) => string | undefined;
  },
  given: Readonly<Record<string, unknown>> = {},
): Request => {
  const { type, field } = fieldOf(operation);
  const dialect = DIALECTS[operation.api];
  const { query = {}, body } = dialect?.contract.operation(`${operation.method} ${operation.path}`) ?? {};
  const written = body && dialect?.bodyOf(body);
  const shapes = field.args.some(({ name }) => name === 'input') ? (written?.properties ?? {}) : query;
  const values: Record<string, unknown> = dialect ? objectOf(dialect, shapes, ids.idOf) : {};
  const variables: Record<string, unknown> = {};
  const exampleFor = (arg: GraphQLArgument): unknown => {
    const named = getNamedType(arg.type);
    if (arg.name in given) return given[arg.name];
    if (arg.name === 'first') return 5;
    if (arg.name === 'after') return undefined;
    if (arg.name === 'id') return ids.nodeOf(getNamedType(field.type).toString());
    if (arg.name === 'input' && isInputObjectType(named))
      return inputOf(named, BY_HAND.includes(named.name) ? {} : values, all, operation, ids, given);
    return values[arg.name] ?? (all ? exampleInput(arg.type, arg.name, given) : undefined);
  };
  for (const arg of field.args) {
    const value = exampleFor(arg);
    if (value !== undefined && (all || isNonNullType(arg.type) || arg.name in given || arg.name === 'first'))
      variables[arg.name] = value;
  }
  const declared = field.args.filter(({ name }) => name in variables);
  const head =
    declared.length > 0
      ? `(${declared.map(({ name, type: of }) => `$${name}: ${String(of)}`).join(', ')})`
      : '';
  const args = declared.length > 0 ? `(${declared.map(({ name }) => `${name}: $${name}`).join(', ')})` : '';
  const asked = `${field.name}${args} ${leavesOf(getNamedType(field.type))}`;
  if (type.name === 'Mutation')
    return { document: `mutation${head} { ${asked} }`, variables, path: [field.name] };
  if (['Courier', 'Bird'].includes(type.name))
    return {
      document: `query${head} { ${operation.api} { ${asked} } }`,
      variables,
      path: [operation.api, field.name],
    };
  const id = ids.nodeOf(type.name);
  if (id === undefined) return throughList(operation.api, type, head, asked, variables, field.name);
  return {
    document: `query${head} { node(id: "${id}") { ... on ${type.name} { ${asked} } } }`,
    variables,
    path: ['node', field.name],
  };
};

/** Asks a field of a type that has no path of one, by the first row of its list. */
const throughList = (
  api: string,
  type: GraphQLObjectType,
  head: string,
  asked: string,
  variables: Record<string, unknown>,
  name: string,
): Request => {
  const branch = schema.getType(api === 'bird' ? 'Bird' : 'Courier') as GraphQLObjectType;
  const list = Object.values(branch.getFields()).find(
    (field) =>
      getNamedType(field.type).name === `${type.name}Connection` &&
      !field.args.some((arg) => isNonNullType(arg.type)),
  );
  if (!list) throw new Error(`no list shows a ${type.name}, which has ${name}`);
  return {
    document: `query${head} { ${api} { ${list.name}(first: 20) { nodes { ${asked} } } } }`,
    variables,
    path: [api, list.name, 'nodes', name],
  };
};

const inputOf = (
  type: GraphQLInputObjectType,
  values: Readonly<Record<string, unknown>>,
  all: boolean,
  { path }: Claim,
  { idOf }: Parameters<typeof requestOf>[2],
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> => {
  const input: Record<string, unknown> = {};
  const [, , collection = ''] = path.split('/');
  const braces = bracesOf(path);
  /** The id of the thing that a brace of the path stands for; a path of courier says it by its collection. */
  const idAt = (brace: string | undefined) =>
    brace === undefined || brace === 'id' ? idOf(collection) : idOf(pascal(brace.replace(/Id$/, '')));
  for (const field of Object.values(type.getFields())) {
    const coordinate = `${type.name}.${field.name}`;
    const value =
      field.name in given
        ? given[field.name]
        : coordinate in given
          ? given[coordinate]
          : field.name === 'id' || braces.includes(field.name)
            ? idAt(field.name === 'id' ? braces.at(-1) : field.name)
            : (values[field.name] ?? exampleInput(field.type, field.name, given, [type.name]));
    if (value !== undefined && (all || isNonNullType(field.type) || field.name in given))
      input[field.name] = value;
  }
  return input;
};
