import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import { InputError } from '../graph/errors.ts';
import { readId } from '../graph/ids.ts';
import { type Claim, rest } from '../graph/ledger.ts';
import { brand, embedded, type NodeRef } from '../graph/node.ts';
import { type Asked, callAs, declare } from '../graph/verbs/operation.ts';
import { weighsRelation } from '../graph/weight.ts';
import { AnswerError, InvalidResponseError, isAbsent, OutcomeUnknownError } from '../upstream/errors.ts';
import type { Answer } from '../upstream/send.ts';
import { dialect } from './dialect.ts';
import type { InWorkspace, OperationKey } from './types.ts';

/** The paths of the contract on which a method is documented. */
type PathOf<Method extends string> = OperationKey extends infer Key
  ? Key extends `${Method} ${infer Path}`
    ? Path
    : never
  : never;

/**
 * Declares that the graph reaches an operation of Bird, for what is called by hand.
 *
 * @param safe true when repeating it changes nothing; a GET is
 * @param options.send true when it sends something to people
 */
export const operation = <const Method extends string, const Path extends PathOf<Method>>(
  method: Method,
  path: Path,
  safe: boolean = method === 'GET',
  { send }: { readonly send?: true } = {},
): Claim => declare(dialect, method, path, safe, send);

/** What all rows have. */
interface Identified {
  readonly id: string;
}

const isRow = (value: unknown): value is Identified =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';

const inWorkspace = <Row extends Identified>(
  row: Identified,
  workspaceId: string,
  typename: string,
): InWorkspace<Row> =>
  // The contract's types vouch for the rest of the row.
  brand({ ...(row as Row), workspaceId }, typename);

/**
 * The one row that Bird answered with.
 *
 * @throws {InvalidResponseError} it is no row
 * @throws {OutcomeUnknownError} it is no row, and the call was to change something
 */
export const readRow = <Row extends Identified>(
  { body, status }: Answer,
  workspaceId: string,
  typename: string,
  operation: Claim,
): InWorkspace<Row> => {
  if (!isRow(body)) {
    const error = new InvalidResponseError(operation, status);
    throw operation.safe ? error : new OutcomeUnknownError(operation, error);
  }
  return inWorkspace<Row>(body, workspaceId, typename);
};

/** The `results` of a list.
 *
 * @throws {InvalidResponseError} it is no list
 */
export const readResults = ({ body, status }: Answer, operation: Claim): unknown[] => {
  if (typeof body !== 'object' || body === null || !('results' in body) || !Array.isArray(body.results)) {
    throw new InvalidResponseError(operation, status);
  }
  return body.results;
};

/**
 * The rows of a list.
 *
 * @throws {InvalidResponseError} it is no list of rows
 */
export const readRows = <Row extends Identified>(
  answer: Answer,
  workspaceId: string,
  typename: string,
  operation: Claim,
): InWorkspace<Row>[] =>
  readResults(answer, operation).map((row) => {
    if (!isRow(row)) throw new InvalidResponseError(operation, answer.status);
    return inWorkspace<Row>(row, workspaceId, typename);
  });

/** The token of the page after this one; undefined on the last. */
export const nextToken = ({ body }: Answer): string | undefined => {
  const token = (body as { nextPageToken?: unknown } | undefined)?.nextPageToken;
  return typeof token === 'string' && token !== '' ? token : undefined;
};

