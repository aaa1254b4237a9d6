import { type Context, callUpstream } from '../../context.ts';
import type { Values } from '../input.ts';
import { type CourierOperation, operation, type ResourceRef } from '../load.ts';
import { answersRow, change, entryOf, type RowOptions } from './change.ts';

/** A declared creation, for those who create from inside the graph. */
export interface Creation<Row> {
  readonly operation: CourierOperation;
  /** Creates with attributes in courier's words; `inputPath` names the caller's field for a refused one. */
  run(context: Context, attributes: Values, inputPath: (field: string) => string | undefined): Promise<Row>;
}

interface Options<Row> extends RowOptions<Row> {
  /** Creates by `send`, with what it adds to the attributes and does before and after. */
  readonly around?: (
    attributes: Values,
    context: Context,
    send: (attributes: Values) => Promise<Row>,
  ) => Promise<Row>;
}

/** Declares `POST` on a resource's collection: `createX(input): { x }`. */
export const create = <Row extends { id: string }>(
  ref: ResourceRef<Row>,
  options: Options<Row> = {},
): Creation<Row> => {
  const op = operation('POST', ref.path.replace('{id}/', '') as never);
  const { resource, body: shape, summary } = entryOf(op);
  const body = (attributes: Values) => ({ data: { type: resource, attributes } });
  const answers = answersRow(ref, op, options);
  const { around = (attributes, _context, send) => send(attributes) } = options;
  change({
    ...answers,
    around: async (attributes, context, send) => ({
      row: await around(attributes, context, async (written) => (await send(written)).row),
    }),
    name: options.name ?? `create${ref.name}`,
    description: options.description ?? `${summary ?? `Creates a ${ref.name}`}.`,
    shapes: shape?.properties ?? {},
    required: shape?.required as readonly string[] | undefined,
    body,
  });
  return {
    operation: op,
    run: (context, attributes, inputPath) =>
      around(attributes, context, async (written) => {
        const answer = await callUpstream(context, op, { body: body(written), inputPath });
        return (await answers.read(answer, context)).row;
      }),
  };
};
