import { type DocumentNode, Kind, visit } from 'graphql';

const known = new WeakMap<DocumentNode, ReadonlySet<string>>();

/**
 * The variables that only say where a subscription goes on: they are given as `after` to one of the fields
 * named, and to nothing else. What is told of an event does not depend on them.
 */
export const resumingVariables = (document: DocumentNode, fields: readonly string[]): ReadonlySet<string> => {
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
