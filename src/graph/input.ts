import type { InputFieldMap, InputType } from '@pothos/core';
import { type BuilderTypes, builder } from '../builder.ts';
import type { ResolvedShape, Shape } from './contract.ts';
import { type Dialect, thingOf, type Values } from './dialect.ts';
import { nativeEnum } from './enum.ts';
import { InputError } from './errors.ts';
import { isUuid, readId } from './ids.ts';
import { camel, enumValue, joinNames, singular, uncapitalized } from './names.ts';
import { itemOf } from './output.ts';
import { TimeRange } from './scalars.ts';

/** Shapes of arguments or of an input’s fields, by the upstream’s names. */
export type Shapes = Readonly<Record<string, Shape>>;

/** The type that owns the arguments or fields: names of enums and inputs begin with its name. */
export interface Owner {
  readonly dialect: Dialect;
  readonly typename: string;
}

const FILTER = /^(filter|include)\[(?:cmp-)?(.+)\]$/;

/**
 * What a parameter is called as an argument: `filter[cmp-posted-time]` is `postedTime`. A filter whose plain name
 * is another parameter’s keeps the word.
 */
export const argumentName = (name: string, shapes: Shapes = {}): string => {
  const own = shapes[name]?.['x-argument'];
  if (own !== undefined) return own;
  if (name === 'sort') return 'orderBy';
  const [, kind, inner] = FILTER.exec(name) ?? [];
  if (kind === undefined || inner === undefined) return uncapitalized(camel(name));
  return kind === 'include' || inner in shapes ? camel(`${kind}-${inner}`) : camel(inner);
};

/** Makes one field: `t.arg`, or `t.field` of an input type. */
type Make = (options: never) => unknown;

const inputs = new Map<string, { readonly type: InputType<BuilderTypes>; readonly shape: string }>();

/**
 * A named input over an object.
 *
 * @throws {Error} another shape has the name already
 */
export const inputOf = (
  { dialect }: Pick<Owner, 'dialect'>,
  name: string,
  shape: ResolvedShape,
): InputType<BuilderTypes> => {
  const key = JSON.stringify([shape.properties, shape.required]);
  const made = inputs.get(name);
  if (made) {
    if (made.shape !== key) throw new Error(`${name} has two shapes`);
    return made.type;
  }
  const description = shape.about ?? shape.description;
  const type = builder.inputType(name, {
    ...(description !== undefined && { description }),
    fields: (t) =>
      inputFields(
        { dialect, typename: name.replace(/Input$/, '') },
        t.field.bind(t),
        shape.properties ?? {},
        shape.required,
      ),
  });
  inputs.set(name, { type, shape: key });
  return type;
};

/** True when a field is read somewhere over the same words, so that one of them may be unknown. */
const isReadAs = ({ dialect, typename }: Owner, name: string): boolean => {
  const component = typename.slice(dialect.prefix.length);
  let properties: Shapes = {};
  try {
    properties = dialect.contract.component(component).properties ?? {};
  } catch {}
  return Object.entries(properties).some(
    ([attribute, shape]) => shape.enum && joinNames(typename, singular(camel(attribute))) === name,
  );
};

const words = (shape: ResolvedShape): string[] =>
  (shape.enum ?? []).filter((word) => word !== null).map(String);

/** The enum of a `sort` parameter: `-created-at` is CREATED_AT_DESC. */
const orderType = (typename: string, shape: ResolvedShape): InputType<BuilderTypes> => {
  const values = Object.fromEntries(
    words(shape).map((value) => {
      const descends = value.startsWith('-');
      const field = value.replace(/^-/, '');
      return [
        `${enumValue(field)}_${descends ? 'DESC' : 'ASC'}`,
        {
          value,
          description: `By \`${camel(field)}\`, ${descends ? 'highest or newest' : 'lowest or oldest'} first.`,
        },
      ];
    }),
  );
  return orders(typename, values);
};

const orderTypes = new Map<string, InputType<BuilderTypes>>();
const orders = (
  typename: string,
  values: Record<string, { value: string; description: string }>,
): InputType<BuilderTypes> => {
  const name = `${typename}Order`;
  const made = orderTypes.get(name) ?? builder.enumType(name, { description: 'An order of a list.', values });
  orderTypes.set(name, made);
  return made;
};

