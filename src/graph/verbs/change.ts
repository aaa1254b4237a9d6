import type { InputFieldBuilder, InputFieldMap, ObjectFieldsShape } from '@pothos/core';
import type { BuilderTypes } from '../../builder.ts';
import type { Context } from '../../context.ts';
import type { Answer, Operation } from '../../upstream/send.ts';
import type { ResolvedShape } from '../contract.ts';
import { type Dialect, type Row, rowTypeOf, type Values } from '../dialect.ts';
import { InputError } from '../errors.ts';
import { globalId } from '../ids.ts';
import { inputFields, type Shapes, writeValues } from '../input.ts';
import type { Claim } from '../ledger.ts';
import { type Finder, findLost } from '../lost-sends.ts';
import { mutation } from '../mutation.ts';
import { fieldsOf } from '../output.ts';
import { idempotencyKeyField, sendOnce } from '../send-once.ts';
import { readObject } from './answer.ts';
import { isMedia, mediaFields } from './media.ts';
import { callAs, declare, openParameters, writePath } from './operation.ts';
import { keyOf, type ResourceRef } from './resource.ts';

/** What a change gives: the row that it answers with, or whatever else it answers. */
export type Changed = Row | Readonly<Record<string, unknown>>;

/** The options of every verb that changes something. */
export interface ChangeOptions<R> {
  /** Name of the mutation, where it is not made of the verb and the type’s name. */
  readonly name?: string;
  /** Name of the input’s field that names the thing, where that is not `id`; the payload says it again. */
  readonly id?: string;
  /** Name of the payload’s field, where it is not what the row is called. */
  readonly as?: string;
  /** The description, where the contract's summary does not fit. */
  readonly description?: string;
  /** Called with the changed object before the mutation answers. */
  readonly after?: (row: R, context: Context) => Promise<void>;
  /** Makes the change by `send`, with what it adds to the values and does before and after. */
  readonly around?: (values: Values, context: Context, send: (values: Values) => Promise<R>) => Promise<R>;
  /** Fields of the input beside those of the contract, which `check` and nobody else is shown. */
  readonly input?: (t: InputFieldBuilder<BuilderTypes, 'InputObject'>) => InputFieldMap;
  /** Operations that the change also reads, so that its `@rest` names them. */
  readonly reads?: readonly Operation[];
  /** Refuses an input before any call, or completes it. */
  readonly check?: (input: Values, context: Context) => void;
  /** How what was sent is found again should the answer be lost, by ids and hashes alone. */
  readonly trace?: Finder & {
    /** What it can be found by; `key` is that of the thing whose id the mutation takes. */
    readonly clue: (values: Values, key: string) => object | undefined;
  };
  /** The payload’s fields over the answer, where they are not those of the contract. */
  readonly payload?: ObjectFieldsShape<BuilderTypes, Readonly<Record<string, unknown>>>;
}

/** A declared change, for those who make it from inside the graph. */
export interface Change<R> {
  readonly operation: Claim;
  /** Makes the change with values in the upstream’s words; `inputPath` names the caller’s field for a refused one. */
  run(
    context: Context,
    values: Values,
    inputPath: (field: string) => string | undefined,
    scope?: string,
  ): Promise<R>;
}

interface Declared {
  readonly dialect: Dialect;
  readonly method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly name: string;
  /** The thing whose id the mutation takes; none where there is none to take. */
  readonly of?: ResourceRef<Row> | undefined;
  /** True for a POST that changes nothing. */
  readonly safe?: boolean;
  /** The thing whose type names enums and inputs. */
  readonly owner: string;
  /** What to answer with, where it is a row. */
  readonly gives?: ResourceRef<Row> | undefined;
}

/**
 * Adds one mutation over one operation of a contract: its input follows from the body, its payload from the answer.
 * All changing verbs are made of it.
 */
