import type { FieldNode, GraphQLResolveInfo, SelectionSetNode } from 'graphql';

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

/**
 * True when the query asks for nothing beyond these fields of the current field's object: then what the
 * parent embeds can answer it and nothing need be fetched.
 */
export const asksOnly = (info: GraphQLResolveInfo, fields: readonly string[]): boolean =>
  [...selected(info, info.fieldNodes).keys()].every((name) => name === '__typename' || fields.includes(name));

/** True when the query asks for the field at the end of the path below the current field. */
export const asksFor = (info: GraphQLResolveInfo, ...path: readonly string[]): boolean => {
  let nodes: readonly FieldNode[] = info.fieldNodes;
  for (const name of path) nodes = selected(info, nodes).get(name) ?? [];
  return nodes.length > 0;
};
