import { type ExecutionArgs, type ExecutionResult, print } from 'graphql';
import type { Context } from '../../context.ts';
import type { Sink } from '../../ports.ts';
import { fingerprint } from '../../upstream/auth.ts';
import type { StatusLog } from '../log/status-log.ts';
import { Broadcast } from './broadcast.ts';
import { eventOf, type StreamEvent } from './event.ts';
import { resumingVariables } from './resuming-variables.ts';
import type { Join, TailOptions } from './shared-tail.ts';

/** Makes what is told of an event; the signal aborts when nobody waits for it any more. */
export type Execute = (
  event: StreamEvent,
  signal: AbortSignal,
) => ExecutionResult | PromiseLike<ExecutionResult>;

/** What must agree for subscribers to be told the very same. */
export type SharedExecution = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>;

/**
 * Tells together whoever is told the very same: by document, operation, variables without `after`, caller and
 * credential, and by what those name. An event is executed once for all of them.
 */
export class FanOut {
  readonly #statusLog: StatusLog;
  readonly #broadcasts = new Map<string, Broadcast>();

  constructor(statusLog: StatusLog) {
    this.#statusLog = statusLog;
  }

  /** How many broadcasts there are, and how many members they have. */
  get counts(): { readonly groups: number; readonly members: number } {
    let members = 0;
    for (const { size } of this.#broadcasts.values()) members += size;
    return { groups: this.#broadcasts.size, members };
  }

  /**
   * Lets the subscription of this context join others.
   *
   * @param execution is asked for when there are no others yet
   */
  share(context: Context, shared: SharedExecution, sink: Sink, execution: () => Execute): void {
    const key = keyOf(context, shared);
    joins.set(context, (follow) => this.#broadcastOf(key, follow, execution).join({ ...follow, sink }));
  }

  #broadcastOf(base: string, { interest, view, position }: TailOptions, execution: () => Execute): Broadcast {
    // A native id can come to mean something else.
    const named = interest && [[...interest.messages].sort(), [...interest.channels].sort()];
    const key = fingerprint(`${base} ${JSON.stringify(named)}`);
    const known = this.#broadcasts.get(key);
    if (known) return known;
    const { epoch } = this.#statusLog;
    const execute = execution();
    const broadcast = new Broadcast({
      entries: this.#statusLog.follow(interest, view, position),
      position,
      execute: (entry, signal) => execute(eventOf(entry, epoch), signal),
      onEnd: () => {
        if (this.#broadcasts.get(key) === broadcast) this.#broadcasts.delete(key);
      },
    });
    this.#broadcasts.set(key, broadcast);
    return broadcast;
  }
}

const joins = new WeakMap<Context, Join>();

/** How the subscription of a context joins others; undefined when it is told alone. */
export const joinOf = (context: Context): Join | undefined => joins.get(context);

const keyOf = (
  { caller, courierCredential }: Context,
  { schema, document, operationName, variableValues }: SharedExecution,
): string => {
  const roots = Object.keys(schema.getSubscriptionType()?.getFields() ?? {});
  const apart = resumingVariables(document, roots);
  const variables = Object.entries(variableValues ?? {})
    .filter(([name]) => !apart.has(name))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return fingerprint(
    JSON.stringify([
      document.loc?.source.body ?? print(document),
      operationName,
      variables,
      caller.key,
      courierCredential?.key,
    ]),
  );
};
