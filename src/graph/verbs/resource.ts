import type { InterfaceParam, ObjectFieldsShape } from '@pothos/core';
import { type BuilderTypes, builder } from '../../builder.ts';
import type { Context } from '../../context.ts';
import { isAbsent } from '../../upstream/errors.ts';
import type { ResolvedShape } from '../contract.ts';
import { type Dialect, type Row, type RowType, registerRow, registerThing, type Values } from '../dialect.ts';
import { type NativeForm, readId } from '../ids.ts';
import { inputFields, type Shapes, writeValues } from '../input.ts';
import { type Claim, rest } from '../ledger.ts';
import { uncapitalized } from '../names.ts';
import { type NodeRef, node } from '../node.ts';
import { fieldsOf } from '../output.ts';
import { KEY_ONLY } from '../selection.ts';
import { weighsLoad } from '../weight.ts';
import { callAs, declare } from './operation.ts';

/** A thing of an upstream: its GraphQL type, with all that the verbs need to know of it. */
export interface ResourceRef<R extends object, Path extends string = string, Key extends string = string>
  extends NodeRef<R> {
  readonly dialect: Dialect;
  /** The attribute by which a row is known; none for rows that nothing tells apart. */
  readonly identity: string | undefined;
  /** The path of one, or of the list where there is no path of one. */
  readonly path: Path;
  /** What it is called inside its upstream’s branch: `CourierIndividualGroup` is an `individualGroup`. */
  readonly noun: string;
  /** By which name the contract’s `x-points-to` means it. */
  readonly contractName: string;
  /** False for rows that cannot be asked for one by one. */
  readonly isNode: boolean;
  /** The `METHOD path` of all operations of the contract; it is a type alone. */
  readonly keys?: Key;
}

/** The options of a thing: what its contract cannot say. */
export interface ResourceOptions<R extends object> {
  readonly interfaces?: InterfaceParam<BuilderTypes>[];
  /** The description, where that of the contract does not fit. */
  readonly description?: string;
  /** True when an answer may be used again for a while: never for what moves by itself, such as messages. */
  readonly cached?: boolean;
  /** Attributes that no field is made of. */
  readonly hide?: readonly string[];
  /** Fields beside those of the contract, and in place of those of the same name. */
  readonly fields?: ObjectFieldsShape<BuilderTypes, R>;
  /** The name of its field on the branch; none where `false`. */
  readonly field?: string | false;
  /** Parameters of its own GET that are no arguments of that field. */
  readonly hideParameters?: readonly string[];
  /** In place of a loader that makes a call for each object. */
  readonly loader?: NodeRef<R>;
}

/** True for the path of one thing, which ends with a path parameter. */
const isItem = (path: string): boolean => /\}\/?$/.test(path);

