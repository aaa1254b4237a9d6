import type { Context } from '../context.ts';
import { compare, isBehind, type Keyed, type MessageSource, type SortKey } from '../graph/merge.ts';
import { parseMoment } from '../graph/scalars.ts';
import { contactsOf, listMessages, MAX_MESSAGES, type MessageRow, THE_BEGINNING } from './message.ts';
import { readPage } from './messages.ts';

/** Whose messages are wanted: contacts of one workspace and everything they are known by. */
export interface Whose {
  readonly workspaceId: string;
  readonly contactIds: ReadonlySet<string>;
  readonly identifiers: readonly string[];
}

/** A span of time, its beginning in it and its end not. */
export interface Span {
  readonly since?: Date | null | undefined;
  readonly until?: Date | null | undefined;
}

/**
 * All messages that contacts sent, or all that were sent to them, newest first. Bird takes both sides' filters
 * together, so each side is a list of its own. Rows of others that share an identifier are passed over.
 *
 * @param rank the source's rank in a merged list
 */
export const messageSource = (
  context: Context,
  { workspaceId, contactIds, identifiers }: Whose,
  side: 'from' | 'to',
  { since, until }: Span = {},
  rank = 0,
): MessageSource<MessageRow> => {
  const keyed = (row: MessageRow): Keyed<MessageRow> => ({
    row,
    sortKey: { t: parseMoment(row.createdAt)?.getTime() ?? 0, r: rank, i: row.id },
  });
  const isWanted = ({ row, sortKey }: Keyed<MessageRow>, behind: SortKey | undefined): boolean =>
    contactsOf(row).some(({ id }) => id !== undefined && contactIds.has(id)) &&
    isBehind(sortKey, behind) &&
    (!since || sortKey.t >= since.getTime()) &&
    (!until || sortKey.t < until.getTime());

  return {
    newest: Number.POSITIVE_INFINITY,
    read: async (behind, count) => {
      // Whether the end belongs to Bird's span is not documented, so it is asked for a little more.
      const end = Math.min(
        behind?.t ?? Number.POSITIVE_INFINITY,
        until?.getTime() ?? Number.POSITIVE_INFINITY,
      );
      const found: Keyed<MessageRow>[] = [];
      let token: string | undefined;
      let reached = Number.POSITIVE_INFINITY;
      do {
        const page = await readPage(
          context,
          { operation: listMessages, workspaceId },
          {
            [side]: identifiers,
            startAt: since?.toISOString() ?? THE_BEGINNING,
            endAt: Number.isFinite(end) ? new Date(end + 1).toISOString() : undefined,
            limit: Math.min(MAX_MESSAGES, count + 1),
            pageToken: token,
          },
        );
        const rows = page.rows.map(keyed);
        found.push(...rows.filter((one) => isWanted(one, behind)));
        reached = rows.at(-1)?.sortKey.t ?? reached;
        token = page.next;
        // Of one moment Bird's order is not ours, so all of its rows are read before they are counted.
      } while (token !== undefined && reached >= (found[count - 1]?.sortKey.t ?? Number.NEGATIVE_INFINITY));
      return found.toSorted((one, other) => compare(one.sortKey, other.sortKey)).slice(0, count);
    },
  };
};
