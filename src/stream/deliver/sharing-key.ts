import { type DocumentNode, type ExecutionArgs, Kind, print, visit } from 'graphql';
import type { Context } from '../../context.ts';
import { fingerprint } from '../../upstream/auth.ts';
import type { Interest } from './pub-sub.ts';

/** What a subscription asks, as GraphQL executes it. */
export type Asking = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>;

/**
 * A key that is the same for subscriptions to which every event says the very same: by document, operation,
 * variables without `after`, caller and credential, and by what those name, because a native id can come to mean
 * something else.
 */
export const sharingKey = (
  { caller, courierCredential }: Context,
  { schema, document, operationName, variableValues }: Asking,
  interest: Interest | undefined,
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
      interest &&
        [interest.messages, interest.channels, interest.people, interest.watched].map((ids) =>
          [...(ids ?? [])].sort(),
        ),
    ]),
  );
};

const known = new WeakMap<DocumentNode, ReadonlySet<string>>();

/**
 * The variables that only say where a subscription goes on: they are given as `after` to one of the fields
 * named, and to nothing else. What is told of an event does not depend on them.
 */
const resumingVariables = (document: DocumentNode, fields: readonly string[]): ReadonlySet<string> => {
  const found = known.get(document);
  if (found) return found;
  const uses = new Map<string, number>();
  const resuming = new Map<string, number>();
  const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  visit(document, {
    // What stands there is constant, but for the name.
    VariableDefinition: () => false,
    Variable: ({ name }) => {
      count(uses, name.value);
    },
    Field: ({ name, arguments: given }) => {
      if (!fields.includes(name.value)) return;
      for (const { name: argument, value } of given ?? []) {
        if (argument.value === 'after' && value.kind === Kind.VARIABLE) count(resuming, value.name.value);
      }
    },
  });
  const names = new Set(
    [...resuming].filter(([name, times]) => times === uses.get(name)).map(([name]) => name),
  );
  known.set(document, names);
  return names;
};