/** What one call of a thing's own GET asks and reads; null when the upstream says that there is none. */
export const readByKey = async (
  dialect: Dialect,
  context: Context,
  operation: Claim,
  type: RowType,
  key: string,
  query: Values = {},
): Promise<Row | null> => {
  try {
    const params = dialect.params(operation.path, key);
    const answer = await callAs(dialect, context, operation, {
      params,
      query,
      inputPath: dialect.inputPath(),
    });
    return dialect.readOne(answer, type, operation, key);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
};

/**
 * Declares a thing by the path of one: its GraphQL type over the attributes of the contract, its loader (a call an
 * object), `node(id:)`, and the field of its name on its upstream’s branch. By the path of a list, where there is
 * no path of one, it declares the type alone.
 */
export const defineResource = (
  dialect: Dialect,
  name: string,
  path: string,
  options: ResourceOptions<Row> = {},
): ResourceRef<Row> => {
  const { interfaces = [], fields, cached = false, hide = [] } = options;
  const { contract, prefix } = dialect;
  const isNode = isItem(path);
  const noun = uncapitalized(name.slice(prefix.length));
  const { answer, query = {} } = contract.operation(
    isNode ? `GET ${path}` : `${readsBy(dialect, path)} ${path}`,
  );
  const shape = answer && dialect.rowOf(contract.resolve(answer));
  if (!shape) throw new Error(`${path} answers with no row`);
  const description = options.description ?? shape.description;
  const derived = fieldsOf({ dialect, typename: name, hide }, shape);
  const identity = dialect.identityOf(shape);
  const type = { name, identity };
  const ref = options.loader ?? (isNode ? nodeOf(dialect, type, shape, path, cached) : rowOf(dialect, name));
  const contractName = dialect.contractName(path, shape);
  const made: ResourceRef<Row> = Object.assign(ref, {
    dialect,
    identity,
    path,
    noun,
    isNode,
    contractName,
  });
  if (isNode) registerThing(dialect, contractName, made);
  registerRow(dialect, shape.component, made);

  const hasNativeId = isNode || identity === 'id';
  const all = (t: never) => ({
    ...derived(t),
    ...(hasNativeId && {
      nativeId: (t as { string(options: object): object }).string({
        nullable: shape['x-unidentified'] === true,
        description: 'Its id at the upstream.',
        ...KEY_ONLY,
        resolve: (row: Row) => row[identity ?? 'id'],
      }),
    }),
    ...(fields as ((t: never) => object) | undefined)?.(t),
  });
  const common = {
    ...(description !== undefined && { description }),
    interfaces: interfaces as [],
    fields: all as never,
  };
  if (!isNode) {
    builder.objectType(made, common as never);
    return made;
  }
  builder.node(made, { ...common, id: { resolve: made.key } } as never);
  const shown = Object.entries(query).filter(([parameter]) => !options.hideParameters?.includes(parameter));
  if (options.field !== false) addSingle(made, options.field ?? noun, Object.fromEntries(shown));
  return made;
};

/** By which method a collection’s rows are known: its list, or what it creates. */
const readsBy = (dialect: Dialect, path: string): string => {
  try {
    dialect.contract.operation(`GET ${path}`);
    return 'GET';
  } catch {
    return 'POST';
  }
};

/** An id that is any text. */
const TEXTUAL = /^[^/]+$/;

/** What the ids of a thing look like, where they are no UUIDs. */
const formOf = (shape: ResolvedShape, identity: string): NativeForm | undefined => {
  const pattern = shape.properties?.[identity]?.pattern;
  if (identity !== 'id' && pattern !== undefined) return new RegExp(pattern, 'u');
  return shape['x-textual-id'] ? TEXTUAL : undefined;
};

const nodeOf = (
  dialect: Dialect,
  type: RowType,
  shape: ResolvedShape,
  path: string,
  cached: boolean,
): NodeRef<Row> => {
  const get = declare(dialect, 'GET', path);
  const { name, identity = 'id' } = type;
  return node<Row>(name, {
    api: dialect.api,
    operations: [get],
    cached,
    key: identity === 'id' ? dialect.key : (row) => dialect.keyBeside(row, String(row[identity]), name),
    natives: dialect.natives,
    form: formOf(shape, identity),
    batch: 1,
    load: (keys, context) =>
      Promise.all(
        keys.map((key) => readByKey(dialect, context, get, type, key).catch((error) => error as Error)),
      ),
  });
};

/** A type whose rows come in lists alone. */
const rowOf = (dialect: Dialect, name: string): NodeRef<Row> =>
  Object.assign(builder.objectRef<Row>(name), {
    key: dialect.key,
    operations: [],
    load: async () => null,
    prime: () => {},
    forget: () => {},
  });

/** The field on the branch that finds one by its id. */
const addSingle = (ref: ResourceRef<Row>, field: string, query: Shapes): void => {
  const { dialect, name } = ref;
  const [get] = ref.operations as readonly Claim[];
  if (!get) return;
  builder.objectField(dialect.branch, field, (t) =>
    t.field({
      type: ref,
      description: `One ${name} by its id; null when the upstream does not know it.`,
      directives: rest(ref),
      extensions: weighsLoad(ref.loading),
      args: {
        id: t.arg.id({ required: true, description: `The global id of a ${name}, or its native one.` }),
        ...inputFields({ dialect, typename: name }, t.arg, query),
      },
      resolve: (branch: object, args: Values, context: Context) => {
        const key = keyOf(ref, String(args.id), 'id', dialect.scopeOf(branch));
        const values = writeValues(dialect, args, query);
        // Another question than the loader's may have another answer.
        return Object.keys(values).length > 0
          ? readByKey(dialect, context, get, ref, key, values)
          : ref.load(context, key);
      },
    } as never),
  );
};

/** The key that an argument names: a global id says its own, a native id is in the scope of where it is asked. */
export const keyOf = (ref: ResourceRef<Row>, value: string, field: string, scope: string): string => {
  const id = readId(value, field, ref.name);
  return typeof id === 'string' ? scope + id : id.key;
};
