import type { ObjectFieldBuilder, ObjectRef } from '@pothos/core';
import type { GraphQLResolveInfo } from 'graphql';
import { type BuilderTypes, builder } from '../builder.ts';
import type { Context } from '../context.ts';

import type { ResolvedShape, Shape } from './contract.ts';
import { type Dialect, type Row, thingOf } from './dialect.ts';
import { nativeEnum } from './enum.ts';
import { InvalidValueError } from './errors.ts';
import { rest } from './ledger.ts';
import { asThing, camel, joinNames, pascal, plural, singular } from './names.ts';
import { embedded, type NodeRef } from './node.ts';
import { PERSONAL } from './personal.ts';
import { weighsRelation, weighsRelations } from './weight.ts';

type Fields = Record<string, object>;
type Builder = ObjectFieldBuilder<BuilderTypes, object>;

/** What a type's fields are made of. */
interface Source {
  readonly dialect: Dialect;
  /** The GraphQL type whose fields they are. */
  readonly typename: string;
  /** Attributes that no field is made of. */
  readonly hide?: readonly string[];
}

const read = (row: object, attribute: string): unknown => (row as Record<string, unknown>)[attribute];

/** What stands at a path of attributes, joined by dots. */
const readPath = (row: object, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? read(at, step) : undefined), row);

/** The id that stands where there is nothing to name. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** The GraphQL type of a value that is no object, and how a value of JSON becomes one of it. */
const SCALARS: Readonly<Record<string, { readonly type: string; readonly is: (value: unknown) => boolean }>> =
  {
    boolean: { type: 'Boolean', is: (value) => typeof value === 'boolean' },
    integer: { type: 'Int', is: (value) => typeof value === 'number' },
    number: { type: 'Float', is: (value) => typeof value === 'number' },
    string: { type: 'String', is: (value) => typeof value === 'string' },
  };

/** The largest number that GraphQL’s Int holds; the smallest is one less than its negative. */
const MAX_INT = 2 ** 31 - 1;

/** The shape of a list's items, which the list describes where they say nothing themselves. */
export const itemOf = ({ contract }: Dialect, { items = {}, description }: ResolvedShape): ResolvedShape => {
  const item = contract.resolve(items);
  return item.description === undefined && description !== undefined ? { ...item, description } : item;
};

/** The shape of an object that holds nothing but an id that points somewhere. */
const pointerIn = ({ properties, component }: ResolvedShape): Shape | undefined => {
  const [only, ...more] = Object.entries(properties ?? {});
  return component === undefined && only?.[0] === 'id' && more.length === 0 && only[1]['x-points-to']
    ? only[1]
    : undefined;
};

/** What types over objects inside rows are beside what the contract says, by name. */
const extended = new Map<
  string,
  { readonly interfaces: readonly object[]; readonly fields: (t: Builder) => Fields }
>();

/** Has the type over an object inside a row implement interfaces, with the fields that they need beside its own. */
export const extendObject = (
  typename: string,
  interfaces: readonly object[],
  fields: (t: Builder) => Fields,
): void => {
  extended.set(typename, { interfaces, fields });
};

const objects = new Map<string, { readonly ref: ObjectRef<BuilderTypes, object>; readonly shape: string }>();

/**
 * The GraphQL type over an object inside a row.
 *
 * @throws {Error} another shape has the name already
 */
export const objectOf = (
  dialect: Dialect,
  typename: string,
  shape: ResolvedShape,
): ObjectRef<BuilderTypes, object> => {
  const description = shape.about ?? shape.description;
  const key = JSON.stringify(shape.properties);
  const known = objects.get(typename);
  if (known) {
    if (known.shape !== key) throw new Error(`${typename} has two shapes`);
    return known.ref;
  }
  const ref = builder.objectRef<object>(typename);
  objects.set(typename, { ref, shape: key });
  ref.implement({
    ...(description !== undefined && { description }),
    interfaces: (extended.get(typename)?.interfaces ?? []) as never,
    fields: ((t: Builder) => ({
      ...fieldsOf({ dialect, typename }, shape)(t),
      ...extended.get(typename)?.fields(t),
    })) as never,
  });
  return ref;
};

/** The name of the type of an object that stands at an attribute: its component’s own, or one made of both. */
const nestedName = ({ dialect, typename }: Source, attribute: string, shape: ResolvedShape): string =>
  shape.component ? `${dialect.prefix}${shape.component}` : joinNames(typename, singular(camel(attribute)));

