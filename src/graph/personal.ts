import {
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** The `extensions` of a field that tells something about a person. Fields over the contract take it from there. */
export const PERSONAL = { personal: true } as const;

/** True for a field that tells something about a person: their name, their address, what they wrote. */
export const isPersonal = ({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): boolean =>
  extensions.personal === true;

/** Has the fields of an interface be personal where that of one of its types is. */
export const markPersonal = (schema: GraphQLSchema): GraphQLSchema => {
  for (const type of Object.values(schema.getTypeMap()))
    if (isInterfaceType(type)) markFieldsOf(type, schema);
  return schema;
};

const markFieldsOf = (type: GraphQLInterfaceType, schema: GraphQLSchema): void => {
  const { objects } = schema.getImplementations(type);
  for (const field of Object.values(type.getFields())) {
    const some = objects.some((object) => {
      const own = object.getFields()[field.name];
      return own !== undefined && isPersonal(own);
    });
    if (some) field.extensions = { ...field.extensions, ...PERSONAL };
  }
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
