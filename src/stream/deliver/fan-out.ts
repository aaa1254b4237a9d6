import { type ExecutionArgs, type ExecutionResult, print } from 'graphql';
import type { Context } from '../../context.ts';
import type { Sink } from '../../ports.ts';
import { fingerprint } from '../../upstream/auth.ts';
import type { Journal } from '../log/status-log.ts';
import { Group } from './broadcast.ts';
import { eventOf, type StreamEvent } from './event.ts';
import { resumingVariables } from './resuming-variables.ts';
import type { Follow, Join } from './shared-tail.ts';

/** Makes what is told of an event; the signal aborts when nobody waits for it any more. */
export type Execute = (
  event: StreamEvent,
  signal: AbortSignal,
) => ExecutionResult | PromiseLike<ExecutionResult>;

/** What must agree for subscribers to be told the very same. */
export type Alike = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>;

/**
 * Tells together whoever is told the very same: by document, operation, variables without `after`, caller and
 * credential, and by what those name. An event is executed once for all of them.
 */
export class FanOut {
  readonly #journal: Journal;
  readonly #groups = new Map<string, Group>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** How many groups there are, and how many are in them. */
  get counts(): { readonly groups: number; readonly members: number } {
    let members = 0;
    for (const { size } of this.#groups.values()) members += size;
    return { groups: this.#groups.size, members };
  }

  /**
   * Lets the subscription of this context join others.
   *
   * @param execution is asked for when there are no others yet
   */
  admit(context: Context, alike: Alike, sink: Sink, execution: () => Execute): void {
    const key = keyOf(context, alike);
    joins.set(context, (follow) => this.#groupOf(key, follow, execution).join({ ...follow, sink }));
  }

  #groupOf(base: string, { interest, view, position }: Follow, execution: () => Execute): Group {
    // A native id can come to mean something else.
    const named = interest && [[...interest.messages].sort(), [...interest.channels].sort()];
    const key = fingerprint(`${base} ${JSON.stringify(named)}`);
    const known = this.#groups.get(key);
    if (known) return known;
    const { epoch } = this.#journal;
    const execute = execution();
    const group = new Group({
      entries: this.#journal.follow(interest, view, position),
      position,
      execute: (entry, signal) => execute(eventOf(entry, epoch), signal),
      onEnd: () => {
        if (this.#groups.get(key) === group) this.#groups.delete(key);
      },
    });
    this.#groups.set(key, group);
    return group;
  }
}

const joins = new WeakMap<Context, Join>();

/** How the subscription of a context joins others; undefined when it is told alone. */
export const joinOf = (context: Context): Join | undefined => joins.get(context);

const keyOf = (
  { caller, courierCredential }: Context,
  { schema, document, operationName, variableValues }: Alike,
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
