import type { Row } from '../dialect.ts';
import { type Change, type Changed, type ChangeOptions, change } from './change.ts';
import { collectionOf } from './list.ts';
import type { ResourceRef } from './resource.ts';

/** Declares `POST` on a thing’s collection: `createX(input): { x }`. */
export const create = <R extends { id: string }>(
  ref: ResourceRef<R>,
  options: ChangeOptions<R> = {},
): Change<R> => {
  const of = ref as object as ResourceRef<Row>;
  const path = of.isNode ? collectionOf(of.path) : of.path;
  const made = change(
    { dialect: of.dialect, method: 'POST', path, name: options.name ?? `create${of.name}`, owner: of.name },
    options as object as ChangeOptions<Changed>,
  );
  return made as object as Change<R>;
};
