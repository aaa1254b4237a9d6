import type { Row } from '../dialect.ts';
import { camel } from '../names.ts';
import { type Change, type Changed, type ChangeOptions, change } from './change.ts';
import { below } from './operation.ts';
import type { ResourceRef } from './resource.ts';

/** The actions that a contract documents below a thing’s path. */
export type ActionOf<
  Key extends string,
  Path extends string,
  Method extends string,
> = Key extends `${Method} ${Path}${infer Rest}`
  ? Rest extends `/${infer Action}`
    ? Action
    : Rest extends `${infer Action}/`
      ? Action
      : never
  : never;

interface Options<R> extends ChangeOptions<R> {
  /** The whole path, where it is not below the thing’s own. */
  readonly path?: string;
}

/** Declares an action below a thing, such as `POST …/{id}/action/`: `actionX(input): { x }`. */
export const action = <R extends { id: string }, Path extends string, Key extends string>(
  ref: ResourceRef<R, Path, Key>,
  verb: ActionOf<Key, Path, 'POST'>,
  options: Options<R> = {},
): Change<R> => {
  const of = ref as object as ResourceRef<Row>;
  return change(
    {
      dialect: of.dialect,
      method: 'POST',
      path: options.path ?? below(of.path, verb),
      name: options.name ?? camel(`${verb}-${of.name}`),
      of,
      owner: of.name,
    },
    options as object as ChangeOptions<Changed>,
  ) as object as Change<R>;
};
