import { builder } from '../builder.ts';
import { openContract, type ResolvedShape } from '../graph/contract.ts';
import type { Dialect, Row, RowType } from '../graph/dialect.ts';
import { InputError } from '../graph/errors.ts';
import { isUuid } from '../graph/ids.ts';
import { argumentName } from '../graph/input.ts';
import type { Claim } from '../graph/ledger.ts';
import { brand } from '../graph/node.ts';
import { isRecord, unreadable } from '../graph/verbs/answer.ts';
import { bracesOf } from '../graph/verbs/operation.ts';
import { readTime, writeTime } from './times.ts';

/** Bird's own branch of the graph: one workspace. Every thing of Bird adds its fields to it. */
export const Bird = builder.objectRef<{ workspaceId: string }>('Bird').implement({
  description: [
    'Everything that Bird documents, as Bird has it, in one workspace. Begin with `channels` and their messages, with',
    '`contacts` or `searchContacts`, or with `lists`; `connectors` and `webhookSubscriptions` are how it is wired.',
  ].join(' '),
  fields: (t) => ({
    workspaceId: t.exposeID('workspaceId', { nullable: false, description: 'Native id of the workspace.' }),
  }),
});

const contract = openContract(new URL('./contract.gen.json', import.meta.url));

/** The workspace that a key begins with. */
const workspaceIn = (key: string): string => key.split('/')[0] ?? '';

/**
 * Lays a row beside the workspace it lives in, which Bird does not always repeat, and marks it as the GraphQL type
 * that it is.
 *
 * @throws {UpstreamError} it is no row
 */
const inWorkspace = (
  row: unknown,
  { name, identity }: RowType,
  key: string,
  operation: Claim,
  status: number,
): Row => {
  if (!isRecord(row) || (identity !== undefined && typeof row[identity] !== 'string'))
    throw unreadable(operation, status);
  return brand({ ...row, workspaceId: workspaceIn(key) } as object as Row, name);
};

/** What the holder of a row or of a part of it knows beside it: where keys begin. */
const placeOf = (holder: object): { workspaceId: string; channelId?: string } => {
  const { workspaceId, channelId } = holder as { workspaceId: string; channelId?: string };
  return { workspaceId, ...(channelId !== undefined && { channelId }) };
};

/** The token of the page after this one; undefined on the last. */
const nextIn = ({ nextPageToken: token }: Record<string, unknown>): string | undefined =>
  typeof token === 'string' && token !== '' ? token : undefined;

/** The year in which Bird's own attributes are said to be made, which means that nobody knows. */
const NEVER = /^0001-/;

/** What parameters of a page are to the caller. */
const PAGE: Readonly<Record<string, string>> = { limit: 'first', pageToken: 'after' };

/** Bird's dialect: `results` and page tokens, plain JSON without envelopes, everything below a workspace. */
export const dialect: Dialect = {
  api: 'bird',
  prefix: 'Bird',
  contract,
  // Every source of the branch has a workspace; the verbs only hand it back to `scopeOf`.
  branch: Bird as object as Dialect['branch'],
  natives: 2,
  paging: 'token',
  pageParameters: ['limit', 'pageToken'],
  scopeParameters: ['workspaceId'],
  contractName: (path, { component }) => component ?? path,
  page: ({ limit, token }) => ({ limit, pageToken: token }),
  goOn: (pageToken) => ({ pageToken }),
  maxPage: 100,
  params: (path, key) => {
    const natives = key.split('/');
    return Object.fromEntries(bracesOf(path).map((brace, index) => [brace, natives[index] ?? '']));
  },
  key: (row) => `${row.workspaceId}/${row.id}`,
  keyBeside: (holder, id, typename) => {
    const { workspaceId, channelId = '' } = placeOf(holder);
    return typename === 'BirdMessage' ? `${workspaceId}/${channelId}/${id}` : `${workspaceId}/${id}`;
  },
  part: (holder, part) => ({ ...placeOf(holder), ...part }),
  scopeOf: (branch) => `${placeOf(branch).workspaceId}/`,
  scopeOfInput: ({ services }, { workspaceId }) => {
    if (workspaceId === undefined || workspaceId === null) return `${services.bird?.workspaceId ?? ''}/`;
    if (!isUuid(String(workspaceId))) throw new InputError('input.workspaceId', 'is not a native id');
    return `${workspaceId}/`;
  },
  scopeInput: (t, hasId) => ({
    ...(!hasId && {
      workspaceId: t.id({ description: 'Native id of the workspace; by default the configured one.' }),
    }),
  }),
  rowOf: (answer) => {
    const { results } = answer.properties ?? {};
    const row = results ? contract.resolve(contract.resolve(results).items ?? {}) : answer;
    return row.properties && withoutId(row);
  },
  identityOf: (row) => row['x-identified-by'] ?? (row.required?.includes('id') ? 'id' : undefined),
  readOne: ({ body, status }, type, operation, key) => inWorkspace(body, type, key, operation, status),
  readMany: ({ body, status }, type, operation, key) => {
    if (!isRecord(body) || !Array.isArray(body.results)) throw unreadable(operation, status);
    const rows = body.results.map((row) => inWorkspace(row, type, key, operation, status));
    return { rows, next: nextIn(body) };
  },
  bodyOf: (body) => body && contract.resolve(body),
  writeBody: (_body, values) => values,
  inputPath:
    (prefix = '') =>
    (field) => {
      // What stands inside a field is left out, as is the word that some faults begin with.
      const name = /^[\w-]+/.exec(field.replace(/^(?:body|query)\./, ''))?.[0];
      return name === undefined ? undefined : prefix + (PAGE[name] ?? argumentName(name));
    },
  readTime: (value) => (typeof value === 'string' && NEVER.test(value) ? null : readTime(value)),
  writeTime,
  writeSpan: () => [],
};

/** A row's id is its key in the graph; one that is not is a field like others. */
const withoutId = (row: ResolvedShape): ResolvedShape => {
  const { id, ...properties } = row.properties ?? {};
  return id?.['x-field'] === undefined ? { ...row, properties } : row;
};
