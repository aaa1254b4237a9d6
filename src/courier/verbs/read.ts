import type { OutputType } from '@pothos/core';
import { type BuilderTypes, builder } from '../../builder.ts';
import { callUpstream } from '../../context.ts';
import { rest } from '../../graph/ledger.ts';
import type { Answer } from '../../upstream/send.ts';
import { inputFields, type Shape, type Values, writeValues } from '../input.ts';
import { type CourierOperation, inputPath, operation, type ResourceRef } from '../load.ts';
import { operations } from '../operations.gen.ts';
import type { ActionOf } from '../types.ts';

interface Options {
  /** Name of the field on the resource's type. */
  readonly field: string;
  readonly description: string;
  readonly type: OutputType<BuilderTypes>;
  readonly read: (answer: Answer, operation: CourierOperation) => unknown;
}

/** Declares a question below a resource, `GET …/{id}/action/`, as a field of its type. */
export const read = <Row extends { id: string }, const Path extends string>(
  ref: ResourceRef<Row> & { readonly path: Path },
  segment: ActionOf<Path, 'GET'>,
  options: Options,
): void => {
  const op = operation('GET', `${ref.path}${segment}/` as never);
  const { query = {} } = operations[`GET ${op.path}` as keyof typeof operations] as {
    query?: Record<string, Shape>;
  };
  builder.objectField(ref, options.field, (t) =>
    t.field({
      type: options.type,
      description: options.description,
      directives: rest(op),
      args: inputFields(t.arg, query),
      resolve: async (row, args: Values, context) => {
        const values = writeValues(args, query) as Record<string, string>;
        const answer = await callUpstream(context, op, {
          params: { id: row.id },
          query: values,
          inputPath: inputPath(),
        });
        return options.read(answer, op) as never;
      },
    }),
  );
};
