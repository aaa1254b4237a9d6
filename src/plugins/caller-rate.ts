import type { ExecutionArgs, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Caller, Context } from '../context.ts';
import { TooManyError } from '../graph/errors.ts';
import type { RateLimiter } from '../upstream/rate-limit.ts';
import { located } from './caller-quota.ts';

/** Begins an operation of a caller: why they may not begin another one, where that is so. */
export type Begin = (caller: Caller) => Promise<GraphQLError | undefined>;

/**
 * Counts the operations that callers begin; undefined where they may begin any number.
 *
 * @param perSecond 0 for no limit
 */
export const callerRate = (perSecond: number, rateLimiter: RateLimiter): Begin | undefined =>
  perSecond === 0
    ? undefined
    : async (caller) => {
        const waitMs = await rateLimiter(`caller ${caller.key}`, perSecond, 0);
        if (waitMs <= 0) return undefined;
        const message = `a caller may begin ${perSecond} operations a second`;
        return located(new TooManyError(message, Math.ceil(waitMs / 1000)));
      };

/**
 * Refuses operations of callers who begin more than so many a second, over every transport and, with a shared limiter,
 * on all nodes together. A second's worth may come at once.
 */
export const useCallerRate = (begin: Begin | undefined): Plugin => {
  if (!begin) return {};
  const refusal = (context: Context) => begin(context.caller);
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
