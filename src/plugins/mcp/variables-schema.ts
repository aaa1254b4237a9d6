import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A JSON Schema (draft 2020-12), as far as variables need one. */
export type JsonSchema = { [keyword: string]: Json };

/** A schema of an object: what a tool takes. */
export interface ObjectSchema {
  [keyword: string]: Json;
  type: 'object';
  properties: { [name: string]: JsonSchema };
}

/** How scalars are written in JSON; one that is not named may be anything. */
const SCALARS: Readonly<Record<string, JsonSchema>> = {
  ID: { type: 'string' },
  String: { type: 'string' },
  Boolean: { type: 'boolean' },
  Int: { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  Float: { type: 'number' },
  DateTime: { type: 'string', format: 'date-time' },
};

/**
 * The JSON Schema of an operation's variables: types, enums, defaults and descriptions of the graph, where the
 * document has none of its own. Input types are named once, because they may hold themselves.
 *
 * @param required the input fields that have to be given although the graph lets them be left out
 */
export const variablesSchema = (
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  required: readonly string[] = [],
): ObjectSchema => {
  const $defs: Record<string, JsonSchema> = {};

  const schemaOf = (type: GraphQLInputType): JsonSchema => {
    const inner = getNullableType(type);
    const known = bare(inner);
    return isNonNullType(type) ? known : nullable(known);
  };

  const bare = (type: GraphQLInputType): JsonSchema => {
    if (isListType(type)) return { type: 'array', items: schemaOf(type.ofType) };
    if (isEnumType(type)) {
      return { ...described(type), type: 'string', enum: type.getValues().map(({ name }) => name) };
    }
    if (isInputObjectType(type)) {
      if (!(type.name in $defs)) {
        // It stands there before its fields are read, so that one that holds itself ends.
        $defs[type.name] = {};
        $defs[type.name] = objectSchema(type);
      }
      return { $ref: `#/$defs/${type.name}` };
    }
    return 'name' in type ? (SCALARS[type.name] ?? {}) : {};
  };

  const objectSchema = (type: GraphQLInputObjectType): JsonSchema => {
    const fields = Object.values(type.getFields());
    const needed = fields
      .filter((field) => isRequiredInputField(field) || required.includes(field.name))
      .map(({ name }) => name);
    return {
      ...described(type),
      type: 'object',
      properties: Object.fromEntries(
        fields.map((field) => {
          const own = needed.includes(field.name) ? bare(getNullableType(field.type)) : schemaOf(field.type);
          return [field.name, { ...own, ...described(field) }];
        }),
      ),
      additionalProperties: false,
      ...(needed.length > 0 && { required: needed }),
      ...(type.isOneOf && { minProperties: 1, maxProperties: 1 }),
    };
  };

  const propertyOf = (variable: VariableDefinitionNode): JsonSchema => {
    const type = typeFromAST(schema, variable.type) as GraphQLInputType | undefined;
    const { description, defaultValue } = variable;
    return {
      ...(type && schemaOf(type)),
      ...(description && { description: description.value }),
      ...(defaultValue && { default: valueFromASTUntyped(defaultValue) as Json }),
    };
  };

  const properties = Object.fromEntries(
    variableDefinitions.map((one) => [one.variable.name.value, propertyOf(one)]),
  );
  const needed = variableDefinitions
    .filter(({ type, defaultValue }) => type.kind === 'NonNullType' && !defaultValue)
    .map(({ variable }) => variable.name.value);
  return {
    type: 'object',
    properties,
    additionalProperties: false,
    ...(needed.length > 0 && { required: needed }),
    ...(Object.keys($defs).length > 0 && { $defs }),
  };
};

const described = ({ description }: { readonly description?: string | null | undefined }): JsonSchema =>
  description ? { description } : {};

const nullable = (known: JsonSchema): JsonSchema =>
  typeof known.type === 'string' && !('enum' in known)
    ? { ...known, type: [known.type, 'null'] }
    : Object.keys(known).length === 0
      ? known
      : { anyOf: [known, { type: 'null' }] };
