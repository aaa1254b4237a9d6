import {
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isUnionType,
} from 'graphql';

/** The `extensions` of a field that tells something about a person. Fields over a contract take it from there. */
export const PERSONAL = { personal: true } as const;

/** True for a field that tells something about a person: their name, their address, what they wrote. */
export const isPersonal = ({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): boolean =>
  extensions.personal === true;

/**
 * Has what is personal by one declaration be so wherever it is seen: a field of an interface is personal in all its
 * types, and an interface's where it is in one of them; of a union that is personal, so are all leaves of its types.
 */
export const markPersonal = (schema: GraphQLSchema): GraphQLSchema => {
  const types = Object.values(schema.getTypeMap());
  const pairs = types.filter(isInterfaceType).flatMap((type) => fieldsWithTheirs(type, schema));
  const declared = pairs.filter(([field]) => isPersonal(field));
  for (const [, own] of declared) mark(own);
  for (const union of types.filter(isUnionType)) {
    if (union.extensions.personal !== true) continue;
    const fields = union.getTypes().flatMap((type) => Object.values(type.getFields()));
    for (const field of fields) if (isLeafType(getNamedType(field.type))) mark(field);
  }
  for (const [field, own] of pairs) if (isPersonal(own)) mark(field);
  return schema;
};

type Field = GraphQLField<unknown, unknown>;

/** The fields of an interface, each with those of its types. */
const fieldsWithTheirs = (type: GraphQLInterfaceType, schema: GraphQLSchema): (readonly [Field, Field])[] =>
  Object.values(type.getFields()).flatMap((field) =>
    schema.getImplementations(type).objects.flatMap((object) => {
      const own = object.getFields()[field.name];
      return own ? [[field, own] as const] : [];
    }),
  );

const mark = (field: Field): void => {
  field.extensions = { ...field.extensions, ...PERSONAL };
};

/** All personal fields of a schema, as `CourierUser.email`. */
export const personalFields = (schema: GraphQLSchema): string[] =>
  Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) || isInterfaceType(type)
      ? Object.values(type.getFields())
          .filter(isPersonal)
          .map((field) => `${type.name}.${field.name}`)
      : [],
  );
