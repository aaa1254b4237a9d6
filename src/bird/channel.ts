import type { Context } from '../context.ts';
import { Channel } from '../graph/channel.ts';
import type { Connection, ConnectionArgs } from '../graph/connection.ts';
import { rest } from '../graph/ledger.ts';
import { type NodeRef, node } from '../graph/node.ts';
import { KEY_ONLY } from '../graph/selection.ts';
import { Source } from '../graph/source.ts';
import { list } from '../graph/verbs/list.ts';
import { weighs } from '../graph/weight.ts';
import { objectType, resource } from './bird.ts';
import {
  askIn,
  byWorkspace,
  MAX_PAGE,
  noneIfRefused,
  operation,
  readById,
  readByIds,
  readRows,
} from './load.ts';
import { BirdChannelGroup, channelGroups } from './resources/channel-group.ts';
import type { RowOf } from './types.ts';

const PATH = '/workspaces/{workspaceId}/channels/{channelId}';

type Row = RowOf<typeof PATH>;

export const listChannels = operation('GET', '/workspaces/{workspaceId}/channels');
export const getChannel = operation('GET', PATH);

/** Channels by key: several of a workspace with one call, which is by a filter that no page of Bird prints. */
const loader: NodeRef<Row> = node<Row>('BirdChannel', {
  api: 'bird',
  operations: [getChannel, listChannels],
  cached: true,
  key: (row) => `${row.workspaceId}/${row.id}`,
  natives: 2,
  batch: 1000,
  load: (keys, context) =>
    byWorkspace(keys, (workspaceId, ids) =>
      readByIds<Row>(
        ids,
        (some) =>
          askIn(context, listChannels, workspaceId, {
            query: { id: some, limit: some.length },
            batch: some.length,
          })
            .then((answer) => readRows<Row>(answer, workspaceId, 'BirdChannel', listChannels))
            .catch(noneIfRefused),
        (channelId) => readById<Row>(context, getChannel, 'BirdChannel', { workspaceId, channelId }),
      ),
    ),
});

/** The settings that are for everybody's eyes; others may hold credentials. */
const shown = (settings: Row['settings']): Row['settings'] =>
  settings?.filter(({ visibility }) => visibility === 'public');

export const BirdChannel = resource('BirdChannel', PATH, {
  loader,
  interfaces: [Channel],
  fields: (t) => ({
    source: t.field({
      ...KEY_ONLY,
      type: Source,
      nullable: false,
      description: 'The upstream it lives in.',
      resolve: () => 'bird' as const,
    }),
    connectorId: t.exposeID('connectorId', {
      description: 'Native id of the connector that installed the channel.',
    }),
    settings: t.field({
      type: [objectType('ChannelSetting')],
      description: 'How the channel is set up, as far as Bird calls it public.',
      resolve: (row) => shown(row.settings),
    }),
    connectionParams: t.field({
      type: [objectType('ChannelSetting')],
      description: 'How the channel is connected to its platform, as far as Bird calls it public.',
      resolve: (row) => shown(row.connectionParams),
    }),
    group: t.field({
      type: BirdChannelGroup,
      description: 'The group that the channel belongs to; null when it is in none.',
      directives: rest(channelGroups),
      extensions: weighs(() => ({ once: { name: 'BirdChannelGroup', calls: { bird: 1 } } })),
      resolve: async (row, _args, context) => {
        const groups = await channelGroups.all(context, {}, `${row.workspaceId}/`);
        return groups.find(({ channelIds }) => channelIds?.includes(row.id)) ?? null;
      },
    }),
  }),
});

/** The channels of a workspace. The contract lets a page have 1000; other pages of Bird say 100 of all lists. */
const channels = list(BirdChannel, { operation: listChannels, max: MAX_PAGE });

/** The channels of a workspace, page by page. */
export const readChannels = (
  context: Context,
  workspaceId: string,
  args: ConnectionArgs,
): Promise<Connection<Row>> => channels.read(context, args, {}, true, `${workspaceId}/`);
