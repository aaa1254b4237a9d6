import {
  type FieldNode,
  type GraphQLResolveInfo,
  getNamedType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';

/** The fields selected below the current one, fragments included, by name. Conditions are taken as met. */
const selected = (
  info: GraphQLResolveInfo,
  nodes: readonly { selectionSet?: SelectionSetNode | undefined }[],
) => {
  const fields = new Map<string, FieldNode[]>();
  const visit = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === 'Field') {
        fields.set(selection.name.value, [...(fields.get(selection.name.value) ?? []), selection]);
      } else if (selection.kind === 'InlineFragment') {
        visit(selection.selectionSet);
      } else {
        visit(info.fragments[selection.name.value]?.selectionSet);
      }
    }
  };
  for (const node of nodes) visit(node.selectionSet);
  return fields;
};

/** Has a field say that it needs nothing but the key of its object, so that an id that another row holds answers it. */
export const KEY_ONLY = { extensions: { keyOnly: true } } as const;

/**
 * True when the query asks for nothing beyond these fields of the current field's object, and those that need its
 * key alone: then what the parent embeds can answer it and nothing need be fetched.
 */
export const asksOnly = (info: GraphQLResolveInfo, fields: readonly string[]): boolean => {
  const type = getNamedType(info.returnType);
  const known = isObjectType(type) ? type.getFields() : {};
  return [...selected(info, info.fieldNodes).keys()].every(
    (name) =>
      name === 'id' ||
      name === '__typename' ||
      fields.includes(name) ||
      known[name]?.extensions.keyOnly === true,
  );
};

/** True when the query asks for the field at the end of the path below the current field. */
export const asksFor = (info: GraphQLResolveInfo, ...path: readonly string[]): boolean => {
  let nodes: readonly FieldNode[] = info.fieldNodes;
  for (const name of path) nodes = selected(info, nodes).get(name) ?? [];
  return nodes.length > 0;
};
