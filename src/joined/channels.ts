import { listChannels, readChannels } from '../bird/channel.ts';
import { MAX_PAGE } from '../bird/load.ts';
import { builder } from '../builder.ts';
import type { Api, Context } from '../context.ts';
import { dialect } from '../courier/dialect.ts';
import { channels as courierChannels } from '../courier/resources/channel.ts';
import { Channel } from '../graph/channel.ts';
import {
  type Connection,
  type ConnectionArgs,
  connect,
  readCursor,
  readFirst,
  writeCursor,
} from '../graph/connection.ts';
import { connectionArgs } from '../graph/connection-type.ts';
import { rest } from '../graph/ledger.ts';
import { asksFor } from '../graph/selection.ts';
import { Source } from '../graph/source.ts';
import { firstOf, pagesOf, weighs } from '../graph/weight.ts';
import { type Report, reportOn, SourceReport } from './source-report.ts';

/** Where an edge stood: in which upstream's list, and where in it. */
interface ChannelsCursor {
  readonly k: 'channels';
  readonly s: Api;
  readonly c: string;
}

/** The upstreams in the order in which their channels stand. */
const SOURCES: readonly Api[] = ['bird', 'courier'];

const isCursor = ({ s, c }: ChannelsCursor): boolean => SOURCES.includes(s) && typeof c === 'string';

type Joined = Connection<object> & { readonly sources: readonly Report[] };

const ChannelConnection = builder.connectionObject(
  {
    type: Channel,
    name: 'ChannelConnection',
    description: 'Channels of both upstreams, page by page.',
    fields: (t) => ({
      sources: t.field({
        type: [SourceReport],
        nullable: false,
        description: 'Which upstreams this page could ask.',
        resolve: (connection) => (connection as object as Joined).sources,
      }),
    }),
  },
  { name: 'ChannelEdge', description: 'A channel in a list.' },
);

const read = (
  context: Context,
  source: Api,
  args: ConnectionArgs,
  asksForMore: boolean,
): Promise<Connection<object>> =>
  source === 'bird'
    ? readChannels(context, context.services.bird?.workspaceId ?? '', args)
    : courierChannels.read(context, args, {}, asksForMore);

/** Starts something else when half of the time is gone and the answer is not there, so that it has time left. */
const unlessSlow = async <T>(
  { deadline }: Context,
  answer: Promise<T>,
  otherwise: () => Promise<unknown> | undefined,
): Promise<T> => {
  const timer = setTimeout(
    // Its failure is seen where it is waited for.
    () => otherwise()?.catch(() => {}),
    Math.max(0, (deadline - performance.now()) / 2),
  );
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
  }
};

builder.queryField('channels', (t) =>
  t.field({
    type: ChannelConnection,
    description:
      'The channels of both upstreams: Bird’s first, then courier’s. An upstream that fails is missing, and `sources` says so.',
    directives: rest(listChannels, courierChannels),
    extensions: weighs((asked) => {
      const source = asked.arg('source');
      const bird = pagesOf(asked, { page: MAX_PAGE, by: 'token' });
      const courier = pagesOf(asked, { page: dialect.maxPage, by: 'offset' });
      return {
        calls: { ...(source !== 'COURIER' && { bird }), ...(source !== 'BIRD' && { courier }) },
        rows: firstOf(asked),
      };
    }),
    args: {
      ...connectionArgs,
      source: t.arg({ type: Source, description: 'Only channels of this upstream.' }),
    },
    resolve: async (_root, args, context, info): Promise<never> => {
      const first = readFirst(args);
      const asksForMore = asksFor(info, 'pageInfo', 'hasNextPage');
      const after =
        args.after == null ? undefined : readCursor<ChannelsCursor>(args.after, 'channels', isCursor);
      const all = args.source ? [args.source] : SOURCES.filter((api) => context.services[api]);
      /** The cursor's upstream, and those whose channels stand behind its. */
      const wanted = after ? all.filter((api) => SOURCES.indexOf(api) >= SOURCES.indexOf(after.s)) : all;
      const edges: { cursor: string; node: object }[] = [];
      const sources: Report[] = [];
      const pages = new Map<Api, Promise<Connection<object>>>();
      const page = (source: Api): Promise<Connection<object>> => {
        const args = { first: first - edges.length, after: after?.s === source ? after.c : undefined };
        const started = pages.get(source) ?? read(context, source, args, asksForMore);
        pages.set(source, started);
        return started;
      };
      let more = false;
      for (const [index, source] of wanted.entries()) {
        if (edges.length === first && more) {
          sources.push({ source, status: 'SKIPPED', error: null });
          continue;
        }
        try {
          const next = wanted[index + 1];
          const inner = await unlessSlow(context, page(source), () => next && page(next));
          const room = first - edges.length;
          edges.push(
            ...inner.edges.slice(0, room).map(({ cursor, node }) => ({
              node,
              cursor: writeCursor({ k: 'channels', s: source, c: cursor } satisfies ChannelsCursor),
            })),
          );
          more = inner.pageInfo.hasNextPage || inner.edges.length > room;
          sources.push({ source, status: 'OK', error: null });
        } catch (error) {
          sources.push(reportOn(source, error));
          if (sources.length === wanted.length && sources.every(({ status }) => status === 'FAILED'))
            throw error;
        }
      }
      return { ...connect(edges, args, more), sources } as never;
    },
  }),
);
