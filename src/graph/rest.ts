import {
  DirectiveLocation,
  GraphQLDirective,
  type GraphQLField,
  type GraphQLInterfaceType,
  GraphQLNonNull,
  type GraphQLSchema,
  GraphQLString,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { inferredOf } from './ledger.ts';

const text = { type: new GraphQLNonNull(GraphQLString) };

/** `@rest`: the REST calls that stand behind a field. */
export const Rest = new GraphQLDirective({
  name: 'rest',
  description: 'A REST call that may stand behind the field.',
  isRepeatable: true,
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: {
    api: { ...text, description: 'The upstream, `bird` or `courier`.' },
    method: { ...text, description: 'The HTTP method.' },
    path: { ...text, description: 'The whole path with its parameters in braces.' },
  },
});

/** What one `@rest` says. */
export interface RestCall {
  readonly api: string;
  readonly method: string;
  readonly path: string;
}

/** The REST calls that a field of the built schema names. */
export const restOf = ({ extensions }: GraphQLField<unknown, unknown>): readonly RestCall[] =>
  (extensions.directives as { readonly rest?: readonly RestCall[] } | undefined)?.rest ?? [];

/** Ends each description with the field's REST calls, where GraphiQL shows them too. */
export const describeRest = (schema: GraphQLSchema): GraphQLSchema => {
  for (const type of Object.values(schema.getTypeMap())) if (isInterfaceType(type)) nameCallsOf(type, schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const calls = restOf(field).map((call) => {
        const inferred = inferredOf(call);
        return `@rest ${call.api} ${call.method} ${call.path}${inferred === undefined ? '' : ` (inferred: ${inferred})`}`;
      });
      if (calls.length > 0)
        field.description = [field.description, calls.join('\n')].filter(Boolean).join('\n\n');
    }
  }
  return schema;
};

/** Has the fields of an interface name whatever those of its types may call. */
const nameCallsOf = (type: GraphQLInterfaceType, schema: GraphQLSchema): void => {
  for (const field of Object.values(type.getFields())) {
    const calls = new Map(
      schema
        .getImplementations(type)
        .objects.flatMap((object) => restOf(object.getFields()[field.name] ?? field))
        .map((call) => [`${call.api} ${call.method} ${call.path}`, call]),
    );
    if (calls.size > 0) field.extensions = { ...field.extensions, directives: { rest: [...calls.values()] } };
  }
};
