import type { Row } from '../dialect.ts';
import { type Change, type Changed, type ChangeOptions, change } from './change.ts';
import type { ResourceRef } from './resource.ts';

/**
 * Declares `PATCH` on a thing: `updateX(input): { x }`. Where the upstream takes a JSON Patch list, the input’s
 * `patch` is that list.
 */
export const update = <R extends { id: string }>(
  ref: ResourceRef<R>,
  options: ChangeOptions<R> = {},
): Change<R> => {
  const of = ref as object as ResourceRef<Row>;
  return change(
    {
      dialect: of.dialect,
      method: 'PATCH',
      path: of.path,
      name: options.name ?? `update${of.name}`,
      of,
      owner: of.name,
      gives: of,
    },
    options as object as ChangeOptions<Changed>,
  ) as object as Change<R>;
};