const isMoment = ({ format }: Shape): boolean => format === 'datetime' || format === 'date-time';

/** The GraphQL type of one value. */
const typeOf = (owner: Owner, name: string, shape: ResolvedShape): InputType<BuilderTypes> => {
  const { dialect, typename } = owner;
  if (name === 'sort') return orderType(typename, shape);
  if (shape.enum && shape.type === 'string') {
    const plain = FILTER.exec(name)?.[2] ?? name;
    const enumName = shape.component
      ? dialect.prefix + shape.component
      : joinNames(typename, singular(camel(plain)));
    return nativeEnum(enumName, {
      description: shape.about ?? shape.description ?? '',
      values: words(shape),
      ...(shape['x-values'] && { meanings: shape['x-values'] }),
      isRead: shape.component ? dialect.contract.isAnswered(shape.component) : isReadAs(owner, enumName),
    }).type;
  }
  if (shape.properties && Object.keys(shape.properties).length > 0) {
    const taken = shape['x-input'] === undefined ? shape : dialect.contract.component(shape['x-input']);
    const base = taken.component
      ? dialect.prefix + taken.component
      : joinNames(typename, singular(camel(name)));
    return inputOf(owner, `${base.replace(/Input$/, '')}Input`, taken);
  }
  if (shape.type === 'boolean') return 'Boolean';
  if (shape.type === 'integer') return 'Int';
  if (shape.type === 'number') return 'Float';
  if (shape.type !== 'string') return 'JSON';
  if (isMoment(shape)) return 'DateTime';
  return shape.format === 'uuid' ? 'ID' : 'String';
};

/** The arguments or input fields over named shapes. */
export const inputFields = (
  owner: Owner,
  make: Make,
  shapes: Shapes,
  required: readonly string[] = [],
): InputFieldMap => {
  const build = make as (options: object) => unknown;
  const field = (name: string, given: Shape) => {
    const shape = owner.dialect.contract.resolve(given);
    if (shape['x-compares'] !== undefined)
      return build({
        type: TimeRange,
        description: `Only those whose \`${camel(shape['x-compares'])}\` lies in this span.`,
      });
    const isList = shape.type === 'array';
    const item = isList ? itemOf(owner.dialect, shape) : shape;
    const type = typeOf(owner, name, item);
    const standard = defaultOf(name, shape, isList);
    return build({
      type: isList ? [type] : type,
      required: (given.mandatory === true || required.includes(name)) && standard === undefined,
      ...(shape.description !== undefined && { description: shape.description }),
      ...(standard !== undefined && { defaultValue: standard }),
      ...(shape.deprecated && {
        deprecationReason: shape['x-deprecation-reason'] ?? 'The upstream calls it deprecated.',
      }),
    });
  };
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [argumentName(name, shapes), field(name, shape)]),
  ) as InputFieldMap;
};

const defaultOf = (_name: string, { default: standard }: ResolvedShape, isList: boolean): unknown => {
  if (standard === undefined || standard === null) return undefined;
  return isList ? [standard].flat() : standard;
};

/**
 * The values of arguments or of an input as the upstream takes them: its names, native ids, comparators for spans.
 * What is left out stays out, and so does what is the upstream’s own default.
 *
 * @param path where the arguments stand, such as `input.`
 * @param scope what the keys of ids begin with
 * @throws {InputError} a value cannot be what it is
 */
export const writeValues = (
  dialect: Dialect,
  args: Values,
  shapes: Shapes,
  path = '',
  scope = '',
): Values => {
  const written = Object.entries(shapes).flatMap(([name, given]): [string, unknown][] => {
    const key = argumentName(name, shapes);
    const value = args[key];
    if (value === undefined) return [];
    const shape = dialect.contract.resolve(given);
    const where = path + key;
    if (value === null) {
      // A parameter that is null is one that is left out; in a body null clears, where the upstream takes it.
      if (path === '') return [];
      if (shape.nullable || shape.type === undefined) return [[name, null]];
      throw new InputError(where, 'cannot be null; leave it out to say nothing of it');
    }
    if (shape['x-compares'] !== undefined) {
      const { since, until } = value as { since?: Date | null; until?: Date | null };
      return [[name, dialect.writeSpan(since, until)]];
    }
    const isDefault =
      path === '' && JSON.stringify([value].flat()) === JSON.stringify([shape.default].flat());
    return isDefault ? [] : [[name, write(dialect, shape, value, where, scope)]];
  });
  return Object.fromEntries(written);
};

