import type { Dialect } from '../dialect.ts';
import { type Change, type Changed, type ChangeOptions, change } from './change.ts';

/** Declares `POST` on a path that stands for no thing: a mutation of the name. */
export const defineCommand = (
  dialect: Dialect,
  name: string,
  path: string,
  options: ChangeOptions<Changed> = {},
): Change<Changed> => {
  const owner = dialect.prefix + name.replace(new RegExp(`^[a-z]+${dialect.prefix}`), '');
  const takesNativeId = [...path.matchAll(/\{(\w+)\}/g)].some(
    ([, brace = '']) => !dialect.scopeParameters.includes(brace),
  );
  return change({ dialect, method: 'POST', path, name, owner, takesNativeId }, options);
};
