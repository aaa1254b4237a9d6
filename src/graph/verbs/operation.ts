import { type Context, callUpstream, type Request } from '../../context.ts';
import type { Answer, QueryValue } from '../../upstream/send.ts';
import { withinBounds } from '../bounds.ts';
import type { Dialect, Values } from '../dialect.ts';
import { InputError } from '../errors.ts';
import { argumentName, type Shapes, writeValues } from '../input.ts';
import { type Claim, claim, requireScope } from '../ledger.ts';

/** A call’s values, as the upstream names them. */
export interface Asked extends Omit<Request, 'query'> {
  readonly query?: Values;
}

/**
 * Makes a call of the contract for an operation of the graph, once the caller has the scope that the contract asks
 * for beside the usual one, and inside the organizations that the caller is bound to.
 *
 * @throws what `callUpstream` throws
 * @throws {InputError} a parameter is an object of something else than plain values
 */
export const callAs = async (
  dialect: Dialect,
  context: Context,
  operation: Claim,
  { query, ...request }: Asked,
): Promise<Answer> => {
  requireScope(context, operation);
  const written = { ...request, ...(query && { query: spread(query) }) };
  return withinBounds(dialect, context, operation, written, (bound) =>
    callUpstream(context, operation, bound),
  );
};

/** A query’s values; those of an object stand in brackets behind its name, as OpenAPI’s style `deepObject` has it. */
const spread = (values: Values): Record<string, QueryValue> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): [string, QueryValue][] => {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return [[name, value as QueryValue]];
      return Object.entries(value).map(([key, one]) => {
        if (!['string', 'number', 'boolean'].includes(typeof one))
          throw new InputError(argumentName(name), 'must hold plain values');
        return [`${name}[${key}]`, one as QueryValue];
      });
    }),
  );

/**
 * Declares that the graph reaches an operation of the contract.
 *
 * @param safe true when repeating it changes nothing; a GET is
 * @param sends true when it sends something to people, where the contract does not say so
 */
export const declare = (
  dialect: Dialect,
  method: string,
  path: string,
  safe = method === 'GET',
  sends = false,
): Claim => {
  const { contract } = dialect;
  const { inferred, media, answer, scope, send, anonymous, redirects, server } = contract.operation(
    `${method} ${path}`,
  );
  return claim({
    api: dialect.api,
    method,
    path,
    safe,
    ...((sends || send === true) && { send: true }),
    ...(media !== undefined && { media }),
    ...(answer === undefined && media === undefined && { unanswered: true }),
    ...(anonymous && { anonymous }),
    ...(redirects && { redirects }),
    ...(server !== undefined &&
      contract.server !== undefined && { host: { usual: contract.server, own: server } }),
    ...(inferred !== undefined && { inferred }),
    ...(scope !== undefined && { scope }),
  });
};

/** The names of a path's parameters, in the order of the path. */
export const bracesOf = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

/** The path of what stands below a thing. */
export const below = (path: string, name: string): string =>
  path.endsWith('/') ? `${path}${name}/` : `${path}/${name}`;

/**
 * The parameters of a path that nothing fills but the caller.
 *
 * @param filled how many of those that are no scope the key of a thing fills
 */
export const openParameters = (dialect: Dialect, method: string, path: string, filled: number): Shapes => {
  const shapes = dialect.contract.operation(`${method} ${path}`).path ?? {};
  const names = bracesOf(path).filter((name) => !dialect.scopeParameters.includes(name));
  return Object.fromEntries(
    names.slice(filled).flatMap((name) => (shapes[name] ? [[name, shapes[name]]] : [])),
  );
};

/**
 * The values of a path’s parameters.
 *
 * @param where where the arguments stand, such as `input.`
 * @throws {InputError} a value cannot be what it is, or cannot stand in a path
 */
export const writePath = (
  dialect: Dialect,
  args: Values,
  shapes: Shapes,
  where: string,
  scope: string,
): Record<string, string> => {
  const written = Object.entries(writeValues(dialect, args, shapes, where, scope));
  for (const [name, value] of written) {
    if (/^\.{0,2}$/.test(String(value)))
      throw new InputError(where + argumentName(name, shapes), 'cannot stand in a path');
  }
  return Object.fromEntries(written.map(([name, value]) => [name, String(value)]));
};
