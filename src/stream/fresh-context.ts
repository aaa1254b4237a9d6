import {
  createSourceEventStream,
  type ExecutionArgs,
  executeSubscriptionEvent,
  mapSourceToResponseEvent,
  validateSubscriptionArgs,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type Context, createContext } from '../context.ts';

/**
 * Executes every event of a subscription with a context of its own. A subscription's context is made once: its
 * deadline would be long past, its budget spent, and its loaders would know only how things were.
 */
export const useFreshContext = (): Plugin => ({
  onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe),
});

const subscribe = async (args: ExecutionArgs) => {
  const validated = validateSubscriptionArgs(args);
  if (!('schema' in validated)) return { errors: validated };
  const source = await createSourceEventStream(validated);
  if (!(Symbol.asyncIterator in source)) return source;
  return mapSourceToResponseEvent(validated, source, (event) =>
    executeSubscriptionEvent({ ...event, contextValue: renew(event.contextValue as Context) }),
  );
};

/** Whatever else the server has put into the context stays. */
const renew = (context: Context): Context => ({
  ...context,
  ...createContext(context.parts, context, context),
});
