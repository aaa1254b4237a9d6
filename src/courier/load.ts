import type { GraphQLResolveInfo } from 'graphql';
import { type Context, callUpstream, type Request } from '../context.ts';
import { claim } from '../graph/ledger.ts';
import { brand, type NodeRef } from '../graph/node.ts';
import { asksOnly } from '../graph/selection.ts';
import { isAbsent } from '../upstream/errors.ts';
import { readOne } from './jsonapi.ts';
import { camel } from './names.ts';
import type { PathOf } from './types.ts';

/** Declares that the graph reaches an operation of courier. */
export const operation = <const Method extends string, const Path extends PathOf<Method>>(
  method: Method,
  path: Path,
) => claim({ api: 'courier', method, path, safe: method === 'GET' });

/** A declared operation of courier. */
export type CourierOperation = ReturnType<typeof operation>;

/** Reads one object; null when courier says that it does not exist. */
export const readById = async <Row extends object>(
  context: Context,
  operation: CourierOperation,
  typename: string,
  id: string,
  query: Request['query'] = {},
): Promise<Row | null> => {
  try {
    const answer = await callUpstream(context, operation, { params: { id }, query, inputPath: inputPath() });
    return readOne<Row>(answer, typename, operation);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
};

/** What parameters of a page are to the caller. */
const PAGE: Readonly<Record<string, string>> = { 'page[limit]': 'first', 'page[offset]': 'after' };

/**
 * Names the argument that a refused field came from: `/data/attributes/channel-id` is `input.channelId`,
 * `/values/0/name` is `input.values.name`, `filter[cmp-posted-time]` is `postedTime`.
 *
 * @param prefix where the arguments stand, such as `input.`
 */
export const inputPath =
  (prefix = '') =>
  (field: string): string | undefined => {
    const names = field
      .replace(/^\/data(?:\/attributes)?(?=\/|$)/, '')
      .split('/')
      .map((step) => PAGE[step] ?? camel(/\[(.+)\]$/.exec(step)?.[1] ?? step))
      // A place in a list is left out, as in our own errors.
      .filter((name) => /^[a-z]\w*$/i.test(name));
    return names.length === 0 ? undefined : prefix + names.join('.');
  };

/** A resource's ref, as `resource` makes it. */
export interface ResourceRef<Row extends object> extends NodeRef<Row> {
  readonly path: string;
  /** Fields that need nothing but the id. */
  readonly keyOnlyFields: readonly string[];
  readonly get: CourierOperation;
}

/**
 * Answers a field with what the parent embeds when the query asks for nothing more, else with the object itself.
 *
 * @param part the embedded attributes; those that are undefined are not known
 */
export const embedded = <Row extends object>(
  ref: ResourceRef<Row>,
  part: Partial<Row> & { id: string },
  context: Context,
  info: GraphQLResolveInfo,
): Row | Promise<Row | null> => {
  const known = Object.entries(part).filter(([, value]) => value !== undefined);
  const fields = ['nativeId', ...ref.keyOnlyFields, ...known.map(([name]) => camel(name))];
  return asksOnly(info, fields)
    ? // The query asks for nothing that the part lacks.
      (brand({ ...part }, ref.name) as object as Row)
    : ref.load(context, part.id);
};
