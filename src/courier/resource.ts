import type { InterfaceParam, ObjectFieldsShape } from '@pothos/core';
import type { GraphQLResolveInfo } from 'graphql';
import { type BuilderTypes, builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { readNativeId } from '../graph/ids.ts';
import { rest } from '../graph/ledger.ts';
import { node } from '../graph/node.ts';
import { Courier } from './courier.ts';
import { inputFields, type Shape, type Values, writeValues } from './input.ts';
import { embedded, operation, type ResourceRef, readById } from './load.ts';
import { noun } from './names.ts';
import { operations } from './operations.gen.ts';
import type { Flat, ItemPath } from './types.ts';

interface Options<Row extends object> {
  readonly description: string;
  readonly interfaces?: InterfaceParam<BuilderTypes>[];
  /** True when an answer may be used again for a while. */
  readonly cached?: boolean;
  /** Fields that need nothing but the id, so that an embedded id answers them. */
  readonly keyOnlyFields?: readonly string[];
  readonly fields: ObjectFieldsShape<BuilderTypes, Row>;
}

/**
 * Declares a thing of courier by the path of one object: its GraphQL type, its loader (a call an object, because
 * courier documents no other way), `node(id:)` and the field of its name on `Courier`.
 */
export const resource = <const Path extends ItemPath>(
  name: string,
  path: Path,
  options: Options<Flat<Path>>,
): ResourceRef<Flat<Path>> & { readonly path: Path } =>
  // Inside, a row is only known to have an id; the path's type says the rest.
  define(name, path, options as object as Options<Row>) as object as ReturnType<typeof resource<Path>>;

type Row = { id: string };

const define = (name: string, path: string, options: Options<Row>): ResourceRef<Row> => {
  const { description, interfaces = [], fields, keyOnlyFields = [] } = options;
  const get = operation('GET', path as never);
  const ref = Object.assign(
    node<Row>(name, {
      api: 'courier',
      operations: [get],
      cached: options.cached ?? false,
      key: (row) => row.id,
      natives: 1,
      batch: 1,
      load: (ids, context) => Promise.all(ids.map((id) => readById<Row>(context, get, name, id))),
    }),
    { path, keyOnlyFields, get },
  );

  builder.node(ref, {
    id: { resolve: ref.key },
    description,
    interfaces: interfaces as [],
    fields: (t) => ({
      nativeId: t.string({ nullable: false, description: 'Its id at courier.', resolve: (row) => row.id }),
      ...fields(t),
    }),
  });

  const { query = {} } = operations[`GET ${path}` as keyof typeof operations] as {
    query?: Record<string, Shape>;
  };
  builder.objectField(Courier, noun(name), (t) =>
    t.field({
      type: ref,
      description: `One ${name} by its id; null when courier does not know it.`,
      directives: rest(get),
      args: {
        id: t.arg.id({ required: true, description: `The global id of a ${name}, or courier’s own.` }),
        ...inputFields(t.arg, query),
      },
      resolve: (_courier, args, context) => {
        const id = readNativeId(args.id, 'id', name);
        const values = writeValues(args as Values, query) as Record<string, string>;
        // Another question than the loader's may have another answer.
        return Object.keys(values).length > 0
          ? readById<Row>(context, get, name, id, values)
          : ref.load(context, id);
      },
    }),
  );
  return ref;
};

/**
 * A field that leads to a thing whose id, and perhaps more of it, the row holds: what the row embeds answers
 * without a call when the query asks for nothing more.
 */
export const relation = <Row, To extends { id: string }>(
  ref: ResourceRef<To>,
  description: string,
  part: (row: Row) => (Partial<To> & { id: string }) | undefined,
) => ({
  type: ref,
  description,
  directives: rest(ref.get),
  resolve: (
    row: Row,
    _args: object,
    context: Context,
    info: GraphQLResolveInfo,
  ): Promise<To | null> | null => {
    const known = part(row);
    return known === undefined ? null : Promise.resolve(embedded(ref, known, context, info));
  },
});
