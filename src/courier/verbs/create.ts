import { ask, type Context } from '../../context.ts';
import type { Values } from '../input.ts';
import { type Operation, operation, type ResourceRef } from '../load.ts';
import { answersRow, change, entryOf, type RowOptions } from './change.ts';

/** A declared creation, for those who create from inside the graph. */
export interface Creation<Row> {
  readonly operation: Operation;
  /** Creates with attributes in courier's words; `blame` names the caller's field for a refused one. */
  run(context: Context, attributes: Values, blame: (field: string) => string | undefined): Promise<Row>;
}

/** Declares `POST` on a resource's collection: `createX(input): { x }`. */
export const create = <Row extends { id: string }>(
  ref: ResourceRef<Row>,
  options: RowOptions<Row> = {},
): Creation<Row> => {
  const op = operation('POST', ref.path.replace('{id}/', '') as never);
  const { resource, body: shape, summary } = entryOf(op);
  const body = (attributes: Values) => ({ data: { type: resource, attributes } });
  const answers = answersRow(ref, op, options);
  change({
    ...answers,
    name: options.name ?? `create${ref.name}`,
    description: options.description ?? `${summary ?? `Creates a ${ref.name}`}.`,
    shapes: shape?.properties ?? {},
    required: shape?.required as readonly string[] | undefined,
    body,
  });
  return {
    operation: op,
    run: async (context, attributes, blame) =>
      (await answers.read(await ask(context, op, { body: body(attributes), blame }), context)).row,
  };
};
