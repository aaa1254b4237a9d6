/** A JSON object of a document. */
type Json = { readonly [key: string]: unknown };

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A schema without its examples, which only documentation and the sandbox read. */
const lean = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(lean);
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => !(key === 'examples' && Array.isArray(value)))
      .map(([key, value]) => [
        key,
        key === '$ref' ? String(value).replace('#/components/schemas/', '') : lean(value),
      ]),
  );
};

/**
 * Makes of an OpenAPI document what the graph reads at start: each operation's words, parameters, body and
 * answer, and the schemas they name.
 */
export const tableOf = (document: Json): object => {
  const components = (document.components ?? {}) as Record<string, Json>;
  const deref = (node: unknown): Json => {
    if (!isObject(node)) return {};
    if (typeof node.$ref !== 'string') return node;
    const [, , kind = '', name = ''] = node.$ref.split('/');
    return deref(components[kind]?.[name]);
  };
  const operations: Record<string, object> = {};
  for (const [path, item] of Object.entries(document.paths as Record<string, Json>)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (!isObject(operation)) continue;
      const parameters = [
        ...((item.parameters ?? []) as unknown[]),
        ...((operation.parameters ?? []) as unknown[]),
      ].map(deref);
      const named = (place: string) =>
        Object.fromEntries(
          parameters
            .filter((parameter) => parameter.in === place)
            .map(({ name, schema, description, required, deprecated, 'x-argument': argument }) => [
              name,
              {
                ...(lean(schema) as object),
                ...clean({ description, mandatory: required, deprecated, 'x-argument': argument }),
              },
            ]),
        );
      const [server] = (operation.servers ?? []) as Json[];
      const body = (deref(operation.requestBody).content as Json | undefined)?.['application/json'] as
        | Json
        | undefined;
      const responses = operation.responses as Json;
      const [status = ''] = Object.keys(responses).filter((code) => code.startsWith('2'));
      const content = Object.entries((deref(responses[status]).content ?? {}) as Json);
      const [media, answer] = (content[0] ?? []) as [string?, Json?];
      operations[`${method.toUpperCase()} ${path}`] = clean({
        summary: operation.summary,
        description: operation.description,
        inferred: operation['x-inferred'],
        scope: operation['x-scope'],
        send: operation['x-send'],
        deprecated:
          operation.deprecated === true
            ? (operation['x-deprecation-reason'] ?? 'The upstream calls it deprecated.')
            : undefined,
        path: named('path'),
        query: named('query'),
        headers: named('header'),
        server: server?.url,
        anonymous: Array.isArray(operation.security) && operation.security.length === 0 ? true : undefined,
        redirects: '302' in responses ? true : undefined,
        body: body && lean(body.schema),
        answer: answer && lean(answer.schema),
        media: media === 'application/json' ? undefined : media,
      });
    }
  }
  const [server] = (document.servers ?? []) as Json[];
  return clean({ server: server?.url, operations, schemas: lean(components.schemas ?? {}) });
};

const clean = (object: object): object =>
  Object.fromEntries(
    Object.entries(object).filter(
      ([, value]) => value !== undefined && !(isObject(value) && Object.keys(value).length === 0),
    ),
  );
