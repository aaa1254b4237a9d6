import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CORE_SCHEMA, load } from 'js-yaml';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Media }>>;
}

type Media = { readonly 'application/json'?: { readonly schema: Schema } };

/** An upstream that has as much of everything as it may be asked for. */
export interface FullUpstream extends AsyncDisposable {
  readonly url: string;
  /** How many calls it has answered. */
  calls: number;
}

/** How many rows a list has that is not paged, and one that stands inside a row. */
interface Sizes {
  readonly fetched: number;
  readonly embedded: number;
}

let made = 0;

/** An id that nothing else has. */
const fresh = (): string => `00000000-0000-4000-b000-${String(made++).padStart(12, '0')}`;

/** Values nest no deeper than this: some shapes hold themselves. */
const MAX_DEPTH = 7;

/**
 * Starts an upstream that answers every operation of a contract as that documents it: every page is full and has
 * another behind it, every object is there, and no two of them are the same.
 *
 * @param shows whether lists show what they are asked for by id; false makes each be asked for by itself
 */
export const startFullUpstream = async (
  api: 'bird' | 'courier',
  { fetched, embedded }: Sizes,
  shows: () => boolean,
): Promise<FullUpstream> => {
  const file = new URL(`../../schema/${api}.openapi.yaml`, import.meta.url);
  const document = load(readFileSync(file, 'utf8'), { schema: CORE_SCHEMA }) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  };

  const deref = <T>(node: T): T => {
    const ref = (node as { $ref?: string } | undefined)?.$ref;
    if (ref === undefined) return node;
    const found = ref
      .slice(2)
      .split('/')
      .reduce((at, key) => (at as Record<string, unknown>)[key], document as unknown);
    return deref(found as T);
  };

  /** A value of a schema, its lists of so many items. */
  const sample = (schema: Schema | undefined, count: number, depth = 0): unknown => {
    const shape = deref(schema);
    if (!shape || depth > MAX_DEPTH) return null;
    if (shape.const !== undefined) return shape.const;
    if (shape.enum) return shape.enum[0];
    const [part] = shape.anyOf ?? shape.oneOf ?? [];
    if (part) return sample(part, count, depth);
    if (shape.allOf) return Object.assign({}, ...shape.allOf.map((one) => sample(one, count, depth)));
    const type = typeof shape.type === 'string' ? shape.type : shape.type?.find((one) => one !== 'null');
    if (type === 'object' || shape.properties)
      return Object.fromEntries(
        Object.entries(shape.properties ?? {}).map(([name, value]) => [
          name,
          sample(value, embedded, depth + 1),
        ]),
      );
    if (type === 'array')
      return Array.from({ length: count }, () => sample(shape.items, embedded, depth + 1));
    if (type === 'integer' || type === 'number') return 1;
    if (type === 'boolean') return true;
    if (shape.format === 'date-time' || shape.format === 'datetime') return '2026-01-01T00:00:00Z';
    return fresh();
  };

  const paths = Object.entries(document.paths)
    .toSorted(([one], [other]) => one.split('{').length - other.split('{').length)
    .map(([path, item]) => ({ item, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`) }));

  const answer = (method: string, { pathname, searchParams }: URL): unknown => {
    const found = paths.find(({ item, pattern }) => pattern.test(pathname) && method in item);
    const response = found?.item[method]?.responses['200'] ?? found?.item[method]?.responses['201'];
    const schema = deref(response)?.content?.['application/json']?.schema;
    const named = searchParams.getAll('id');
    const limit = searchParams.get('limit') ?? searchParams.get('page[limit]');
    const count =
      named.length > 0 && !shows() ? 0 : named.length || (limit === null ? fetched : Number(limit));
    const body = sample(schema, embedded);
    const { properties = {} } = deref(schema) ?? {};
    const list = ['results', 'data'].find((name) => deref(properties[name])?.type === 'array');
    if (list === undefined) {
      const row = (api === 'courier' ? (body as { data?: object } | null)?.data : body) as object | null;
      if (row && 'id' in row) row.id = pathname.split('/').filter(Boolean).at(-1);
      return body;
    }
    const rows = sample(properties[list], count) as { id?: unknown }[];
    for (const [index, id] of named.entries()) if (rows[index]) rows[index].id = id;
    return { ...(body as object), [list]: rows, nextPageToken: named.length > 0 ? undefined : fresh() };
  };

  const upstream = { url: '', calls: 0 };
  const server = createServer((request, response) => {
    upstream.calls++;
    request.resume();
    const body = answer((request.method ?? '').toLowerCase(), new URL(request.url ?? '', 'http://upstream'));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  upstream.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(upstream, {
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
};
