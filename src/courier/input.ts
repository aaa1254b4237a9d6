import type { InputFieldMap, InputType } from '@pothos/core';
import { type BuilderTypes, builder } from '../builder.ts';
import { InputError } from '../graph/errors.ts';
import { isUuid, readNativeId } from '../graph/ids.ts';
import { TimeRange } from '../graph/scalars.ts';
import { meaningOf } from './descriptions.ts';
import { camel, pascal } from './names.ts';

/** What the generated table says of a value. */
export interface Shape {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly items?: Shape;
  readonly properties?: { readonly [name: string]: Shape };
  readonly required?: boolean | readonly string[];
}

/** Values as courier names and spells them. */
export type Values = Record<string, unknown>;

/** Which type an id parameter names, by the parameter's name. Others take a native id alone. */
const NAMED_TYPES: Readonly<Record<string, string>> = {
  'account-id': 'CourierTextAccount',
  'channel-id': 'CourierChannel',
  'individual-group-id': 'CourierIndividualGroup',
  'individual-id': 'CourierIndividual',
  'individual-ids': 'CourierIndividual',
  'message-id': 'CourierMessage',
  'organization-id': 'CourierOrganization',
  'participant-id': 'CourierIndividual',
  'primary-individual-id': 'CourierIndividual',
  'profile-individual-id': 'CourierIndividual',
  'sender-organization-id': 'CourierOrganization',
  'user-id': 'CourierUser',
};

/** The name inside `filter[…]`, or the parameter's own. */
const bare = (name: string): string => /^filter\[(.+)\]$/.exec(name)?.[1] ?? name;

const isRange = (name: string): boolean => bare(name).startsWith('cmp-');

/** Makes one field: `t.arg`, or `t.field` of an input type. */
type Make = (options: never) => unknown;

const inputs = new Map<string, InputType<BuilderTypes>>();

/** Makes a named input type once. */
const once = (name: string, make: () => InputType<BuilderTypes>): InputType<BuilderTypes> => {
  const type = inputs.get(name) ?? make();
  inputs.set(name, type);
  return type;
};

/** The GraphQL type of one value. */
const typeOf = (name: string, shape: Shape): InputType<BuilderTypes> => {
  if (shape.enum) {
    const values = Object.fromEntries(
      shape.enum.map((value) => [
        value.replaceAll('-', '_').toUpperCase(),
        { value, description: `courier’s \`${value}\`.` },
      ]),
    );
    return once(`Courier${pascal(name)}`, () =>
      builder.enumType(`Courier${pascal(name)}`, { description: `courier’s values of \`${name}\`.`, values }),
    );
  }
  if (shape.properties && Object.keys(shape.properties).length > 0) {
    const { properties, required } = shape;
    return once(`Courier${pascal(name)}Input`, () =>
      builder.inputType(`Courier${pascal(name)}Input`, {
        description: shape.description ?? meaningOf(name),
        fields: (t) => inputFields(t.field.bind(t), properties, required),
      }),
    );
  }
  if (shape.type === 'boolean') return 'Boolean';
  if (shape.type === 'integer') return 'Int';
  if (shape.type === 'string') return shape.format === 'uuid' ? 'ID' : 'String';
  return 'JSON';
};

/** The arguments or input fields over named shapes, with their names in camelCase. */
export const inputFields = (
  make: Make,
  shapes: Readonly<Record<string, Shape>>,
  required: Shape['required'] = [],
): InputFieldMap => {
  const build = make as (options: object) => unknown;
  const field = (name: string, shape: Shape) => {
    const description = shape.description ?? meaningOf(name);
    if (isRange(name))
      return build({
        type: TimeRange,
        description: `Only rows whose \`${bare(name).slice(4)}\` lies in this span.`,
      });
    const item = shape.type === 'array' ? (shape.items ?? {}) : shape;
    const type = typeOf(bare(name), item);
    const must = shape.required === true || (Array.isArray(required) && required.includes(name));
    return build({ type: shape.type === 'array' ? [type] : type, required: must, description });
  };
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [camel(bare(name)), field(name, shape)]),
  ) as InputFieldMap;
};

/**
 * The values of arguments or of an input as courier takes them: its names, native ids, comparators for spans.
 * What is left out stays out, and so does null but where courier takes any JSON.
 *
 * @param path where the arguments stand, such as `input.`
 * @throws {InputError} an id cannot be, or an object is none
 */
export const writeValues = (args: Values, shapes: Readonly<Record<string, Shape>>, path = ''): Values => {
  const written = Object.entries(shapes).flatMap(([name, shape]): [string, unknown][] => {
    const key = camel(bare(name));
    const value = args[key];
    // Any JSON at all may be null; elsewhere null says nothing.
    if (value === undefined || (value === null && shape.type !== undefined)) return [];
    return [[name, isRange(name) ? comparators(value as Span) : write(bare(name), shape, value, path + key)]];
  });
  return Object.fromEntries(written);
};

interface Span {
  readonly since?: Date | null;
  readonly until?: Date | null;
}

const comparators = ({ since, until }: Span): string[] => [
  ...(since ? [`>=${since.toISOString()}`] : []),
  ...(until ? [`<${until.toISOString()}`] : []),
];

const write = (name: string, shape: Shape, value: unknown, path: string): unknown => {
  if (shape.type === 'array' && Array.isArray(value))
    return value.map((item) => write(name, shape.items ?? {}, item, path));
  if (shape.format === 'uuid' && typeof value === 'string') {
    const typename = NAMED_TYPES[name];
    if (typename) return readNativeId(value, path, typename);
    if (!isUuid(value)) throw new InputError(path, 'is not a native id');
    return value;
  }
  if (shape.type === 'object' && (typeof value !== 'object' || Array.isArray(value)))
    throw new InputError(path, 'must be an object');
  if (shape.properties && typeof value === 'object')
    return writeValues(value as Values, shape.properties, `${path}.`);
  return value;
};
