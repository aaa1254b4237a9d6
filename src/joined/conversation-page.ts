import { builder } from '../builder.ts';
import type { Api, Context } from '../context.ts';
import { type Connection, connect, readCursor, readFirst, writeCursor } from '../graph/connection.ts';
import { compare, isSortKey, type Keyed, type SortKey } from '../graph/merge.ts';
import { askSources, type Part } from './ask-sources.ts';
import { Conversation } from './conversation.ts';
import type { ConversationRow } from './conversation-row.ts';
import { type Report, SourceReport } from './source-report.ts';

type Conversations = Connection<ConversationRow> & { readonly sources: readonly Report[] };

/** Where a page of conversations goes on: no upstream's page is kept between requests. */
type Cursor = SortKey & { readonly k: 'conversations' };

export const ConversationConnection = builder.connectionObject(
  {
    type: Conversation,
    name: 'ConversationConnection',
    description: 'Conversations of both upstreams, page by page.',
    fields: (t) => ({
      sources: t.field({
        type: [SourceReport],
        nullable: false,
        description: 'What became of asking each upstream for this page.',
        resolve: (connection) => (connection as object as Conversations).sources,
      }),
    }),
  },
  { name: 'ConversationEdge', description: 'A conversation in a list.' },
);

/** What a page asks an upstream for: so many conversations behind a place. */
export interface Wanted {
  readonly count: number;
  readonly behind: SortKey | undefined;
  readonly since: Date | null | undefined;
}

interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly since?: Date | null | undefined;
}

/** What an upstream gives of a page. */
export type ConversationPart = Part<Keyed<ConversationRow>>;

/**
 * A page of conversations out of the parts that the upstreams give, the one last said something in first.
 *
 * @param ask gives an upstream's part; undefined where it has none
 */
export const conversationPage = async (
  context: Context,
  args: PageArgs,
  ask: (source: Api, wanted: Wanted) => Promise<ConversationPart> | undefined,
): Promise<never> => {
  const first = readFirst(args);
  const behind = args.after == null ? undefined : readCursor<Cursor>(args.after, 'conversations', isSortKey);
  const { rows, sources } = await askSources(context, (source) =>
    ask(source, { count: first + 1, behind, since: args.since }),
  );
  const edges = rows
    .toSorted((one, other) => compare(one.sortKey, other.sortKey))
    .map(({ row: node, sortKey }) => ({
      node,
      cursor: writeCursor({ k: 'conversations', ...sortKey } satisfies Cursor),
    }));
  return { ...connect(edges.slice(0, first), args, edges.length > first), sources } as never;
};
