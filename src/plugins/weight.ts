import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { type Budget, BudgetError, type Context, OutOfTimeError } from '../context.ts';
import { explained } from './explain.ts';
import { KnownPlans } from './plan/known-plans.ts';
import { planOf, TooManyFieldsError } from './plan/plan.ts';
import type { Plan } from './plan/tally.ts';

/** How many fields a refusal names, the dearest first. */
const NAMED = 5;

/** How long fields have, after the deadline, to say which of them it has cost, in milliseconds. */
const GRACE_MS = 250;

/**
 * Prices every operation before it runs and refuses what is over the caller's budget, at no upstream call; ends it
 * at its deadline; and adds what it cost for those who want to know. It holds over every transport.
 */
export const useWeight = (known = new KnownPlans()): Plugin => ({
  onExecute: ({ executeFn, setExecuteFn }) =>
    setExecuteFn(async (args: ExecutionArgs) => {
      const plan = weigh(args, known);
      if (plan instanceof GraphQLError) return { errors: [plan] };
      const context = args.contextValue as Context;
      if (plan) context.spent.reserved = plan.reserved;
      const result = await inTime(context, executeFn(args));
      return isAsyncIterable(result) ? result : explained(result, context, plan);
    }),
  onSubscribe: ({ subscribeFn, setSubscribeFn }) =>
    setSubscribeFn(async (args: ExecutionArgs) => {
      const plan = weigh(args, known);
      return plan instanceof GraphQLError ? { errors: [plan] } : subscribeFn(args);
    }),
});

/** What the operation costs, or why it is refused; undefined where there is none to execute. */
const weigh = (args: ExecutionArgs, known: KnownPlans): Plan | GraphQLError | undefined => {
  const { schema, document, operationName, variableValues, contextValue } = args;
  const operation = getOperationAST(document, operationName);
  if (!operation) return undefined;
  const { budget } = contextValue as Context;
  try {
    const plan = known.of(
      document,
      variableValues ?? {},
      `${operationName ?? ''} ${budget.objects}`,
      (variables) => planOf(schema, document, operation, variables, budget.objects),
    );
    const refusal = refusalOf(plan, budget);
    return refusal ? located(refusal) : plan;
  } catch (error) {
    if (error instanceof TooManyFieldsError) return located(new BudgetError(error.message));
    throw error;
  }
};

const located = (error: BudgetError): GraphQLError =>
  new GraphQLError(error.message, { originalError: error });

const refusalOf = (plan: Plan, budget: Budget): BudgetError | undefined => {
  const { certain, objects, bytes, calls, fields } = plan;
  const over = (
    [
      ['calls', certain, 'makes', 'upstream calls'],
      ['objects', objects, 'makes', 'objects'],
      ['bytes', bytes, 'answers', 'bytes'],
    ] as const
  ).find(([what, planned]) => planned > budget[what]);
  if (!over) return undefined;
  const [what, planned, verb, unit] = over;
  const share = (field: (typeof fields)[number]): number =>
    what === 'calls' ? field.calls.bird + field.calls.courier : field[what];
  const dearest = fields
    .filter((field) => share(field) > 0)
    .toSorted((one, other) => share(other) - share(one))
    .slice(0, NAMED);
  return new BudgetError(
    `the operation ${verb} up to ${planned} ${unit} and may ${verb.slice(0, -1)} ${budget[what]}; most of them at ${dearest[0]?.path}`,
    { calls, objects, bytes, budget, fields: dearest },
  );
};

/** The result, or the error of an operation whose time is over although none of its fields has said so. */
const inTime = async <Result>(
  { deadline }: Context,
  executed: Result | PromiseLike<Result>,
): Promise<Result | ExecutionResult> => {
  const late = Promise.withResolvers<ExecutionResult>();
  const timer = setTimeout(
    () => late.resolve({ errors: [new GraphQLError('', { originalError: new OutOfTimeError() })] }),
    Math.max(0, deadline - performance.now()) + GRACE_MS,
  );
  try {
    return await Promise.race([executed, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};
