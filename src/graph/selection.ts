import {
  doTypesOverlap,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  type NamedTypeNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * The fields selected on objects of a type, by name, fragments that can be of it included. Conditions are taken as met.
 */
const selected = (
  info: GraphQLResolveInfo,
  type: GraphQLNamedType | undefined,
  nodes: readonly { selectionSet?: SelectionSetNode | undefined }[],
) => {
  const applies = (condition: NamedTypeNode | undefined): boolean => {
    const other = condition && info.schema.getType(condition.name.value);
    if (!isCompositeType(other) || !isCompositeType(type)) return true;
    return doTypesOverlap(info.schema, other, type);
  };
  const fields = new Map<string, FieldNode[]>();
  const visit = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === 'Field') {
        fields.set(selection.name.value, [...(fields.get(selection.name.value) ?? []), selection]);
      } else if (selection.kind === 'InlineFragment') {
        if (applies(selection.typeCondition)) visit(selection.selectionSet);
      } else {
        const fragment = info.fragments[selection.name.value];
        if (applies(fragment?.typeCondition)) visit(fragment?.selectionSet);
      }
    }
  };
  for (const node of nodes) visit(node.selectionSet);
  return fields;
};

/** Has a field say that it needs nothing but the key of its object, so that an id that another row holds answers it. */
export const KEY_ONLY = { extensions: { keyOnly: true } } as const;

/** What a field of the query asks for below itself, on objects of one type. */
interface Needed {
  readonly nodes: readonly FieldNode[];
  readonly type: GraphQLNamedType;
  readonly names: readonly string[];
}

/** What fields ask for, by the first place of the document that asks for them: the same for every row of a list. */
const needed = new WeakMap<FieldNode, Needed[]>();

/** The fields asked for below the current one that need more than the key of its object. */
const needs = (info: GraphQLResolveInfo): readonly string[] => {
  const { fieldNodes: nodes } = info;
  const [first] = nodes as readonly [FieldNode];
  const type = getNamedType(info.returnType);
  const found = needed.get(first) ?? [];
  const made = found.find(
    (one) =>
      one.type === type &&
      one.nodes.length === nodes.length &&
      one.nodes.every((node, index) => node === nodes[index]),
  );
  if (made) return made.names;
  const known = isObjectType(type) ? type.getFields() : {};
  const names = [...selected(info, type, nodes).keys()].filter(
    (name) => name !== 'id' && name !== '__typename' && known[name]?.extensions.keyOnly !== true,
  );
  needed.set(first, [...found, { nodes, type, names }]);
  return names;
};

/**
 * True when the query asks for nothing beyond these fields of the current field's object, and those that need its
 * key alone: then what the parent embeds can answer it and nothing need be fetched.
 */
export const asksOnly = (
  info: GraphQLResolveInfo,
  fields: readonly string[] | ((field: string) => boolean),
): boolean => needs(info).every(typeof fields === 'function' ? fields : (name) => fields.includes(name));

/** The type of a field's objects; undefined where the type has no such field. */
const typeOf = (type: GraphQLNamedType | undefined, name: string): GraphQLNamedType | undefined => {
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  return field && getNamedType(field.type);
};

/** True when the query asks for the field at the end of the path below the current field. */
export const asksFor = (info: GraphQLResolveInfo, ...path: readonly string[]): boolean => {
  let nodes: readonly FieldNode[] = info.fieldNodes;
  let type: GraphQLNamedType | undefined = getNamedType(info.returnType);
  for (const name of path) {
    nodes = selected(info, type, nodes).get(name) ?? [];
    type = typeOf(type, name);
  }
  return nodes.length > 0;
};
