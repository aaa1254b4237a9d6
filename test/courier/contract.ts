import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';
import type { Asked } from '../support/upstream.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Media };
  readonly responses: Readonly<Record<string, { readonly content?: Media }>>;
}

type Media = { readonly 'application/json': { readonly schema: Schema } };

type PathItem = Readonly<Record<string, Operation>> & { readonly parameters?: readonly Parameter[] };

const BASE = 'https://courier.invalid/';

const document = parse(
  readFileSync(new URL('../../schema/courier.openapi.yaml', import.meta.url), 'utf8'),
) as { readonly paths: Readonly<Record<string, PathItem>> } & Record<string, unknown>;

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ ...document, $id: BASE }, undefined, false, false);

/** What stands behind a reference of the document. */
const deref = <T>(node: T): T => {
  const ref = (node as { $ref?: string } | undefined)?.$ref;
  if (ref === undefined) return node;
  return ref
    .slice(2)
    .split('/')
    .reduce((at, key) => (at as Record<string, unknown>)[key], document as unknown) as T;
};

const compiled = new Map<string, ValidateFunction>();

/** What is wrong with a value by a schema, in words. */
const faultsBy = (schema: Schema, value: unknown): string[] => {
  const key = JSON.stringify(schema);
  // References of the document are to the document.
  const check = compiled.get(key) ?? ajv.compile(JSON.parse(key.replaceAll('"#/', `"${BASE}#/`)));
  compiled.set(key, check);
  return check(value)
    ? []
    : (check.errors ?? []).map(({ instancePath, message, params }) =>
        [instancePath, message, JSON.stringify(params)].filter(Boolean).join(' '),
      );
};

const find = (method: string, path: string): [string, PathItem, Operation] | undefined => {
  for (const [template, item] of Object.entries(document.paths)) {
    // Exactly: a missing `/` at the end is another path.
    const pattern = new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`);
    const operation = item[method.toLowerCase()];
    if (operation && pattern.test(path)) return [template, item, operation];
  }
  return undefined;
};

/** A value of a query in the type that its schema wants; what does not fit stays text, for the schema to refuse. */
const typed = ({ type, items }: Schema, values: readonly string[]): unknown => {
  if (type === 'array') return values.map((value) => typed(items ?? {}, [value]));
  const [value = ''] = values;
  if (values.length > 1) return values;
  if (type === 'boolean' && /^(?:true|false)$/.test(value)) return value === 'true';
  return type === 'integer' && /^-?\d+$/.test(value) ? Number(value) : value;
};

const UUID = /^[0-9a-f-]{36}$/;

const requestFaults = ({ method, path, params, headers, body }: Asked): string[] => {
  const [, item, operation] = find(method, path) ?? [];
  if (!item || !operation) return ['is no operation of courier'];
  const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(deref);
  const known = parameters.filter((parameter) => parameter.in === 'query');
  const missing = known.filter(({ name, required }) => required && !params.has(name));
  const id = /^\/v1\/[\w-]+\/([^/]+)\//.exec(path)?.[1];
  const schema = operation.requestBody && deref(operation.requestBody).content['application/json'].schema;
  return [
    ...(id === undefined || UUID.test(id) ? [] : [`${id} is no native id`]),
    ...missing.map(({ name }) => `${name} is missing`),
    ...[...new Set(params.keys())].flatMap((name) => {
      const parameter = known.find((one) => one.name === name);
      if (!parameter) return [`${name} is no parameter`];
      const faults = faultsBy(parameter.schema, typed(parameter.schema, params.getAll(name)));
      return faults.map((fault) => `${name}: ${fault}`);
    }),
    ...(headers.authorization ? [] : ['has no authorization']),
    ...(schema
      ? [
          ...(headers['content-type'] === 'application/json' ? [] : ['is not sent as JSON']),
          ...faultsBy(schema, body),
        ]
      : body === undefined
        ? []
        : ['takes no body']),
  ];
};

/** What courier's contract forbids of what courier was asked. */
export const faultsOf = (asked: readonly Asked[]): string[] =>
  asked.flatMap((request) =>
    requestFaults(request).map((fault) => `${request.method} ${request.path}: ${fault}`),
  );

/** What courier's contract forbids of an answer. */
export const answerFaults = (method: string, path: string, status: number, body: unknown): string[] => {
  const response = find(method, path)?.[2].responses[status];
  const schema = response && deref(response).content?.['application/json'].schema;
  return schema ? faultsBy(schema, body) : [`${status} is no answer of ${method} ${path}`];
};

/** The attributes that the contract knows of what `GET` of a path answers with. */
export const attributesOf = (template: string): string[] => {
  const schema = document.paths[template]?.get?.responses['200'];
  const answered = deref(schema && deref(schema).content?.['application/json'].schema);
  const attributes = deref(deref(answered?.properties?.data)?.properties?.attributes);
  return Object.keys(attributes?.properties ?? {});
};
