import type { Api } from '../context.ts';
import type { Operation } from '../upstream/send.ts';

/** An operation that the graph reaches. */
export type Claim = Operation & { readonly api: Api };

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

/** The directives of a field that calls these operations. */
export const rest = (...operations: readonly Operation[]) =>
  operations.map(({ api, method, path }) => ({ name: 'rest' as const, args: { api, method, path } }));
