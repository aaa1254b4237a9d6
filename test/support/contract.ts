import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { CORE_SCHEMA, load } from 'js-yaml';
import type { Asked } from './upstream.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly style?: string;
  readonly schema: Schema;
}

type Media = { readonly 'application/json': { readonly schema: Schema } };

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  /** Empty where the operation takes no credential. */
  readonly security?: readonly object[];
  readonly requestBody?: { readonly content: Media };
  readonly responses: Readonly<Record<string, { readonly content?: Media }>>;
}

type PathItem = Readonly<Record<string, Operation>> & { readonly parameters?: readonly Parameter[] };

/** An operation of a document with its place. */
interface Documented {
  readonly method: string;
  readonly path: RegExp;
  readonly parameters: readonly Parameter[];
  readonly operation: Operation;
}

const METHODS = ['get', 'post', 'patch', 'put', 'delete'];

/** A judge of requests and answers that knows an upstream's document alone, and nothing of Pigeon. */
export interface Contract {
  /** The names of all operations. */
  readonly documented: readonly string[];
  /** The operation that a request is for, and what the document forbids of it. */
  judge(asked: Asked): { readonly name: string; readonly faults: readonly string[] };
  /** What the document forbids of requests, each with its method and path. */
  faultsOf(asked: readonly Asked[]): string[];
  /** What the document forbids of an answer. */
  answerFaults(method: string, path: string, status: number, body: unknown): string[];
  /** The attributes of the resource that a `GET` of a path template answers with. */
  attributesOf(template: string): string[];
}