/**
 * One value of a shape as the upstream takes it.
 *
 * @param path where it stands, such as `input.body`
 * @throws {InputError} it cannot be what it is
 */
export const write = (
  dialect: Dialect,
  shape: ResolvedShape,
  value: unknown,
  path: string,
  scope: string,
): unknown => {
  if (shape.type === 'array') {
    if (!Array.isArray(value)) throw new InputError(path, 'must be a list');
    if (shape.minItems !== undefined && value.length < shape.minItems)
      throw new InputError(path, `must have at least ${shape.minItems}`);
    if (shape.maxItems !== undefined && value.length > shape.maxItems)
      throw new InputError(path, `must have at most ${shape.maxItems}`);
    const item = dialect.contract.resolve(shape.items ?? {});
    return value.map((one) => write(dialect, item, one, path, scope));
  }
  if (shape.type === 'object' && (typeof value !== 'object' || value === null || Array.isArray(value)))
    throw new InputError(path, 'must be an object');
  if (value instanceof Date) return dialect.writeTime(value);
  if (typeof value === 'number') return bounded(shape, value, path);
  if (typeof value === 'string') {
    if (shape.format === 'uuid') return writeId(dialect, shape, value, path, scope);
    return shape.enum ? word(value, path) : fitting(shape, value, path);
  }
  if (shape.properties && Object.keys(shape.properties).length > 0 && typeof value === 'object') {
    if (shape['x-input'] !== undefined) refuseOthers(value as Values, shape.properties, path);
    return writeValues(dialect, value as Values, shape.properties, `${path}.`, scope);
  }
  return value;
};

/** Refuses what another input has that is taken in place of a shape’s own. */
const refuseOthers = (value: Values, shapes: Shapes, path: string): void => {
  const names = Object.keys(shapes).map((name) => argumentName(name, shapes));
  const other = Object.keys(value).find((key) => value[key] !== undefined && !names.includes(key));
  if (other !== undefined) throw new InputError(`${path}.${other}`, 'is not taken here');
};

const word = (value: string, path: string): string => {
  if (value === '') throw new InputError(path, 'UNKNOWN is only for reading');
  return value;
};

/** The native id that a global or a native one names, in the scope of the call. */
const writeId = (
  dialect: Dialect,
  shape: ResolvedShape,
  value: string,
  path: string,
  scope: string,
): string => {
  const target = thingOf(dialect, shape['x-points-to']);
  if (!target) {
    if (!isUuid(value)) throw new InputError(path, 'is not a native id');
    return value;
  }
  const id = readId(value, path, target.name);
  if (typeof id === 'string') return id;
  if (!id.key.startsWith(scope)) throw new InputError(path, 'belongs to another workspace');
  return id.key.slice(id.key.lastIndexOf('/') + 1);
};

const bounded = ({ minimum, maximum }: ResolvedShape, value: number, path: string): number => {
  if (minimum !== undefined && value < minimum) throw new InputError(path, `must be at least ${minimum}`);
  if (maximum !== undefined && value > maximum) throw new InputError(path, `must be at most ${maximum}`);
  return value;
};

const fitting = (
  { minLength, maxLength, pattern, format }: ResolvedShape,
  value: string,
  path: string,
): string => {
  const length = [...value].length;
  if (minLength !== undefined && length < minLength)
    throw new InputError(path, `must have at least ${minLength} characters`);
  if (maxLength !== undefined && length > maxLength)
    throw new InputError(path, `must have at most ${maxLength} characters`);
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value))
    throw new InputError(path, `must match ${pattern}`);
  if (format === 'email' && !/^[^\s@]+@[^\s@]+$/.test(value))
    throw new InputError(path, 'is no email address');
  if (format === 'phonenumberE164' && !/^\+[1-9]\d{1,14}$/.test(value))
    throw new InputError(path, 'is no number in E.164');
  return value;
};
