import type { ObjectFieldsShape } from '@pothos/core';
import type { BuilderTypes } from '../../builder.ts';
import type { Values } from '../input.ts';
import { readObject } from '../jsonapi.ts';
import { operation, type ResourceRef } from '../load.ts';
import { camel } from '../names.ts';
import type { ActionOf } from '../types.ts';
import { answersRow, change, entryOf, type RowOptions } from './change.ts';

/** What an action answers with when it is not the object itself. */
type Answered = Readonly<Record<string, unknown>>;

interface Options<Row> extends RowOptions<Row> {
  /** The payload's fields over courier's plain answer, where that is not the object. */
  readonly payload?: ObjectFieldsShape<BuilderTypes, Answered>;
  /** Describes the input's `body`, where courier takes any object at all. */
  readonly anyBody?: string;
}

/** Declares an action below a resource, `POST …/{id}/action/`: `actionX(input): { x }`. */
export const action = <Row extends { id: string }, const Path extends string>(
  ref: ResourceRef<Row> & { readonly path: Path },
  segment: ActionOf<Path, 'POST'>,
  options: Options<Row> = {},
): void => {
  const op = operation('POST', `${ref.path}${segment}/` as never);
  const { summary, ...entry } = entryOf(op);
  const { anyBody: free } = options;
  const body = free
    ? { properties: { body: { type: 'object', description: free } }, required: ['body'] }
    : entry.body;
  const common = {
    name: options.name ?? camel(`${segment}-${ref.name}`),
    description: options.description ?? `${summary ?? segment}.`,
    of: ref,
    shapes: body?.properties ?? {},
    required: body?.required as readonly string[] | undefined,
    body: (values: Values) => (free ? values.body : values),
  };
  if (options.payload) {
    change({
      ...common,
      operation: op,
      // An action may answer with nothing at all.
      read: (answer) => (answer.body === undefined ? {} : readObject(answer, op)),
      payload: options.payload,
    });
  } else {
    change({ ...common, ...answersRow(ref, op, options) });
  }
};