/** Reads `schema/{api}.openapi.yaml`. */
export const contractOf = (api: 'bird' | 'courier'): Contract => {
  const file = new URL(`../../schema/${api}.openapi.yaml`, import.meta.url);
  const document = load(readFileSync(file, 'utf8'), { schema: CORE_SCHEMA }) as {
    readonly paths: Readonly<Record<string, PathItem>>;
  };
  const base = `https://${api}.invalid/`;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema({ ...document, $id: base }, undefined, false, false);

  /** What stands behind a reference of the document. */
  const deref = <T>(node: T): T => {
    const ref = (node as { $ref?: string } | undefined)?.$ref;
    if (ref === undefined) return node;
    const steps = ref.slice(2).split('/');
    return steps.reduce((at, key) => (at as Record<string, unknown>)[key], document as unknown) as T;
  };

  const operations: readonly Documented[] = Object.entries(document.paths)
    // `/channels/messages` before `/channels/{channelId}`
    .toSorted(([one], [other]) => one.split('{').length - other.split('{').length)
    .flatMap(([path, item]) =>
      METHODS.flatMap((method) => {
        const operation = item[method];
        if (!operation) return [];
        return {
          method: method.toUpperCase(),
          // Exactly: a missing `/` at the end is another path.
          path: new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
          parameters: [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(deref),
          operation,
        };
      }),
    );

  const find = (method: string, path: string): Documented | undefined =>
    operations.find((one) => one.method === method && one.path.test(path));

  const compiled = new Map<string, ValidateFunction>();

  /** What is wrong with a value by a schema, in words. */
  const faultsBy = (schema: Schema, value: unknown): string[] => {
    const key = JSON.stringify(schema);
    // References of the document are to the document.
    const check = compiled.get(key) ?? ajv.compile(JSON.parse(key.replaceAll('"#/', `"${base}#/`)));
    compiled.set(key, check);
    if (check(value)) return [];
    return (check.errors ?? []).map(({ instancePath, message, params }) =>
      [instancePath, message, JSON.stringify(params)].filter(Boolean).join(' '),
    );
  };

  /** A value of a query in the type that its schema wants; what does not fit stays text, for the schema to refuse. */
  const typed = (schema: Schema, values: readonly string[]): unknown => {
    const { type, items = {} } = deref(schema);
    if (type === 'array') return values.map((value) => typed(items, [value]));
    const [value = ''] = values;
    if (values.length > 1) return values;
    if (type === 'boolean' && /^(?:true|false)$/.test(value)) return value === 'true';
    return type === 'integer' && /^-?\d+$/.test(value) ? Number(value) : value;
  };

  const queryFaults = (parameters: readonly Parameter[], params: URLSearchParams): string[] => {
    const known = parameters.filter((parameter) => parameter.in === 'query');
    const missing = known.filter(({ name, required }) => required && !params.has(name));
    /** The values of an object stand in brackets behind its name. */
    const objects = known.filter(({ style }) => style === 'deepObject');
    const inside = (name: string) => objects.find((one) => name.startsWith(`${one.name}[`));
    return [
      ...missing.map(({ name }) => `${name} is missing`),
      ...[...new Set(params.keys())].flatMap((name) => {
        const parameter = known.find((one) => one.name === name && one.style !== 'deepObject');
        if (!parameter) return inside(name) ? [] : [`${name} is no parameter`];
        const faults = faultsBy(parameter.schema, typed(parameter.schema, params.getAll(name)));
        return faults.map((fault) => `${name}: ${fault}`);
      }),
      ...objects.flatMap(({ name, schema }) => {
        const entries = [...params].filter(([key]) => key.startsWith(`${name}[`));
        const value = Object.fromEntries(entries.map(([key, one]) => [key.slice(name.length + 1, -1), one]));
        return faultsBy(schema, value).map((fault) => `${name}: ${fault}`);
      }),
    ];
  };

  const headerFaults = (parameters: readonly Parameter[], { headers }: Asked): string[] =>
    parameters
      .filter((parameter) => parameter.in === 'header')
      .flatMap(({ name, required, schema }) => {
        const value = headers[name.toLowerCase()];
        if (value === undefined) return required ? [`${name} is missing`] : [];
        return faultsBy(schema, value).map((fault) => `${name}: ${fault}`);
      });

  const bodyFaults = (operation: Operation, { headers, body }: Asked): string[] => {
    const schema = operation.requestBody && deref(operation.requestBody).content['application/json'].schema;
    if (!schema) return body === undefined ? [] : ['takes no body'];
    const json = headers['content-type'] === 'application/json';
    return [...(json ? [] : ['is not sent as JSON']), ...faultsBy(schema, body)];
  };

  const authorizationFaults = ({ security }: Operation, { headers }: Asked): string[] => {
    const isOpen = security?.length === 0;
    if (isOpen) return headers.authorization ? ['has an authorization, which must not be told'] : [];
    return headers.authorization ? [] : ['has no authorization'];
  };

  const judge: Contract['judge'] = (asked) => {
    const found = find(asked.method, asked.path);
    if (!found) return { name: '', faults: [`is no operation of ${api}`] };
    const { path, parameters, operation } = found;
    const values = path.exec(asked.path)?.groups ?? {};
    return {
      name: operation.operationId,
      faults: [
        ...parameters
          .filter((one) => one.in === 'path')
          .flatMap(({ name, schema }) => {
            // Every id of both upstreams is a UUID, also where a document only says text.
            const native = name === 'id' ? { ...schema, format: 'uuid' } : schema;
            return faultsBy(native, decodeURIComponent(values[name] ?? '')).map(
              (fault) => `${name}: ${fault}`,
            );
          }),
        ...queryFaults(parameters, asked.params),
        ...headerFaults(parameters, asked),
        ...authorizationFaults(operation, asked),
        ...bodyFaults(operation, asked),
      ],
    };
  };

  return {
    documented: operations.map(({ operation }) => operation.operationId),
    judge,
    faultsOf: (asked) =>
      asked.flatMap((one) => judge(one).faults.map((fault) => `${one.method} ${one.path}: ${fault}`)),
    answerFaults: (method, path, status, body) => {
      const response = find(method, path)?.operation.responses[status];
      const schema = response && deref(response).content?.['application/json'].schema;
      return schema ? faultsBy(schema, body) : [`${status} is no answer of ${method} ${path}`];
    },
    attributesOf: (template) => {
      const response = document.paths[template]?.get?.responses['200'];
      const answered = deref(response && deref(response).content?.['application/json'].schema);
      const attributes = deref(deref(answered?.properties?.data)?.properties?.attributes);
      return Object.keys(attributes?.properties ?? {});
    },
  };
};
