import { builder } from '../builder.ts';
import type { ResolvedShape, Shape } from '../graph/contract.ts';
import { openContract } from '../graph/contract.ts';
import type { Dialect, Row } from '../graph/dialect.ts';
import { argumentName } from '../graph/input.ts';
import type { Claim } from '../graph/ledger.ts';
import { brand } from '../graph/node.ts';
import { isRecord, unreadable } from '../graph/verbs/answer.ts';
import { readTime, writeTime } from './times.ts';

/** courier's own branch of the graph; every thing of courier adds its fields to it. */
export const Courier = builder.objectRef<object>('Courier').implement({
  description:
    'Everything that courier documents, as courier has it: begin with `organizations`, `individual` or `channels`.',
});

const contract = openContract(new URL('./contract.gen.json', import.meta.url));

/**
 * Lays a resource object flat, the attributes beside the id, and marks it as the GraphQL type that it is.
 *
 * @throws {UpstreamError} it is no resource object
 */
const flatten = (data: unknown, typename: string, operation: Claim, status: number): Row => {
  // Rows of a thing without ids have none to check.
  if (
    !isRecord(data) ||
    !(data.id === undefined || typeof data.id === 'string') ||
    !isRecord(data.attributes)
  )
    throw unreadable(operation, status);
  return brand({ ...data.attributes, id: data.id } as Row, typename);
};

/** How many rows a list has, where the document says it: courier's own client reads it from any list. */
const totalOf = ({ meta }: Record<string, unknown>): number | undefined => {
  const total = isRecord(meta) ? meta['page[total]'] : undefined;
  return Number.isSafeInteger(total) ? (total as number) : undefined;
};

/** `data.attributes` of a JSON:API document's schema, or what a plain body says. */
const within = (shape: Shape | undefined): ResolvedShape | undefined => {
  if (shape === undefined) return undefined;
  const document = contract.resolve(shape);
  const data = document.properties?.data && contract.resolve(document.properties.data);
  const resource = data?.type === 'array' ? contract.resolve(data.items ?? {}) : data;
  return resource?.properties?.attributes && contract.resolve(resource.properties.attributes);
};

/** What parameters of a page are to the caller. */
const PAGE: Readonly<Record<string, string>> = { 'page[limit]': 'first', 'page[offset]': 'after' };

/** courier's dialect: JSON:API-like envelopes, pages by limit and offset, paths that end in `/`. */
export const dialect: Dialect = {
  api: 'courier',
  prefix: 'Courier',
  contract,
  branch: Courier,
  natives: 1,
  paging: 'offset',
  pageParameters: ['page[limit]', 'page[offset]'],
  scopeParameters: [],
  contractName: (path) => path.split('/')[2] ?? '',
  page: ({ limit, offset }) => ({ 'page[limit]': limit, 'page[offset]': offset }),
  maxPage: 1000,
  params: (_path, key) => ({ id: key }),
  key: (row) => row.id,
  keyBeside: (_row, id) => id,
  identityOf: () => 'id',
  goOn: () => ({}),
  part: (_row, part) => part,
  scopeOf: () => '',
  scopeOfInput: () => '',
  scopeInput: () => ({}),
  rowOf: (answer) => within(answer),
  readOne: ({ body, status }, { name }, operation) =>
    flatten(isRecord(body) ? body.data : undefined, name, operation, status),
  readMany: ({ body, status }, { name }, operation) => {
    if (!isRecord(body) || !Array.isArray(body.data)) throw unreadable(operation, status);
    return {
      rows: body.data.map((data) => flatten(data, name, operation, status)),
      total: totalOf(body),
    };
  },
  bodyOf: (body) => within(body) ?? (body && contract.resolve(body)),
  writeBody: (body, values, id) => {
    const data = body && contract.resolve(body).properties?.data;
    const properties = data && contract.resolve(data).properties;
    if (!properties?.attributes) return values;
    const { const: type } = (properties.type ?? {}) as { readonly const?: string };
    return { data: { ...(properties.id && { id }), type, attributes: values } };
  },
  bounds: {
    values: (body) => {
      const data = isRecord(body) ? body.data : undefined;
      const said = isRecord(data) ? data.attributes : body;
      return isRecord(said) ? said : {};
    },
    attributes: ({ body }) => {
      const data = isRecord(body) ? body.data : undefined;
      return isRecord(data) && isRecord(data.attributes) ? data.attributes : {};
    },
  },
  inputPath:
    (prefix = '') =>
    (field) => {
      const names = field
        .replace(/^\/data(?:\/attributes)?(?=\/|$)/, '')
        .split('/')
        .map((step) => PAGE[step] ?? argumentName(step))
        // A place in a list is left out, as in our own errors.
        .filter((name) => /^[a-z]\w*$/i.test(name));
      return names.length === 0 ? undefined : prefix + names.join('.');
    },
  readTime,
  writeTime,
  writeSpan: (since, until) => [
    ...(since ? [`>=${writeTime(since)}`] : []),
    ...(until ? [`<${writeTime(until)}`] : []),
  ],
};
