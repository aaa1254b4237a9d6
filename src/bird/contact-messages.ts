import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { connect, readCursor, readFirst, writeCursor } from '../graph/connection.ts';
import { connectionArgs } from '../graph/connection-type.ts';
import { rest } from '../graph/ledger.ts';
import { MessageDirection } from '../graph/message.ts';
import { BirdContact, type ContactRow, listIdentifiers } from './contact.ts';
import { askIn, readResults } from './load.ts';
import { BirdMessageConnection, contactsOf, listMessages, MAX_MESSAGES, type MessageRow } from './message.ts';
import { readPage } from './messages.ts';
import type { components } from './openapi.gen.ts';

/** Bird looks at a limited time unless it is told where to begin. */
const THE_BEGINNING = '1970-01-01T00:00:00.000Z';

/** A place in the list: the last row's time and id. */
interface Position {
  readonly k: string;
  readonly t: number;
  readonly i: string;
}

/** All identifiers of a contact: those it shows, or where there are more, those of its list. */
export const identifiersOf = async (context: Context, row: ContactRow): Promise<string[]> => {
  const featured = row.featuredIdentifiers ?? [];
  const more = row.identifierCount !== undefined && row.identifierCount > featured.length;
  const all = more
    ? (readResults(
        await askIn(context, listIdentifiers, row.workspaceId, {
          params: { contactId: row.id },
          query: { limit: 100 },
        }),
        listIdentifiers,
      ) as components['schemas']['ContactIdentifier'][])
    : featured;
  return all.flatMap(({ value }) => value ?? []);
};

const timeOf = (row: MessageRow): number => Date.parse(row.createdAt);

/** Newest first; of one moment by id. */
const order = (one: MessageRow, other: MessageRow): number =>
  timeOf(other) - timeOf(one) || (one.id < other.id ? -1 : 1);

/** One side's next rows behind the position: all that the contact sent, or all that was sent to them. */
const readSide = async (
  context: Context,
  contact: ContactRow,
  side: 'from' | 'to',
  identifiers: readonly string[],
  count: number,
  position: Position | undefined,
): Promise<MessageRow[]> => {
  const found: MessageRow[] = [];
  let token: string | undefined;
  do {
    const page = await readPage(
      context,
      { operation: listMessages, workspaceId: contact.workspaceId },
      {
        [side]: identifiers,
        startAt: THE_BEGINNING,
        // Whether the end belongs to the span is not documented, so ask for a little more.
        endAt: position && new Date(position.t + 1).toISOString(),
        limit: Math.min(MAX_MESSAGES, count + 1),
        pageToken: token,
      },
    );
    found.push(
      ...page.rows.filter(
        (row) =>
          contactsOf(row).some(({ id }) => id === contact.id) &&
          (!position || timeOf(row) < position.t || (timeOf(row) === position.t && row.id > position.i)),
      ),
    );
    token = page.next;
  } while (token !== undefined && found.length < count);
  return found;
};

builder.objectField(BirdContact, 'messages', (t) =>
  t.field({
    type: BirdMessageConnection,
    description: 'The messages from and to this contact over all channels, newest first.',
    directives: rest(listMessages, listIdentifiers),
    args: {
      ...connectionArgs,
      direction: t.arg({ type: MessageDirection, description: 'Only messages that went this way.' }),
    },
    resolve: async (contact, args, context) => {
      const name = `bird contact messages ${contact.id}`;
      const first = readFirst(args);
      const position = args.after == null ? undefined : readCursor<Position>(args.after, name);
      const identifiers = await identifiersOf(context, contact);
      if (identifiers.length === 0) return connect<MessageRow>([], args, false);
      const sides = [
        ...(args.direction === 'OUTGOING' ? [] : ['from']),
        ...(args.direction === 'INCOMING' ? [] : ['to']),
      ] as ('from' | 'to')[];
      const found = await Promise.all(
        sides.map((side) => readSide(context, contact, side, identifiers, first + 1, position)),
      );
      const rows = [...new Map(found.flat().map((row) => [row.id, row])).values()].toSorted(order);
      const edges = rows.slice(0, first).map((node) => ({
        node,
        cursor: writeCursor({ k: name, t: timeOf(node), i: node.id } satisfies Position),
      }));
      return connect(edges, args, rows.length > first);
    },
  }),
);