/** Reads one row; null when Bird says that it does not exist. */
export const readById = async <Row extends Identified>(
  context: Context,
  operation: Claim,
  typename: string,
  params: { workspaceId: string } & Record<string, string>,
): Promise<InWorkspace<Row> | null> => {
  try {
    return readRow<Row>(
      await callAs(dialect, context, operation, { params }),
      params.workspaceId,
      typename,
      operation,
    );
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
};

/** The largest page that all lists but the messages' take. */
export const MAX_PAGE = 100;

/** How many ids one list may be asked for: more would outgrow the request lines that servers take. */
const IDS_A_CALL = 100;

/**
 * Reads rows of one workspace by key: several with one call of the list's `id` filter, one by itself, and by
 * itself again what the list did not show, because a list may look at a limited time alone.
 *
 * @param list reads the rows of these keys that the list shows
 * @param one reads one row, null when there is none
 * @param keyOf the key of a row; by default its id
 * @returns a row, null or an error for each key, by position
 */
export const readByIds = async <Row extends Identified>(
  keys: readonly string[],
  list: (keys: readonly string[]) => Promise<readonly Row[]>,
  one: (key: string) => Promise<Row | null>,
  keyOf: (row: Row) => string = (row) => row.id,
): Promise<(Row | null | Error)[]> => {
  const single = (key: string) => one(key).catch(asError);
  if (keys.length === 1) return Promise.all(keys.map(single));
  const chunks = Array.from({ length: Math.ceil(keys.length / IDS_A_CALL) }, (_, index) =>
    keys.slice(index * IDS_A_CALL, (index + 1) * IDS_A_CALL),
  );
  const found = await Promise.all(
    chunks.map(async (chunk) => {
      const rows = await list(chunk).catch(asError);
      if (rows instanceof Error) return chunk.map(() => rows);
      const byKey = new Map(rows.map((row) => [keyOf(row), row]));
      return Promise.all(chunk.map((key) => byKey.get(key) ?? single(key)));
    }),
  );
  return found.flat();
};

/** Stands for no rows where Bird does not take a filter that no page of it prints; what was asked for is then read singly. */
export const noneIfRefused = (error: unknown): never[] => {
  if (error instanceof AnswerError && (error.status === 400 || error.status === 422)) return [];
  throw error;
};

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/**
 * Loads rows by keys `workspace/…/id`, workspace by workspace.
 *
 * @param load loads rows of one workspace, given the rest of each key
 */
export const byWorkspace = async <Row>(
  keys: readonly string[],
  load: (workspaceId: string, rest: readonly string[]) => Promise<readonly (Row | null | Error)[]>,
): Promise<(Row | null | Error)[]> => {
  const groups = Map.groupBy(keys, (key) => key.slice(0, key.indexOf('/')));
  const found = new Map<string, Row | null | Error>();
  await Promise.all(
    [...groups].map(async ([workspaceId, group]) => {
      const rows = await load(
        workspaceId,
        group.map((key) => key.slice(workspaceId.length + 1)),
      );
      for (const [index, key] of group.entries()) found.set(key, rows[index] ?? null);
    }),
  );
  return keys.map((key) => found.get(key) ?? null);
};

/**
 * The key `workspace/id` that an argument names: a global id says its own workspace, a native id is of the
 * branch's.
 *
 * @throws {InputError} it is no such id
 */
export const readKey = (value: string, field: string, typename: string, workspaceId: string): string => {
  const id = readId(value, field, typename);
  return typeof id === 'string' ? `${workspaceId}/${id}` : id.key;
};

/**
 * The native id that an argument names inside a workspace.
 *
 * @throws {InputError} it is no such id, or one of another workspace
 */
export const readOwnId = (value: string, field: string, typename: string, workspaceId: string): string => {
  const [workspace, ...rest] = readKey(value, field, typename, workspaceId).split('/');
  if (workspace !== workspaceId) throw new InputError(field, 'belongs to another workspace');
  return rest.at(-1) ?? '';
};

/** Asks with a workspace in the path. */
export const askIn = (
  context: Context,
  operation: Claim,
  workspaceId: string,
  request: Asked = {},
): Promise<Answer> =>
  callAs(dialect, context, operation, { ...request, params: { workspaceId, ...request.params } });

/** Where a thing of a workspace is: enough to load it. */
export interface ThingRef {
  readonly workspaceId: string;
  readonly id: string;
}

/** A field that leads to a thing: no call when the query asks for its ids alone. */
export const thingField = <To extends Identified, Row>(
  ref: NodeRef<To>,
  description: string,
  of: (row: Row) => ThingRef | undefined,
) => ({
  type: ref,
  description,
  directives: rest(ref),
  extensions: weighsRelation(ref.loading),
  resolve: (row: Row, _args: object, context: Context, info: GraphQLResolveInfo) => {
    const found = of(row);
    return found ? embedded(ref, `${found.workspaceId}/${found.id}`, found, context, info) : null;
  },
});
