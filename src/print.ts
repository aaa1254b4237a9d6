import { getDocumentNodeFromSchema } from '@graphql-tools/utils';
import {
  astFromValue,
  type FieldDefinitionNode,
  type GraphQLArgument,
  type GraphQLInputField,
  type InputValueDefinitionNode,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  print,
  visit,
} from 'graphql';
import { schema } from './schema.ts';

/** The graph as SDL: sorted, with its `@rest`, and with its defaults, which the printer of directives leaves out. */
export const printGraph = (): string => {
  const sorted = lexicographicSortSchema(schema);

  const fieldsOf = (typename: string) => {
    const type = sorted.getType(typename);
    return isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
  };
  const inputFieldsOf = (typename: string) => {
    const type = sorted.getType(typename);
    return isInputObjectType(type) ? type.getFields() : {};
  };
  const withArguments = (typename: string, fields: readonly FieldDefinitionNode[] = []) =>
    fields.map((field) => ({
      ...field,
      arguments: field.arguments?.map((argument) =>
        withDefault(
          argument,
          fieldsOf(typename)[field.name.value]?.args.find(({ name }) => name === argument.name.value),
        ),
      ),
    }));

  const document = visit(getDocumentNodeFromSchema(sorted), {
    ObjectTypeDefinition: (node) => ({ ...node, fields: withArguments(node.name.value, node.fields) }),
    InterfaceTypeDefinition: (node) => ({ ...node, fields: withArguments(node.name.value, node.fields) }),
    InputObjectTypeDefinition: (node) => ({
      ...node,
      fields: node.fields?.map((field) =>
        withDefault(field, inputFieldsOf(node.name.value)[field.name.value]),
      ),
    }),
  });
  return `${print(document)}\n`;
};

const withDefault = (
  node: InputValueDefinitionNode,
  { defaultValue, type }: Partial<GraphQLArgument | GraphQLInputField> = {},
): InputValueDefinitionNode => {
  const value =
    defaultValue === undefined || type === undefined ? undefined : astFromValue(defaultValue, type);
  return value ? ({ ...node, defaultValue: value } as InputValueDefinitionNode) : node;
};