export const change = (declared: Declared, options: ChangeOptions<Changed>): Change<Changed> => {
  const { dialect, method, path, name, of, owner } = declared;
  const { contract } = dialect;
  const { id = 'id' } = options;
  const operation = declare(dialect, method, path, declared.safe === true);
  const inPath = openParameters(
    dialect,
    method,
    path,
    of ? dialect.natives - dialect.scopeParameters.length : 0,
  );
  /** True where the payload names the thing: by its name in the input, or because it is all there is to say. */
  const namesThing = of !== undefined && (method === 'DELETE' || id !== 'id');
  const entry = contract.operation(`${method} ${path}`);
  const body = dialect.bodyOf(entry.body);
  const isFree = body !== undefined && !body.properties && body.type === 'object';
  const isList = body?.type === 'array';
  const shapes: Shapes = isFree
    ? { body: { ...body, description: 'Any JSON object.' } }
    : isList
      ? { patch: body }
      : (body?.properties ?? {});
  const required = isFree ? ['body'] : isList ? ['patch'] : body?.required;
  const inputPath = dialect.inputPath(isList ? 'input.patch.' : 'input.');
  const { trace } = options;
  if (trace) findLost(operation, trace);
  const answer = entry.answer && contract.resolve(entry.answer);
  const rowShape = answer && dialect.rowOf(answer);
  /** The thing that the answer is one of; found when it is first needed, for its room may come later. */
  const given = (): ResourceRef<Row> | undefined =>
    rowShape && (declared.gives ?? (rowTypeOf(dialect, rowShape) as ResourceRef<Row> | undefined));

  const read = (got: Answer, context: Context, scope: string, written: unknown): Changed => {
    if (isMedia(got.body)) return { ...got.body };
    const ref = given();
    const isEmpty = got.body === undefined || got.body === null;
    // A row that nothing tells apart is what was written, where the upstream does not repeat it.
    const body = isEmpty && ref && ref.identity === undefined ? written : got.body;
    if (!ref) return isEmpty ? {} : readObject(got, operation);
    const row = dialect.readOne({ ...got, body }, ref, operation, scope);
    ref.prime(context, row);
    return row;
  };

  /** The global ids of the things that were changed, by what the payloads are made of. */
  const changed = new WeakMap<object, string>();

  const make = async (
    context: Context,
    values: Values,
    key: string,
    params: Readonly<Record<string, string>>,
    where: (field: string) => string | undefined,
  ): Promise<Changed> => {
    const { around = (written, _context, send) => send(written), after } = options;
    return around(values, context, async (written) => {
      const content = isFree ? written.body : isList ? written.patch : written;
      const native = key.slice(key.lastIndexOf('/') + 1);
      const request = {
        params: { ...dialect.params(path, key), ...params },
        ...(entry.body !== undefined && { body: dialect.writeBody(entry.body, content, native) }),
        inputPath: where,
        clue: trace?.clue(written, key),
      };
      let got: Answer;
      try {
        got = await callAs(dialect, context, operation, request);
      } finally {
        // Whatever came of it: who reads it afterwards asks anew, but for the row that is just answered.
        if (of) of.forget(context, key);
      }
      const row = read(got, context, key, content);
      if (of && namesThing) changed.set(row, globalId(of.name, key));
      await after?.(row, context);
      return row;
    });
  };

  mutation<InputFieldMap, object>(name, {
    description: options.description ?? entry.summary ?? '',
    // What was sent is read again for a call that repeats its idempotency key.
    operations: [operation, ...(operation.send ? (given()?.operations ?? []) : []), ...(options.reads ?? [])],
    ...(entry.deprecated !== undefined && { deprecationReason: entry.deprecated }),
    input: (t) => ({
      ...(of && {
        [id]: t.id({ required: true, description: `The global id of a ${of.name}, or its native one.` }),
      }),
      ...dialect.scopeInput(t, of !== undefined),
      ...inputFields({ dialect, typename: owner }, t.field.bind(t), inPath),
      ...inputFields(
        { dialect, typename: owner },
        t.field.bind(t),
        method === 'PATCH' ? withoutDefaults(shapes) : shapes,
        required,
      ),
      ...(operation.send && { idempotencyKey: idempotencyKeyField(t) }),
      ...options.input?.(t),
    }),
    payload: payloadOf(
      { dialect, name, answer, media: entry.media, rowShape, given, as: options.as },
      options.payload,
      namesThing && of ? { [id]: { of, changed } } : {},
    ) as never,
    resolve: async (given_, context) => {
      const input = given_ as Values;
      const scope = dialect.scopeOfInput(context, input);
      const key = of ? keyOf(of, String(input[id]), `input.${id}`, scope) : scope;
      // What an input names beside a thing belongs where the thing does.
      const within = key.slice(0, key.lastIndexOf('/') + 1);
      const params = writePath(dialect, input, inPath, 'input.', within);
      options.check?.(input, context);
      const values = writeValues(dialect, input, shapes, 'input.', within);
      if (method === 'PATCH' && of && Object.keys(values).length === 0)
        throw new InputError('input', 'changes nothing');
      if (isList && (values.patch as unknown[]).length === 0)
        throw new InputError('input.patch', 'changes nothing');
      const act = (own: Context) => make(own, values, key, params, inputPath);
      // Where what was sent is not there any more there is nothing to give.
      return operation.send
        ? (sendOnce(context, { mutation: name, input, act }) as Promise<Changed>)
        : act(context);
    },
  });
  return {
    operation,
    run: (context, values, where, scope = '') => make(context, values, scope, {}, where),
  };
};

