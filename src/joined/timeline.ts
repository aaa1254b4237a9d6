import { MAX_MESSAGES } from '../bird/message.ts';
import { builder } from '../builder.ts';
import type { Api, Context } from '../context.ts';
import { type Connection, connect, readCursor, readFirst, writeCursor } from '../graph/connection.ts';
import { connectionArgs } from '../graph/connection-type.ts';
import { InputError } from '../graph/errors.ts';
import { rest } from '../graph/ledger.ts';
import { isSortKey, type MessageSource, merge, type SortKey } from '../graph/merge.ts';
import { answeredTogether, Message, MessageConnection, MessageEdge } from '../graph/message.ts';
import { Source } from '../graph/source.ts';
import { firstOf, weighs } from '../graph/weight.ts';
import { nameAuthors } from './author-names.ts';
import type { PersonRow } from './find-person.ts';
import { identityReads, type Match } from './identity.ts';
import { inTime, LateError } from './in-time.ts';
import { tellPerson } from './message-person.ts';
import { birdSources, courierSources, messageReads } from './message-sources.ts';
import { Person } from './person.ts';
import { type Report, reportOn, SourceReport } from './source-report.ts';

type Timeline = Connection<object> & { readonly sources: readonly Report[] };

const TimelineConnection = builder.connectionObject(
  {
    type: Message,
    name: 'TimelineConnection',
    description: 'What was said to and by a person, page by page.',
    interfaces: [MessageConnection],
    fields: (t) => ({
      sources: t.field({
        type: [SourceReport],
        nullable: false,
        description: 'What became of asking each upstream for this page.',
        resolve: (connection) => (connection as object as Timeline).sources,
      }),
    }),
  },
  { name: 'TimelineEdge', description: 'A message in a timeline.', interfaces: [MessageEdge] },
);

const verified = (matches: readonly Match[]): readonly Match[] =>
  matches.filter(({ confidence }) => confidence === 'VERIFIED');

/** Where a page of any timeline goes on: no upstream's page is kept between requests. */
type TimelineCursor = SortKey & { readonly k: 'timeline' };

interface Args {
  readonly since?: Date | null | undefined;
  readonly until?: Date | null | undefined;
}

/**
 * How much of the time that is left finding out where to look may take, and each list then: an upstream that hangs
 * leaves time for what the other one has.
 */
const SHARE = 0.7;

/** The lists of one upstream that hold what the person said and heard; undefined when the person is not in it. */
const sourcesOf = async (
  context: Context,
  person: PersonRow,
  source: Api,
  span: Args,
): Promise<MessageSource<object>[] | undefined> => {
  if (source === 'bird') {
    const contacts = verified(await person.contacts()).flatMap(({ contact }) => contact ?? []);
    return contacts.length > 0 ? birdSources(context, contacts, span) : undefined;
  }
  const individuals = verified(await person.individuals()).flatMap(({ individualId }) => individualId ?? []);
  if (individuals.length === 0) return undefined;
  return (await Promise.all(individuals.map((id) => courierSources(context, id, span)))).flat();
};

const readInTime = (context: Context, source: MessageSource<object>): MessageSource<object> => ({
  newest: source.newest,
  read: (behind, count) => inTime(context, SHARE, source.read(behind, count)),
});

builder.objectField(Person, 'timeline', (t) =>
  t.field({
    type: TimelineConnection,
    description:
      'Everything said to and by this person over both upstreams, newest first; drafts and what was removed are left out. An upstream that fails is missing from that page alone, and `sources` says so: the same page asked again has it.',
    directives: rest(...identityReads, ...messageReads),
    extensions: weighs((asked) => ({
      // Both sides of Bird, courier's channels and emails; more by estimate, for whom and what that leads to.
      calls: { bird: 2 * Math.ceil((firstOf(asked) + 2) / MAX_MESSAGES), courier: 2 },
      estimated: { bird: 10, courier: 30 },
      rows: firstOf(asked),
    })),
    args: {
      ...connectionArgs,
      sources: t.arg({ type: [Source], description: 'Only messages of these upstreams.' }),
      since: t.arg({ type: 'DateTime', description: 'From this moment on, inclusive.' }),
      until: t.arg({ type: 'DateTime', description: 'Up to this moment, exclusive.' }),
    },
    resolve: async (person, args, context): Promise<never> => {
      const first = readFirst(args);
      const after =
        args.after == null ? undefined : readCursor<TimelineCursor>(args.after, 'timeline', isSortKey);
      if (args.since && args.until && args.since >= args.until)
        throw new InputError('until', 'must be after since');
      const reports = new Map<Api, Report>();
      const errors: unknown[] = [];
      const fail = (source: Api, error: unknown): void => {
        errors.push(error);
        reports.set(source, reportOn(source, error));
      };
      const messageSources = new Map<MessageSource<object>, Api>();
      await Promise.all(
        (['bird', 'courier'] as const).map(async (source) => {
          reports.set(source, { source, status: 'SKIPPED', error: null });
          if ((args.sources && !args.sources.includes(source)) || !context.services[source]) return;
          try {
            const found = await inTime(context, SHARE, sourcesOf(context, person, source, args));
            for (const one of found ?? []) messageSources.set(readInTime(context, one), source);
            if (found) reports.set(source, { source, status: 'OK', error: null });
          } catch (error) {
            fail(source, error);
          }
        }),
      );
      const rows = await merge([...messageSources.keys()], after, first + 1, (messageSource, error) =>
        fail(messageSources.get(messageSource) ?? 'bird', error),
      );
      const sources = [...reports.values()];
      if (errors.length > 0 && !sources.some(({ status }) => status === 'OK')) {
        const [error] = errors;
        // Nothing else needs the time, so the upstream's own failure can be waited for.
        if (error instanceof LateError) await error.answer;
        throw error;
      }
      const edges = rows.slice(0, first).map(({ row, sortKey }) => ({
        node: row,
        cursor: writeCursor({ k: 'timeline', ...sortKey } satisfies TimelineCursor),
      }));
      for (const { node } of edges) tellPerson(node, () => person);
      // A name that cannot be read costs only itself.
      const named = nameAuthors(
        context,
        person,
        edges.map(({ node }) => node),
      );
      await inTime(context, SHARE, named).catch(() => {});
      const connection = answeredTogether(context, connect(edges, args, rows.length > first));
      return { ...connection, sources } as never;
    },
  }),
);
