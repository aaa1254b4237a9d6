import { callUpstream, type Context, type Request, requireAdmin, requireRight } from '../../context.ts';
import type { Answer } from '../../upstream/send.ts';
import type { Dialect } from '../dialect.ts';
import type { Claim } from '../ledger.ts';

/**
 * Makes a call of the contract for an operation of the graph, once the caller has the scope that the contract asks
 * for beside the usual one.
 *
 * @throws what `callUpstream` throws
 */
export const callAs = async (dialect: Dialect, context: Context, operation: Claim, request: Request): Promise<Answer> => {
  const { scope } = dialect.contract.operation(`${operation.method} ${operation.path}`);
  if (scope === 'admin') requireAdmin(context);
  else if (scope !== undefined) requireRight(context, dialect.api, 'credentials');
  return callUpstream(context, operation, request);
};
