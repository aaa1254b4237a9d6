import type { Call } from '../call.ts';
import type { Dialect } from '../collection.ts';
import type { Contract } from '../contract.ts';
import type { Dictionary } from '../dictionary.ts';
import { type Fault, notFound, Refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

const ROOT = '/workspaces/{workspaceId}/';

/** A 422 about one parameter or one place in the body. */
export function invalid(place: Fault['in'], name: string, says: string): Refusal {
  return new Refusal(422, 'InvalidPayload', 'The request did not pass validation', [
    { in: place, name, says },
  ]);
}

/** The row of a type with an id; a 404 when there is none. */
export function rowAt(world: World, type: string, id: string): Row {
  const row = world.bird.rows.get(type, id);
  if (!row) throw notFound(type.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase());
  return row;
}

/** Bird’s plain objects: rows as they are, pages by token, types by the names of the contract’s schemas. */
export function birdDialect(contract: Contract): Dialect {
  const names = new Map(Object.entries<Dictionary>(contract.schemas).map(([name, schema]) => [schema, name]));
  return {
    root: ROOT,
    attributes: (type) => contract.schemas[type] ?? {},
    typeOf(schema) {
      const { results } = schema.properties ?? {};
      const type = names.get(results ? contract.resolved(results.items) : schema);
      return type === undefined ? undefined : { type, many: results !== undefined };
    },
    resource({ id, type }, shown) {
      const { properties } = contract.schemas[type];
      const known = Object.entries(shown).filter(
        ([name, value]) => name in properties && value !== undefined,
      );
      // the vendor's samples of attributes have no id: their key is what they are asked for by
      return { ...(type === 'AttributeDefinition' ? {} : { id }), ...Object.fromEntries(known) };
    },
    document: (resource) => resource,
    page: (call, rows, shown) =>
      pageOf(call, rows, ({ attributes, id }) => [attributes.createdAt, id], shown),
    given: (call) => ({
      attributes: structuredClone(call.body),
      schema: contract.resolved(call.operation.bodySchema),
      pointer: '',
    }),
    userId: () => '',
    invalid,
  };
}

/**
 * The page that a call asks for by `limit`, `pageToken` and `reverse`, newest rows first unless reversed. A token
 * remembers the last row rather than a position, so that rows which come in between are neither doubled nor lost. A list
 * whose operation takes no limit has no pages.
 *
 * @param keyOf when a row was created, and what tells it from others of that moment
 */
export function pageOf<Entry>(
  call: Call,
  rows: readonly Entry[],
  keyOf: (row: Entry) => [createdAt: string, id: string],
  shown: (row: Entry) => Dictionary,
): Dictionary {
  const reverse = call.flag('reverse') === true;
  const turn = reverse ? 1 : -1;
  const compared = ([at, id]: [string, string], [otherAt, otherId]: [string, string]) =>
    turn * (at === otherAt ? (id < otherId ? -1 : id > otherId ? 1 : 0) : at < otherAt ? -1 : 1);
  const token = call.text('pageToken');
  const after = token === undefined ? undefined : decoded(token, reverse);
  const sorted = rows.map((row) => ({ row, key: keyOf(row) })).sort((a, b) => compared(a.key, b.key));
  const rest = after ? sorted.filter(({ key }) => compared(key, after) > 0) : sorted;
  const page = rest.slice(0, call.whole('limit', rest.length));
  const last = page.at(-1)?.key;
  const more = last !== undefined && page.length < rest.length;
  return {
    results: page.map(({ row }) => shown(row)),
    ...(more && { nextPageToken: Buffer.from(JSON.stringify([...last, reverse])).toString('base64url') }),
  };
}

function decoded(token: string, reverse: boolean): [string, string] {
  try {
    const [at, id, way]: unknown[] = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (typeof at === 'string' && typeof id === 'string' && way === reverse) return [at, id];
  } catch {
    // falls through: whatever it is, it is no token of ours
  }
  throw new Refusal(422, 'InvalidPageToken', 'The request did not pass validation', [
    { in: 'query', name: 'pageToken', says: 'is not a token of this list' },
  ]);
}
