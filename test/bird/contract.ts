import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';
import type { Asked } from '../support/upstream.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly [keyword: string]: unknown;
}

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  readonly schema: Schema;
}

interface OperationItem {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
}

type PathItem = Readonly<Record<'get' | 'post' | 'patch' | 'delete', OperationItem | undefined>> & {
  readonly parameters?: readonly Parameter[];
};

interface Documented {
  readonly name: string;
  readonly method: string;
  readonly path: RegExp;
  readonly braces: number;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
}

const document = parse(readFileSync(new URL('../../schema/bird.openapi.yaml', import.meta.url), 'utf8')) as {
  readonly paths: Readonly<Record<string, PathItem>>;
};

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ ...document, $id: 'bird' }, undefined, false, false);

const at = <Value>(pointer: string): Value =>
  pointer
    .slice(2)
    .split('/')
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document) as Value;

const followed = (parameter: Parameter): Parameter =>
  parameter.$ref ? at<Parameter>(parameter.$ref) : parameter;

/** The schema with references that can be followed from outside the document. */
const absolute = <Value>(schema: Value): Value =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"bird#/'));

const METHODS = ['get', 'post', 'patch', 'delete'] as const;

const operations: readonly Documented[] = Object.entries(document.paths)
  .flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      return {
        name: operation.operationId,
        method: method.toUpperCase(),
        path: new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
        braces: path.split('{').length,
        parameters: [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(followed),
        body: operation.requestBody?.content['application/json'].schema,
      };
    }),
  )
  // `/channels/messages` before `/channels/{channelId}`
  .toSorted((one, other) => one.braces - other.braces);

/** The names of all operations of the document. */
export const documented: readonly string[] = operations.map(({ name }) => name);

const checks = new Map<Schema, ValidateFunction>();

const faultsOf = (schema: Schema, value: unknown, where: string): string[] => {
  const check = checks.get(schema) ?? ajv.compile(absolute(schema));
  checks.set(schema, check);
  if (check(value)) return [];
  return (check.errors ?? []).map(({ instancePath, message }) => `${where}${instancePath} ${message}`);
};

/** A value of a query as its schema has it. */
const read = (schema: Schema, text: string): unknown => {
  const { type } = schema.$ref ? at<Schema>(schema.$ref) : schema;
  if (type === 'integer' || type === 'number') return Number(text);
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
};

const queryFaults = ({ parameters }: Documented, params: URLSearchParams): string[] =>
  [...new Set(params.keys())].flatMap((name) => {
    const parameter = parameters.find((one) => one.in === 'query' && one.name === name);
    if (!parameter) return [`the query has ${name}, which is not documented`];
    const { schema } = parameter;
    const values = params.getAll(name);
    const value =
      schema.type === 'array'
        ? values.map((text) => read(schema.items as Schema, text))
        : values.length === 1
          ? read(schema, values[0] ?? '')
          : values;
    return faultsOf(schema, value, `query ${name}`);
  });

/** What the document has to say of a request: the operation's name, and what is wrong with it. */
export const judge = ({ method, path, params, body }: Asked): { name: string; faults: string[] } => {
  const operation = operations.find((one) => one.method === method && one.path.test(path));
  if (!operation) return { name: '', faults: [`${method} ${path} is not documented`] };
  const values = operation.path.exec(path)?.groups ?? {};
  const faults = operation.parameters
    .filter((one) => one.in === 'path')
    .flatMap(({ name, schema }) => faultsOf(schema, decodeURIComponent(values[name] ?? ''), `path ${name}`));
  faults.push(...queryFaults(operation, params));
  if (operation.body) faults.push(...faultsOf(operation.body, body, 'body'));
  else if (body !== undefined) faults.push('a body is not documented');
  return { name: operation.name, faults };
};