/** What a relation is called: by the contract, or as its attribute without `-id`. */
export const relationName = (attribute: string, shape: Shape): string =>
  camel(shape['x-relation'] ?? attribute.replace(/-?ids?$/i, ''));

/** True for an attribute that is named after its id alone, so that the relation takes its place. */
const isIdName = (attribute: string): boolean => /(?:-ids?|Ids?)$/.test(attribute);

/** The fields over a shape’s attributes. A test holds that none of them needs a call that its `@rest` does not name. */
export const fieldsOf = (source: Source, shape: ResolvedShape) => {
  const { dialect, hide = [] } = source;
  return (t: Builder): Fields =>
    Object.assign(
      {},
      ...Object.entries(shape.properties ?? {})
        .filter(([attribute]) => !hide.includes(attribute))
        .map(([attribute, value]) =>
          fieldOf(
            t,
            source,
            attribute,
            dialect.contract.resolve(value),
            shape.required?.includes(attribute) === true,
          ),
        ),
    );
};

const fieldOf = (
  t: Builder,
  source: Source,
  attribute: string,
  shape: ResolvedShape,
  isPromised: boolean,
): Fields => {
  const { dialect } = source;
  const name = camel(shape['x-field'] ?? (attribute === 'id' ? 'nativeId' : attribute));
  const about = {
    description: shape.description,
    ...(isMarked(dialect, shape) && { extensions: PERSONAL }),
    ...(shape.deprecated && {
      deprecationReason: shape['x-deprecation-reason'] ?? 'The upstream calls it deprecated.',
    }),
  };
  const isList = shape.type === 'array';
  const item = isList ? itemOf(dialect, shape) : shape;
  const pointer = item['x-points-to'] ? item : pointerIn(item);
  const target = thingOf(dialect, pointer?.['x-points-to']);
  if (pointer && target) {
    const inside = pointer !== item;
    const relation = inside ? name : relationName(attribute, pointer);
    const related = relationField(dialect, target, attribute, pointer, inside, isList);
    const plainId =
      inside || isIdName(attribute) ? {} : { [name]: plain(t, source, attribute, shape, about) };
    return {
      ...plainId,
      [isList && !inside ? plural(singular(relation)) : relation]: t.field({
        ...about,
        ...(shape.description !== undefined && { description: asThing(shape.description) }),
        ...related,
      } as never),
    };
  }
  if (item.enum && item.type === 'string')
    return words(t, source, attribute, item, { name, isList, isPromised, about });
  if (item.properties && Object.keys(item.properties).length > 0) {
    const type = objectOf(dialect, nestedName(source, attribute, item), item);
    return {
      [name]: t.field({
        ...about,
        type: isList ? [type] : type,
        resolve: (row: object) => nested(dialect, row, attribute, isList),
      } as never),
    };
  }
  return { [name]: plain(t, source, attribute, shape, about) };
};

/** True for what the contract says tells something about a person, of a list also where its items say so. */
const isMarked = ({ contract }: Dialect, shape: ResolvedShape): boolean =>
  shape['x-personal'] === true ||
  (shape.items !== undefined && contract.resolve(shape.items)['x-personal'] === true);

const nested = (dialect: Dialect, row: object, attribute: string, isList: boolean): unknown => {
  const value = read(row, attribute);
  if (value == null) return null;
  if (typeof value !== 'object' || Array.isArray(value) !== isList)
    throw new InvalidValueError(dialect.api, attribute);
  if (!Array.isArray(value)) return dialect.part(row, value);
  const parts = value.filter((part) => part != null);
  if (parts.some((part) => typeof part !== 'object' || Array.isArray(part)))
    throw new InvalidValueError(dialect.api, attribute);
  return parts.map((part) => dialect.part(row, part));
};

