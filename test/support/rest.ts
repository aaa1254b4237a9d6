import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { expect } from 'vitest';
import { restOf } from '../../src/graph/rest.ts';
import { schema as graph } from '../../src/schema.ts';
import type { Asked } from './upstream.ts';

/** What an upstream of a test remembers of what it was asked. */
interface Remembering {
  readonly asked: readonly Asked[];
}

/** The operations under way at an upstream, and what those may call that ended while others went on. */
interface UnderWay {
  running: number;
  readonly allowed: Set<string>;
}

const underWay = new WeakMap<Remembering, UnderWay>();

/**
 * Watches what upstreams are asked while an operation is executed. When it ends, everything they were asked
 * meanwhile must stand behind a field that it, or an operation beside it, selects. What Pigeon does in the background
 * (sweeps, polls) has its own tests.
 */
export const watchCalls = (
  query: string,
  upstreams: readonly unknown[],
  schema: GraphQLSchema = graph,
): Disposable => {
  const watched = schema === graph ? upstreams.filter(isRemembering) : [];
  const allowed = watched.length > 0 ? callsOf(query) : new Set<string>();
  const began = watched.map((upstream) => {
    const all = underWay.get(upstream) ?? { running: 0, allowed: new Set<string>() };
    underWay.set(upstream, all);
    all.running += 1;
    for (const call of allowed) all.allowed.add(call);
    return upstream.asked.length;
  });
  return {
    [Symbol.dispose]: () => {
      for (const [index, upstream] of watched.entries()) {
        const all = underWay.get(upstream);
        if (!all) continue;
        const unnamed = upstream.asked
          .slice(began[index])
          .map(({ method, path }) => `${method} ${path}`)
          .filter((line) => !isNamed(line, all.allowed) && !BACKGROUND.some((pattern) => pattern.test(line)));
        all.running -= 1;
        if (all.running === 0) all.allowed.clear();
        expect(unnamed, 'every call stands in the @rest of a field that the query selects').toEqual([]);
      }
    },
  };
};

/** The directory’s sweeps of users, and logins. */
const BACKGROUND = [/^GET \/v1\/users\/$/, /login/];

const isRemembering = (upstream: unknown): upstream is Remembering =>
  typeof upstream === 'object' && upstream !== null && 'asked' in upstream;

const isNamed = (line: string, may: ReadonlySet<string>): boolean =>
  [...may].some((call) => new RegExp(`^${call.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(line));

const parsed = new Map<string, ReadonlySet<string>>();

/** The calls in the `@rest` of all fields that a document selects; of an interface’s field also those of its types. */
const callsOf = (query: string): ReadonlySet<string> => {
  const known = parsed.get(query);
  if (known) return known;
  const calls = new Set<string>();
  parsed.set(query, calls);
  let document: ReturnType<typeof parse>;
  try {
    document = parse(query);
  } catch {
    return calls;
  }
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [],
    ),
  );
  const visitField = (node: FieldNode, type: GraphQLNamedType): void => {
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
    if (!field) return;
    for (const { method, path } of restOf(field)) calls.add(`${method} ${path}`);
    visit(node.selectionSet, getNamedType(field.type));
  };
  const seen = new Set<string>();
  const visit = (set: SelectionSetNode | undefined, type: GraphQLNamedType): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        visitField(selection, type);
        if (isAbstractType(type)) for (const one of graph.getPossibleTypes(type)) visitField(selection, one);
        continue;
      }
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      const name = fragment?.typeCondition?.name.value;
      const key = `${selection.kind === Kind.FRAGMENT_SPREAD ? selection.name.value : ''} ${type.name}`;
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (seen.has(key)) continue;
        seen.add(key);
      }
      visit(fragment?.selectionSet, (name && graph.getType(name)) || type);
    }
  };
  for (const one of document.definitions) {
    if (one.kind !== Kind.OPERATION_DEFINITION) continue;
    const root = graph.getRootType(one.operation);
    if (root) visit(one.selectionSet, root);
  }
  return calls;
};
