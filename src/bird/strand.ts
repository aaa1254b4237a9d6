import type { Context } from '../context.ts';
import { isBehind, type Placed, type Point, type Strand } from '../graph/merge.ts';
import { contactsOf, listMessages, MAX_MESSAGES, type MessageRow } from './message.ts';
import { readPage } from './messages.ts';

/** Bird looks at a limited time unless it is told where to begin. */
const THE_BEGINNING = new Date(0);

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
export const strandOf = (
  context: Context,
  { workspaceId, contactIds, identifiers }: Whose,
  side: 'from' | 'to',
  { since, until }: Span = {},
  rank = 0,
): Strand<MessageRow> => {
  const place = (row: MessageRow): Placed<MessageRow> => ({
    row,
    point: { t: Date.parse(row.createdAt), r: rank, i: row.id },
  });
  const isWanted = ({ row, point }: Placed<MessageRow>, behind: Point | undefined): boolean =>
    contactsOf(row).some(({ id }) => id !== undefined && contactIds.has(id)) &&
    isBehind(point, behind) &&
    (!since || point.t >= since.getTime()) &&
    (!until || point.t < until.getTime());

  return {
    newest: Number.POSITIVE_INFINITY,
    read: async (behind, count) => {
      // Whether the end belongs to Bird's span is not documented, so it is asked for a little more.
      const end = Math.min(
        behind?.t ?? Number.POSITIVE_INFINITY,
        until?.getTime() ?? Number.POSITIVE_INFINITY,
      );
      const found: Placed<MessageRow>[] = [];
      let token: string | undefined;
      do {
        const page = await readPage(
          context,
          { operation: listMessages, workspaceId },
          {
            [side]: identifiers,
            startAt: (since ?? THE_BEGINNING).toISOString(),
            endAt: Number.isFinite(end) ? new Date(end + 1).toISOString() : undefined,
            limit: Math.min(MAX_MESSAGES, count + 1),
            pageToken: token,
          },
        );
        found.push(...page.rows.map(place).filter((placed) => isWanted(placed, behind)));
        token = page.next;
      } while (token !== undefined && found.length < count);
      return found.slice(0, count);
    },
  };
};
