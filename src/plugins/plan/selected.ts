import {
  type ArgumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  print,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/** The types that an object at one place of the answer can be of. */
export type Types = ReadonlySet<GraphQLObjectType>;

/** One field of the answer, with all places of the document that ask for it. */
export interface Selected {
  /** Its name in the answer. */
  readonly key: string;
  readonly name: string;
  /** The types on which it is asked for. */
  readonly types: Types;
  readonly nodes: readonly FieldNode[];
}

/** A document with its variables, as a plan reads it. */
export interface Reading {
  /** The types that an object of a type can be of. */
  typesOf(type: GraphQLNamedType): Types;
  /**
   * The fields that are asked for below these selections, fragments considered.
   *
   * @param conditionally true to leave out what `@skip` and `@include` leave out
   */
  select(
    types: Types,
    sets: readonly (SelectionSetNode | undefined)[],
    conditionally: boolean,
  ): readonly Selected[];
  /** The value of an argument; undefined when it is not said. */
  argument(node: FieldNode, name: string): unknown;
}

/** Reads the parts of a document for one execution. */
export const readingOf = (
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variable: (name: string) => unknown,
): Reading => {
  const possible = new Map<GraphQLNamedType, Types>();

  const typesOf = (type: GraphQLNamedType): Types => {
    const known = possible.get(type);
    if (known) return known;
    const made = new Set(
      isObjectType(type) ? [type] : isAbstractType(type) ? schema.getPossibleTypes(type) : [],
    );
    possible.set(type, made);
    return made;
  };

  const narrowed = (types: Types, condition: string | undefined): Types => {
    const type = condition === undefined ? undefined : schema.getType(condition);
    return type ? types.intersection(typesOf(type)) : types;
  };

  const read = (node: ValueNode): unknown => {
    if (node.kind === 'Variable') return variable(node.name.value);
    if (node.kind === 'IntValue' || node.kind === 'FloatValue') return Number(node.value);
    if (node.kind === 'ListValue') return node.values.map(read);
    if (node.kind === 'ObjectValue')
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, read(value)]));
    return node.kind === 'NullValue' ? null : node.value;
  };

  const argumentOf = (args: readonly ArgumentNode[] | undefined, name: string): unknown => {
    const found = args?.find((one) => one.name.value === name);
    return found && read(found.value);
  };

  const isAsked = ({ directives }: SelectionNode): boolean =>
    !directives?.some(
      ({ name, arguments: args }) =>
        (name.value === 'skip' && argumentOf(args, 'if') === true) ||
        (name.value === 'include' && argumentOf(args, 'if') === false),
    );

  const select: Reading['select'] = (types, sets, conditionally) => {
    const found = new Map<string, Selected & { types: Types; nodes: FieldNode[] }>();
    const visited = new Set<string>();
    const visit = (set: SelectionSetNode | undefined, on: Types): void => {
      for (const selection of set?.selections ?? []) {
        if (conditionally && !isAsked(selection)) continue;
        if (selection.kind === 'Field') {
          const name = selection.name.value;
          const key = selection.alias?.value ?? name;
          // Types that exclude each other may give different fields, or other arguments, the same name.
          const at = [key, name, ...(selection.arguments ?? []).map(print)].join(' ');
          const known = found.get(at);
          if (!known) found.set(at, { key, name, types: on, nodes: [selection] });
          else {
            known.types = known.types.union(on);
            if (!known.nodes.includes(selection)) known.nodes.push(selection);
          }
        } else if (selection.kind === 'InlineFragment') {
          const below = narrowed(on, selection.typeCondition?.name.value);
          if (below.size > 0) visit(selection.selectionSet, below);
        } else {
          const fragment = fragments.get(selection.name.value);
          const below = narrowed(on, fragment?.typeCondition.name.value);
          const spread = `${selection.name.value} ${[...below].map(({ name }) => name)}`;
          if (below.size === 0 || visited.has(spread)) continue;
          visited.add(spread);
          visit(fragment?.selectionSet, below);
        }
      }
    };
    for (const set of sets) visit(set, types);
    return [...found.values()];
  };

  return { typesOf, select, argument: (node, name) => argumentOf(node.arguments, name) };
};
