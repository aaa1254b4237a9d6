import type { Row } from '../dialect.ts';
import { type Changed, type ChangeOptions, change } from './change.ts';
import type { ResourceRef } from './resource.ts';

interface Options<R> extends ChangeOptions<R> {
  /** The whole path, where it is not the thing’s own: then what the body names is removed from the thing. */
  readonly path?: string;
}

/**
 * Declares `DELETE` on a thing: `deleteX(input): { id }`. Where what is deleted stands below the thing, and perhaps in
 * a body, the mutation has a name of its own, and its payload what the upstream answers.
 */
export const remove = <R extends { id: string }>(ref: ResourceRef<R>, options: Options<R> = {}): void => {
  const of = ref as object as ResourceRef<Row>;
  change(
    {
      dialect: of.dialect,
      method: 'DELETE',
      path: options.path ?? of.path,
      name: options.name ?? `delete${of.name}`,
      of,
      owner: of.name,
    },
    options as object as ChangeOptions<Changed>,
  );
};
