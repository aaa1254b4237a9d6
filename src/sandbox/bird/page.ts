import type { Call } from '../call.ts';
import { Refusal } from '../refusal.ts';

/** One page of rows as Bird answers it. */
export interface Page<Row> {
  results: Row[];
  nextPageToken?: string;
}

/**
 * The page a call asks for by `limit`, `pageToken` and `reverse`, newest rows first unless reversed. A token remembers the
 * last row rather than a position, so that rows which come in between are neither doubled nor lost.
 *
 * @param rows oldest first, no two with the same time and id
 */
export function pageOf<Row extends { id: string; createdAt: string }>(
  call: Call,
  rows: readonly Row[],
): Page<Row> {
  const reverse = call.flag('reverse') === true;
  const token = call.text('pageToken');
  const after = token === undefined ? undefined : decoded(token, reverse);
  const ordered = reverse ? rows : rows.toReversed();
  const from = after ? ordered.findIndex((row) => comesAfter(row, after, reverse)) : 0;
  const results = from < 0 ? [] : ordered.slice(from, from + call.whole('limit', 10));
  const last = results.at(-1);
  const more = last !== undefined && from + results.length < ordered.length;
  return { results, ...(more ? { nextPageToken: encoded(last, reverse) } : {}) };
}

function comesAfter(
  row: { id: string; createdAt: string },
  [at, id]: [string, string],
  reverse: boolean,
): boolean {
  if (row.createdAt !== at) return row.createdAt > at === reverse;
  return row.id !== id && row.id > id === reverse;
}

function encoded(row: { id: string; createdAt: string }, reverse: boolean): string {
  return Buffer.from(JSON.stringify([row.createdAt, row.id, reverse])).toString('base64url');
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
