import type { ExecutionResult } from 'graphql';
import type { Context } from '../context.ts';
import type { Plan } from './plan/tally.ts';

/** Adds to a result what it was taken to cost and what it did cost, where the caller asks for that. */
export const explained = (
  result: ExecutionResult,
  { trace, spent }: Context,
  plan: Plan | undefined,
): ExecutionResult => {
  if (!trace) return result;
  const upstream = {
    plan: plan && { calls: plan.calls, objects: plan.objects, bytes: plan.bytes },
    calls: trace.calls(),
    objects: spent.objects,
    bytes: Buffer.byteLength(JSON.stringify(result.data ?? null)),
  };
  return { ...result, extensions: { ...result.extensions, upstream } };
};