/** A value that is no object, a list of such values, or any JSON. */
const plain = (
  t: Builder,
  { dialect }: Source,
  attribute: string,
  shape: ResolvedShape,
  about: object,
): object => {
  const isList = shape.type === 'array';
  const item = isList ? dialect.contract.resolve(shape.items ?? {}) : shape;
  if (item.format === 'datetime' || item.format === 'date-time') {
    const time = (value: unknown, context: Context): Date | null => {
      const date = dialect.readTime(value);
      if (date === undefined && typeof value === 'string' && value !== '')
        context.services.warn('an upstream’s time cannot be read', { api: dialect.api, attribute });
      return date ?? null;
    };
    return t.field({
      ...about,
      type: isList ? ['DateTime'] : 'DateTime',
      resolve: (row: object, _args: object, context: Context) => {
        const value = read(row, attribute);
        return Array.isArray(value)
          ? value.map((one) => time(one, context)).filter(Boolean)
          : time(value, context);
      },
    } as never) as object;
  }
  const scalar = item.format === 'uuid' ? { ...SCALARS.string, type: 'ID' } : SCALARS[item.type ?? ''];
  if (!scalar?.is)
    return t.field({
      ...about,
      type: 'JSON',
      resolve: (row: object) => read(row, attribute),
    } as never) as object;
  const check = (value: unknown, context: Context): unknown => {
    if (value == null) return null;
    if (!scalar.is?.(value)) throw new InvalidValueError(dialect.api, attribute);
    if (item.type !== 'integer') return value;
    if (Number.isInteger(value) && Math.abs(value as number) <= MAX_INT) return value;
    context.services.warn('a number does not fit', { api: dialect.api, attribute });
    return null;
  };
  return t.field({
    ...about,
    type: isList ? [scalar.type] : scalar.type,
    resolve: (row: object, _args: object, context: Context) => {
      const value = read(row, attribute);
      if (!isList) return check(value, context);
      if (value == null) return null;
      if (!Array.isArray(value)) throw new InvalidValueError(dialect.api, attribute);
      return value
        .filter((one) => one != null)
        .map((one) => check(one, context))
        .filter((one) => one !== null);
    },
  } as never) as object;
};

interface Words {
  readonly name: string;
  readonly isList: boolean;
  /** True when the upstream promises the attribute: a row without it has an unknown word. */
  readonly isPromised: boolean;
  readonly about: object;
}

/** Words of a closed list: an enum with UNKNOWN for the word that comes tomorrow, and the word itself beside it. */
const words = (
  t: Builder,
  { typename, dialect }: Source,
  attribute: string,
  shape: ResolvedShape,
  { name, isList, isPromised, about }: Words,
): Fields => {
  const { type, read: readWord } = nativeEnum(
    shape.component ? dialect.prefix + shape.component : joinNames(typename, singular(name)),
    {
      description: shape.about ?? shape.description ?? '',
      values: (shape.enum ?? []).filter((word) => word !== null).map(String),
      ...(shape['x-values'] && { meanings: shape['x-values'] }),
    },
  );
  const value = (row: object): unknown => {
    const word = read(row, attribute);
    if (word == null || word === '') return isPromised && !isList ? readWord('') : null;
    return Array.isArray(word) ? word.map((one) => readWord(String(one))) : readWord(String(word));
  };
  return {
    [name]: t.field({
      ...about,
      type: isList ? [type] : type,
      ...(isPromised && !isList && { nullable: false }),
      resolve: value,
    } as never),
    [`native${pascal(name)}`]: t.field({
      type: isList ? ['String'] : 'String',
      description: `The upstream’s own ${isList ? 'words' : 'word'} for \`${name}\`.`,
      resolve: (row: object) => read(row, attribute),
    } as never),
  };
};

/**
 * What makes a field lead to the thing whose id a row holds. What stands beside the id answers without a call when
 * the query asks for nothing more.
 */
export const relationField = (
  dialect: Dialect,
  target: NodeRef<Row>,
  attribute: string,
  shape: Shape,
  inside = false,
  isList = false,
) => {
  const embeds = Object.entries(shape['x-embeds'] ?? {});
  const follow = (holder: object, id: unknown, context: Context, info: GraphQLResolveInfo) => {
    if (typeof id !== 'string' || id === '' || id === NOBODY) return null;
    const known = Object.fromEntries(embeds.map(([theirs, ours]) => [theirs, readPath(holder, ours)]));
    return embedded(
      target,
      dialect.keyBeside(holder, id, target.name),
      dialect.part(holder, { ...known, id }),
      context,
      info,
    );
  };
  const idIn = (value: unknown) =>
    inside && typeof value === 'object' && value !== null ? read(value, 'id') : value;
  return {
    type: isList ? [target] : target,
    ...(isList && { nullable: { list: true, items: true } }),
    directives: rest(...target.operations),
    extensions: isList ? weighsRelations(target.loading) : weighsRelation(target.loading),
    resolve: (row: object, _args: object, context: Context, info: GraphQLResolveInfo) => {
      const value = read(row, attribute);
      if (isList)
        return Array.isArray(value) ? value.map((one) => follow(row, idIn(one), context, info)) : null;
      return follow(row, idIn(value), context, info);
    },
  };
};
