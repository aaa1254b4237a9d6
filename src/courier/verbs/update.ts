import { InputError } from '../../graph/errors.ts';
import { operation, type ResourceRef } from '../load.ts';
import { answersRow, change, entryOf, type RowOptions } from './change.ts';

/**
 * Declares `PATCH` on a resource: `updateX(input): { x }`. Where courier takes a JSON Patch list for attributes,
 * the input's `patch` is that list.
 */
export const update = <Row extends { id: string }>(
  ref: ResourceRef<Row>,
  options: RowOptions<Row> = {},
): void => {
  const op = operation('PATCH', ref.path as never);
  const { resource, body = {}, summary } = entryOf(op);
  const isPatch = body.type === 'array';
  change({
    ...answersRow(ref, op, options),
    name: options.name ?? `update${ref.name}`,
    description: options.description ?? `${summary ?? `Updates a ${ref.name}`}.`,
    of: ref,
    shapes: isPatch ? { patch: body } : (body.properties ?? {}),
    ...(isPatch && { at: 'input.patch.' }),
    required: isPatch ? ['patch'] : (body.required as readonly string[] | undefined),
    body: (values, id) => {
      const attributes = isPatch ? (values.patch as object) : values;
      if (Object.keys(attributes).length === 0)
        throw new InputError(isPatch ? 'input.patch' : 'input', 'changes nothing');
      return { data: { id, type: resource, attributes } };
    },
  });
};
