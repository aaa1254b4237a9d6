import {
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isObjectType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { restOf } from '../../src/graph/rest.ts';
import { schema } from '../../src/schema.ts';

/** What of the two upstreams’ graphs was asked for and given, by coordinates such as `BirdMessage.text`. */
export interface Coverage {
  /** Notes an operation that was asked. */
  note(document: string, variables: Readonly<Record<string, unknown>>): void;
  /** Fields that need no call and no argument, and were never selected. */
  unselected(): string[];
  /** Arguments, and fields of inputs, that were never given. */
  ungiven(): string[];
}

/** The fields of the two upstreams’ own types, and the mutations that reach their operations. */
const ownFields = () =>
  Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter(({ name }) => /Bird|Courier/.test(type.name === 'Mutation' ? name : type.name))
        .map((field) => ({ type, field, coordinate: `${type.name}.${field.name}` })),
    )
    // The edges of all connections are one and the same, as are their cursors.
    .filter(({ type, field }) => !/(?:Connection|Edge)$/.test(type.name) || field.name === 'nodes');

/** An argument by every coordinate that it is as good as: that of another field over the same call. */
const sameAs = (coordinate: string, field: GraphQLField<unknown, unknown>, arg: string): string[] => [
  `${coordinate}(${arg}:)`,
  ...restOf(field).map(({ api, method, path }) => `${api} ${method} ${path}(${arg}:)`),
];

/** Watches what a table of operations leaves out. */
export const startCoverage = (): Coverage => {
  const selected = new Set<string>();
  const given = new Set<string>();

  const noteInput = (type: GraphQLInputType, value: unknown): void => {
    const plain = getNullableType(type);
    if (isListType(plain)) for (const item of [value].flat()) noteInput(plain.ofType, item);
    if (!isInputObjectType(plain) || typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      const field = plain.getFields()[name];
      if (!field || inner === undefined) continue;
      given.add(`${plain.name}.${name}`);
      noteInput(field.type, inner);
    }
  };

  return {
    note: (document, variables) => {
      const info = new TypeInfo(schema);
      visit(
        parse(document),
        visitWithTypeInfo(info, {
          Field: ({ name, arguments: args = [] }) => {
            const coordinate = `${info.getParentType()?.name}.${name.value}`;
            const field = info.getFieldDef();
            selected.add(coordinate);
            for (const { name: arg } of args)
              for (const same of field ? sameAs(coordinate, field, arg.value) : []) given.add(same);
          },
          VariableDefinition: ({ variable }) => {
            const type = info.getInputType();
            if (type) noteInput(type, variables[variable.name.value]);
          },
        }),
      );
    },
    unselected: () =>
      ownFields()
        .filter(({ coordinate, field }) => restOf(field).length === 0 && !selected.has(coordinate))
        .map(({ coordinate }) => coordinate),
    ungiven: () => {
      const seen = new Set<string>();
      const inside = (type: GraphQLInputType): string[] => {
        const named = getNamedType(type);
        if (!isInputObjectType(named) || seen.has(named.name)) return [];
        seen.add(named.name);
        return Object.values(named.getFields()).flatMap((field) => {
          const coordinate = `${named.name}.${field.name}`;
          return [...(given.has(coordinate) ? [] : [coordinate]), ...inside(field.type)];
        });
      };
      return ownFields().flatMap(({ coordinate, field }) =>
        field.args
          // Every list goes on by Relay’s `after`, which the tests of connections hold.
          .filter(({ name }) => name !== 'after')
          .flatMap((arg) => {
            const isGiven = sameAs(coordinate, field, arg.name).some((same) => given.has(same));
            return [...(isGiven ? [] : [`${coordinate}(${arg.name}:)`]), ...inside(arg.type)];
          }),
      );
    },
  };
};
