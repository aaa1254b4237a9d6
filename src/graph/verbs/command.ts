import type { Dialect } from '../dialect.ts';
import { type Change, type Changed, type ChangeOptions, change } from './change.ts';

export interface CommandOptions extends ChangeOptions<Changed> {
  /** `POST` unless said. */
  readonly method?: 'POST' | 'PUT' | 'PATCH';
  /** True for a POST that changes nothing, and so may be repeated. */
  readonly safe?: boolean;
  /** The type that names enums and inputs, where it is not made of the name. */
  readonly owner?: string;
}

/** Declares a mutation over a path that belongs to no thing of the graph. */
export const defineCommand = (
  dialect: Dialect,
  name: string,
  path: string,
  { method = 'POST', safe = false, owner, ...options }: CommandOptions = {},
): Change<Changed> => {
  const named = dialect.prefix + name.replace(new RegExp(`^[a-z]+${dialect.prefix}`), '');
  return change({ dialect, method, path, name, owner: owner ?? named, safe }, options);
};
