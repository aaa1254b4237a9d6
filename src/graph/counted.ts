import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
} from 'graphql';
import { BudgetError, type Context } from '../context.ts';
import { inTurns } from './turns.ts';

type Resolver = GraphQLFieldResolver<unknown, Context>;

/**
 * Has every field count what it adds to the answer, so that no operation makes more than its budget, and has long
 * lists gone through in turns. What goes over the budget costs its own fields alone.
 */
export const counted = (schema: GraphQLSchema): GraphQLSchema => {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__') || type === schema.getSubscriptionType()) continue;
    for (const field of Object.values(type.getFields()) as GraphQLField<unknown, Context>[]) {
      const count = counterOf(field);
      if (count) field.resolve = count(field.resolve ?? defaultFieldResolver);
    }
  }
  return schema;
};

/** What counts a field's values; none for those whose size is known by their type. */
const counterOf = ({
  type,
}: GraphQLField<unknown, Context>): ((resolve: Resolver) => Resolver) | undefined => {
  const named = getNamedType(type);
  if (isCompositeType(named)) return isListType(getNullableType(type)) ? countRows : countObject;
  return ['String', 'JSON'].includes(named.name) ? countText : undefined;
};

const countRows =
  (resolve: Resolver): Resolver =>
  (source, args, context, info) => {
    const pass = (rows: unknown): unknown => {
      if (!Array.isArray(rows)) return rows;
      addObjects(context, rows.length);
      return inTurns(rows, context);
    };
    const rows = resolve(source, args, context, info);
    return rows instanceof Promise ? rows.then(pass) : pass(rows);
  };

/** An object that is still to be read counts as one. */
const countObject =
  (resolve: Resolver): Resolver =>
  (source, args, context, info) => {
    const value = resolve(source, args, context, info);
    if (value != null) addObjects(context, 1);
    return value;
  };

const countText =
  (resolve: Resolver): Resolver =>
  (source, args, context, info) => {
    const value = resolve(source, args, context, info);
    if (typeof value === 'string') addBytes(context, value.length);
    else if (typeof value === 'object' && value !== null) addBytes(context, sizeOf(value));
    return value;
  };

const addObjects = ({ spent, budget }: Context, count: number): void => {
  spent.objects += count;
  if (spent.objects > budget.objects) {
    throw new BudgetError(`the operation makes more than ${budget.objects} objects`);
  }
};

const addBytes = ({ spent, budget }: Context, count: number): void => {
  spent.written += count;
  if (spent.written > budget.bytes) {
    throw new BudgetError(`the operation answers more than ${budget.bytes} bytes`);
  }
};

/** Bytes of values that have been measured: aliases answer the same value many times. */
const sizes = new WeakMap<object, number>();

const sizeOf = (value: object): number => {
  // What is still to come is not known.
  if (value instanceof Promise) return 0;
  const known = sizes.get(value) ?? JSON.stringify(value)?.length ?? 0;
  sizes.set(value, known);
  return known;
};
