import { type Api, type Context, requireAdmin, requireRight } from '../context.ts';
import type { Operation } from '../upstream/send.ts';

/** An operation that the graph reaches. */
export type Claim = Operation & {
  readonly api: Api;
  /** What of it no page of the vendor prints, and from what it follows. */
  readonly inferred?: string | undefined;
  /** The scope that a caller needs beside the usual one. */
  readonly scope?: string | undefined;
};

const claims = new Map<string, Claim>();

/**
 * Enters an operation into the ledger of what the graph reaches.
 *
 * @throws {Error} it is there already: every operation is declared in one place
 */
export const claim = <C extends Claim>(operation: C): C => {
  const key = `${operation.api} ${operation.method} ${operation.path}`;
  if (claims.has(key)) throw new Error(`${key} is declared twice`);
  claims.set(key, operation);
  return operation;
};

/** All operations the graph reaches. */
export const ledger = (): readonly Claim[] => [...claims.values()];

/**
 * Refuses whoever lacks the scope that the contract asks for beside the usual one.
 *
 * @throws {ForbiddenError}
 */
export const requireScope = (context: Context, { api, scope }: Claim): void => {
  if (scope === 'admin') requireAdmin(context);
  else if (scope !== undefined) requireRight(context, api, 'credentials');
};

/**
 * Refuses whoever may not change what these operations change, before anything is said of the input. Where there are
 * operations of several upstreams the input decides, and the call itself asks.
 *
 * @throws {ForbiddenError}
 */
export const requireChange = (context: Context, operations: readonly Operation[]): void => {
  // What a mutation calls was claimed.
  const changes = operations.filter(({ safe }) => !safe) as Claim[];
  for (const change of changes) requireScope(context, change);
  const [api, ...others] = new Set(changes.map((change) => change.api));
  if (api !== undefined && others.length === 0) requireRight(context, api, 'write');
};

/** What a resolver can use that makes calls: an operation, a list over one, a thing with its loader. */
export type Callable =
  | Operation
  | { readonly operation: Operation }
  | { readonly operations: readonly Operation[] };

/** The operations behind what a resolver uses, each once. */
export const operationsOf = (...used: readonly Callable[]): readonly Operation[] => [
  ...new Set(
    used.flatMap((one) =>
      'operations' in one ? one.operations : 'operation' in one ? [one.operation] : [one],
    ),
  ),
];

/** The directives of a field whose resolver uses these. */
export const rest = (...used: readonly Callable[]) =>
  operationsOf(...used).map(({ api, method, path }) => ({
    name: 'rest' as const,
    args: { api, method, path },
  }));

/** What of an operation is inferred; undefined for one that is printed as it stands. */
export const inferredOf = ({
  api,
  method,
  path,
}: {
  readonly api: string;
  readonly method: string;
  readonly path: string;
}) => claims.get(`${api} ${method} ${path}`)?.inferred;
