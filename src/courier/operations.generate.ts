// Writes operations.gen.ts: what courier's contract says of query parameters and request bodies, ready for the
// verbs to make GraphQL arguments and inputs of. Run by `npm run generate`.
import { readFileSync, writeFileSync } from 'node:fs';
import { load } from 'js-yaml';

type Json = { readonly [key: string]: Json } & { readonly [index: number]: Json };

const document: Json = load(
  readFileSync(new URL('../../schema/courier.openapi.yaml', import.meta.url), 'utf8'),
);

const deref = (node: Json): Json => {
  const ref = node?.$ref as unknown;
  if (typeof ref !== 'string') return node;
  return ref
    .slice(2)
    .split('/')
    .reduce((at, key) => at[key] as Json, document);
};

/** The part of a JSON Schema that a GraphQL input can say. */
const shape = (schema: Json): object => {
  const { type, format, enum: values, items, properties, required, description } = deref(schema);
  return JSON.load(
    JSON.stringify({
      type,
      format,
      enum: values,
      description,
      items: items && shape(items),
      properties:
        properties && Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, shape(of)])),
      required,
    }),
  );
};

const entries = Object.entries(document.paths as Json).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => ['get', 'post', 'patch', 'put', 'delete'].includes(method))
    .map(([method, operation]) => {
      const query = [...((operation.parameters ?? []) as unknown as Json[])]
        .map(deref)
        .filter((parameter) => String(parameter.in) === 'query')
        .map((parameter) => [
          parameter.name,
          {
            ...shape(parameter.schema as Json),
            description: parameter.description,
            required: parameter.required,
          },
        ]);
      const schema = operation.requestBody
        ? deref((deref(operation.requestBody).content as Json)['application/json']?.schema as Json)
        : undefined;
      const data = schema?.properties?.data && deref(schema.properties.data);
      return [
        `${method.toUpperCase()} ${path}`,
        {
          summary: operation.summary,
          ...(query.length > 0 && { query: Object.fromEntries(query) }),
          ...(data?.properties?.type
            ? { resource: data.properties.type.const, body: shape(data.properties.attributes as Json) }
            : schema && { body: shape(schema) }),
        },
      ];
    }),
);

writeFileSync(
  new URL('./operations.gen.ts', import.meta.url),
  `// Generated from schema/courier.openapi.yaml by \`npm run generate\`. Do not edit.\nexport const operations = ${JSON.stringify(Object.fromEntries(entries), null, 2)} as const;\n`,
);
