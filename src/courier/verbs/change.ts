import type { InputFieldMap, ObjectFieldsShape } from '@pothos/core';
import type { BuilderTypes } from '../../builder.ts';
import { type Context, callUpstream } from '../../context.ts';
import { readNativeId } from '../../graph/ids.ts';
import { mutation } from '../../graph/mutation.ts';
import type { Answer } from '../../upstream/send.ts';
import { inputFields, type Shape, type Values, writeValues } from '../input.ts';
import { readOne } from '../jsonapi.ts';
import { type CourierOperation, inputPath, type ResourceRef } from '../load.ts';
import { noun } from '../names.ts';
import { operations } from '../operations.gen.ts';

/** What the generated table says of a changing operation. */
export interface Entry {
  readonly summary?: string;
  /** The JSON:API type, where the body is a document. */
  readonly resource?: string;
  readonly body?: Shape;
}

/** The table's entry of an operation. */
export const entryOf = ({ method, path }: CourierOperation): Entry =>
  operations[`${method} ${path}` as keyof typeof operations] as Entry;

interface Change<Row extends object, Payload extends object> {
  readonly name: string;
  readonly description: string;
  readonly operation: CourierOperation;
  /** The type whose id the mutation takes; none for a create. */
  readonly of?: ResourceRef<Row>;
  readonly shapes: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[] | undefined;
  readonly body: (values: Values, id: string) => unknown;
  /** Where the fields of the body stand in the arguments; `input.` by default. */
  readonly at?: string;
  readonly read: (answer: Answer, context: Context) => Promise<Payload> | Payload;
  /** Makes the change by `send`, with what it adds to the values and does before and after. */
  readonly around?:
    | ((values: Values, context: Context, send: (values: Values) => Promise<Payload>) => Promise<Payload>)
    | undefined;
  readonly payload: ObjectFieldsShape<BuilderTypes, Payload>;
}

/** Adds one mutation over one operation. All changing verbs are made of it. */
export const change = <Row extends object, Payload extends object>(options: Change<Row, Payload>): void => {
  const {
    name,
    description,
    operation,
    of,
    shapes,
    required = [],
    body,
    at = 'input.',
    read,
    around = (written, _context, send) => send(written),
    payload,
  } = options;
  mutation<InputFieldMap, Payload>(name, {
    description,
    operations: [operation],
    input: (t) => ({
      ...(of && {
        id: t.id({ required: true, description: `The global id of a ${of.name}, or courier’s own.` }),
      }),
      ...inputFields(t.field.bind(t), shapes, required),
    }),
    payload,
    resolve: async (input, context) => {
      const values = input as Values;
      const id = of ? readNativeId(String(values.id), 'input.id', of.name) : '';
      return around(writeValues(values, shapes, 'input.'), context, async (written) => {
        const request = { params: { id }, body: body(written, id), inputPath: inputPath(at) };
        return read(await callUpstream(context, operation, request), context);
      });
    },
  });
};

/** What the verbs whose answer is the changed object have in common. */
export interface RowOptions<Row> {
  /** Name of the mutation, where it is not made of the verb and the type's name. */
  readonly name?: string;
  readonly description?: string;
  /** Called with the changed object before the mutation answers. */
  readonly after?: (row: Row, context: Context) => Promise<void>;
}

/** The half of a change whose answer is the changed object: its payload, under the object's own name. */
export const answersRow = <Row extends object>(
  ref: ResourceRef<Row>,
  operation: CourierOperation,
  { after }: RowOptions<Row>,
): Pick<Change<Row, { row: Row }>, 'operation' | 'read' | 'payload'> => ({
  operation,
  read: async (answer, context) => {
    const row = readOne<Row>(answer, ref.name, operation);
    ref.prime(context, row);
    await after?.(row, context);
    return { row };
  },
  payload: (t) =>
    ({
      [noun(ref.name)]: t.field({
        type: ref,
        description: `The ${noun(ref.name)} as it is now.`,
        resolve: ({ row }) => row as never,
      }),
    }) as never,
});
