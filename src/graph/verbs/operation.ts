import { type Context, callUpstream, type Request } from '../../context.ts';
import type { Answer } from '../../upstream/send.ts';
import { withinBounds } from '../bounds.ts';
import type { Dialect } from '../dialect.ts';
import { type Claim, claim, requireScope } from '../ledger.ts';

/**
 * Makes a call of the contract for an operation of the graph, once the caller has the scope that the contract asks
 * for beside the usual one, and inside the organizations that the caller is bound to.
 *
 * @throws what `callUpstream` throws
 */
export const callAs = async (
  dialect: Dialect,
  context: Context,
  operation: Claim,
  request: Request,
): Promise<Answer> => {
  requireScope(context, operation);
  return withinBounds(dialect, context, operation, request, (bound) =>
    callUpstream(context, operation, bound),
  );
};

/**
 * Declares that the graph reaches an operation of the contract.
 *
 * @param safe true when repeating it changes nothing; a GET is
 */
export const declare = (dialect: Dialect, method: string, path: string, safe = method === 'GET'): Claim => {
  const { inferred, media, scope, send } = dialect.contract.operation(`${method} ${path}`);
  return claim({
    api: dialect.api,
    method,
    path,
    safe,
    ...(send === true && { send }),
    ...(media !== undefined && { media }),
    ...(inferred !== undefined && { inferred }),
    ...(scope !== undefined && { scope }),
  });
};
