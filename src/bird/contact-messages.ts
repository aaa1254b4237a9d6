import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { connect, readCursor, readFirst, writeCursor } from '../graph/connection.ts';
import { connectionArgs } from '../graph/connection-type.ts';
import { rest } from '../graph/ledger.ts';
import { isSortKey, merge, type SortKey } from '../graph/merge.ts';
import { answeredTogether, MessageDirection } from '../graph/message.ts';
import { firstOf, weighs } from '../graph/weight.ts';
import { messageSource } from './contact-source.ts';
import { BirdMessageConnection, listMessages, MAX_MESSAGES, type MessageRow } from './message.ts';
import type { components } from './openapi.gen.ts';
import { BirdContact, type ContactRow } from './resources/contact.ts';
import { identifiers as identifierList } from './resources/contact-identifier.ts';

type Identifier = components['schemas']['ContactIdentifier'];

/** An identifier as a contact has it. */
type Known = Pick<Identifier, 'key' | 'value'>;

/** All identifiers of a contact: those it shows, or where there are more, those of its list. */
export const identifiersOf = async (context: Context, row: ContactRow): Promise<readonly Known[]> => {
  const featured = row.featuredIdentifiers ?? [];
  const hasMore = row.identifierCount === undefined || row.identifierCount > featured.length;
  if (!hasMore) return featured;
  const { edges } = await identifierList.read(context, { first: 100 }, {}, false, BirdContact.key(row));
  return edges.map(({ node }) => node);
};

builder.objectField(BirdContact, 'messages', (t) =>
  t.field({
    type: BirdMessageConnection,
    description: 'The messages from and to this contact over all channels, newest first.',
    directives: rest(listMessages, identifierList),
    extensions: weighs((asked) => ({
      // Its identifiers, and what it sent and what was sent to it, each read a row further than is shown.
      calls: { bird: 1 + 2 * Math.ceil((firstOf(asked) + 2) / MAX_MESSAGES) },
      // Messages of others who share an identifier are read and passed over.
      estimated: { bird: 2 },
      rows: firstOf(asked),
    })),
    args: {
      ...connectionArgs,
      direction: t.arg({ type: MessageDirection, description: 'Only messages that went this way.' }),
    },
    resolve: async (contact, args, context) => {
      const name = `bird contact messages ${contact.id}`;
      const first = readFirst(args);
      const after =
        args.after == null
          ? undefined
          : readCursor<SortKey & { readonly k: string }>(args.after, name, isSortKey);
      const identifiers = (await identifiersOf(context, contact)).map(({ value }) => value);
      if (identifiers.length === 0) return connect<MessageRow>([], args, false);
      const whose = { workspaceId: contact.workspaceId, contactIds: new Set([contact.id]), identifiers };
      const sides = (['from', 'to'] as const).filter(
        (side) => args.direction !== (side === 'from' ? 'OUTGOING' : 'INCOMING'),
      );
      const sources = sides.map((side) => messageSource(context, whose, side));
      const rows = await merge(sources, after, first + 1, (_source, error) => {
        throw error;
      });
      const edges = rows
        .slice(0, first)
        .map(({ row, sortKey }) => ({ node: row, cursor: writeCursor({ k: name, ...sortKey }) }));
      return answeredTogether(context, connect(edges, args, rows.length > first));
    },
  }),
);
