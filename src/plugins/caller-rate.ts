import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { TooManyError } from '../graph/errors.ts';
import type { RateLimiter } from '../upstream/rate-limit.ts';
import { located } from './caller-quota.ts';

/**
 * Refuses operations of callers who begin more than so many a second, over every transport and, with a shared limiter,
 * on all nodes together. A second's worth may come at once.
 *
 * @param perSecond 0 for no limit
 */
export const useCallerRate = (perSecond: number, rateLimiter: RateLimiter): Plugin => {
  if (perSecond === 0) return {};
  const refusal = async (context: Context) => {
    const waitMs = await rateLimiter(`caller ${context.caller.key}`, perSecond, 0);
    if (waitMs <= 0) return undefined;
    const message = `a caller may begin ${perSecond} operations a second`;
    return located(new TooManyError(message, Math.ceil(waitMs / 1000)));
  };
  return {
    onExecute: ({ executeFn, setExecuteFn }) =>
      setExecuteFn(async (args: ExecutionArgs) => {
        const error = await refusal(args.contextValue as Context);
        return error ? { errors: [error] } : executeFn(args);
      }),
    onSubscribe: ({ subscribeFn, setSubscribeFn }) =>
      setSubscribeFn(async (args: ExecutionArgs) => {
        const error = await refusal(args.contextValue as Context);
        return error ? { errors: [error] } : subscribeFn(args);
      }),
  };
};