/** Shapes without their defaults: what a PATCH leaves out stays as it is, so a default must not be sent in its place. */
const withoutDefaults = (shapes: Shapes): Shapes =>
  Object.fromEntries(Object.entries(shapes).map(([name, { default: _default, ...shape }]) => [name, shape]));

interface Answered {
  readonly dialect: Dialect;
  /** The mutation’s name. */
  readonly name: string;
  readonly answer: ResolvedShape | undefined;
  readonly media: string | undefined;
  readonly rowShape: ResolvedShape | undefined;
  readonly given: () => ResourceRef<Row> | undefined;
  readonly as: string | undefined;
}

/** The things that a payload names, by its fields for them. */
type Named = Readonly<
  Record<string, { readonly of: ResourceRef<Row>; readonly changed: WeakMap<object, string> }>
>;

/** The fields of a payload: the row under its own name, or what else the answer holds. */
const payloadOf = (
  { dialect, name, answer, media, rowShape, given, as }: Answered,
  custom: ChangeOptions<Changed>['payload'],
  named: Named,
) => {
  const typename = `${name.charAt(0).toUpperCase()}${name.slice(1)}Payload`;
  return (t: never): object => {
    if (custom) return custom(t);
    if (media !== undefined) return mediaFields(t);
    const ref = rowShape && given();
    const builderT = t as { field(options: object): object };
    const things = Object.fromEntries(
      Object.entries(named).map(([field, { of, changed }]) => [
        field,
        builderT.field({
          type: 'ID',
          description: `The global id of the ${of.name}.`,
          resolve: (root: object) => changed.get(root),
        }),
      ]),
    );
    if (ref) {
      return {
        ...things,
        [as ?? ref.noun]: builderT.field({
          type: ref,
          description: `The ${ref.noun} as it is now.`,
          resolve: (row: Row) => row,
        }),
      };
    }
    const [only, ...more] = Object.entries(answer?.properties ?? {});
    const isData = only?.[0] === 'data' && more.length === 0;
    const shape = isData && only ? dialect.contract.resolve(only[1]) : answer;
    if (shape?.properties && Object.keys(shape.properties).length > 0) {
      const fields = fieldsOf({ dialect, typename: typename.replace(/Payload$/, '') }, shape);
      return { ...things, ...fields(t) };
    }
    if (Object.keys(things).length > 0) return things;
    return {
      answer: builderT.field({
        type: 'JSON',
        description: 'What the upstream answers, where it answers at all.',
        resolve: (row: object) => row,
      }),
    };
  };
};
