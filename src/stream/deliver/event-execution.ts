import {
  createSourceEventStream,
  type ExecutionArgs,
  executeSubscriptionEvent,
  validateSubscriptionArgs,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type Context, createContext } from '../../context.ts';
import type { FanOut } from './fan-out.ts';
import { Results } from './results.ts';

/**
 * Executes every event of a subscription with a context of its own, and once for all who are told the same. A
 * subscription's context is made once: its deadline would be long past, its budget spent, and its loaders
 * would know only how things were.
 */
export const useEventExecution = (fanOut: FanOut): Plugin => ({
  onSubscribe: ({ setSubscribeFn }) => setSubscribeFn((args) => subscribe(args, fanOut)),
});

const subscribe = async (args: ExecutionArgs, fanOut: FanOut) => {
  const validated = validateSubscriptionArgs(args);
  if (!('schema' in validated)) return { errors: validated };
  const context = args.contextValue as Context;
  const run = executionOf(args);
  let source: AsyncIterator<unknown>;
  const results = new Results(
    async () => {
      const { done, value } = await source.next();
      return done ? { done, value: undefined } : { done: false, value: await run()(value, renew(context)) };
    },
    () => void source.return?.()?.catch(() => {}),
  );
  fanOut.share(context, args, context.sink ?? results, () => {
    const { services, caller, courierCredential } = context;
    const execute = run();
    return (event, signal) =>
      execute(event, createContext(services, { caller, courierCredential }, { signal }));
  });
  const opened = await createSourceEventStream(validated);
  if (!(Symbol.asyncIterator in opened)) return opened;
  source = opened[Symbol.asyncIterator]();
  context.sink?.begin?.(results);
  return results;
};

/** How one event is executed; what it takes is made for each anew, because a subscription that is told together needs none of it. */
const executionOf = (args: ExecutionArgs) => () => {
  const validated = validateSubscriptionArgs(args);
  if (!('schema' in validated)) throw new Error('what was valid stays valid');
  return (rootValue: unknown, contextValue: Context) =>
    executeSubscriptionEvent({ ...validated, rootValue, contextValue });
};

/** Whatever else the server has put into the context stays. */
const renew = (context: Context): Context => ({
  ...context,
  ...createContext(context.services, context, context),
});
