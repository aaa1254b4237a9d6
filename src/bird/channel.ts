import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { Channel } from '../graph/channel.ts';
import type { Connection, ConnectionArgs } from '../graph/connection.ts';
import { connectionArgs, connectionOf } from '../graph/connection-type.ts';
import { nativeEnum, readWords } from '../graph/enum.ts';
import { refuseEmpty } from '../graph/errors.ts';
import { rest } from '../graph/ledger.ts';
import { node } from '../graph/node.ts';
import { Source } from '../graph/source.ts';
import { Bird } from './bird.ts';
import { BirdChannelGroup, channelGroups, listChannelGroups } from './channel-group.ts';
import {
  askIn,
  byWorkspace,
  type InWorkspace,
  operation,
  readById,
  readByIds,
  readKey,
  readRows,
} from './load.ts';
import { moment } from './moment.ts';
import type { components } from './openapi.gen.ts';
import { readList } from './workspace-node.ts';

type Row = InWorkspace<components['schemas']['Channel']>;

export const listChannels = operation('GET', '/workspaces/{workspaceId}/channels');
export const getChannel = operation('GET', '/workspaces/{workspaceId}/channels/{channelId}');

export const BirdChannel = node<Row>('BirdChannel', {
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
        async (some) =>
          readRows(
            await askIn(context, listChannels, workspaceId, { query: { id: some, limit: some.length } }),
            workspaceId,
            'BirdChannel',
            listChannels,
          ),
        (channelId) => readById(context, getChannel, 'BirdChannel', { workspaceId, channelId }),
      ),
    ),
});

const { type: BirdChannelStatus, read: readStatus } = nativeEnum('BirdChannelStatus', {
  description: 'The state of a channel at Bird.',
  values: ['active', 'pending', 'setting-up', 'failed', 'inactive', 'deleted', 'warning'],
});

/** Fields of a channel that need nothing but its key. */
export const CHANNEL_KEY_ONLY_FIELDS = ['id', 'nativeId', 'source', 'messages', 'contact'];

/** The settings that are for everybody's eyes. */
const shown = (settings: Row['settings']): Row['settings'] =>
  settings?.filter(({ visibility }) => visibility === 'public');

builder.node(BirdChannel, {
  id: { resolve: BirdChannel.key },
  description: 'A way to reach people over one platform: a number, an address, an account.',
  interfaces: [Channel],
  fields: (t) => ({
    nativeId: t.string({ nullable: false, description: 'Its id at Bird.', resolve: (row) => row.id }),
    source: t.field({
      type: Source,
      nullable: false,
      description: 'The upstream it lives in.',
      resolve: () => 'bird' as const,
    }),
    name: t.exposeString('name', { description: 'What people call it.' }),
    status: t.field({
      type: BirdChannelStatus,
      nullable: false,
      description: 'Its state.',
      resolve: (row) => readStatus(row.status),
    }),
    nativeStatus: t.exposeString('status', { description: 'Bird’s own word for its state.' }),
    platformId: t.exposeString('platformId', { description: 'The platform, such as `whatsapp`.' }),
    identifier: t.exposeString('identifier', {
      description: 'The number or address it has on the platform.',
    }),
    connectorId: t.exposeID('connectorId', { description: 'Native id of the connector that carries it.' }),
    useCaseId: t.exposeString('useCaseId', { description: 'The registered use case.' }),
    useCaseType: t.exposeString('useCaseType', { description: 'transactional, marketing or conversation.' }),
    channelMessageType: t.exposeString('channelMessageType', {
      description: 'The kind of messages it is for.',
    }),
    suites: t.exposeStringList('suites', { description: 'The parts of Bird that use it.' }),
    capabilities: t.field({
      type: 'JSON',
      description: 'What it can do.',
      resolve: (row) => row.capabilities,
    }),
    settings: t.field({
      type: 'JSON',
      description: 'How it is set up, as far as Bird calls it public.',
      resolve: (row) => shown(row.settings),
    }),
    connectionParams: t.field({
      type: 'JSON',
      description: 'How it is connected, as far as Bird calls it public.',
      resolve: (row) => shown(row.connectionParams),
    }),
    preferences: t.field({
      type: 'JSON',
      description: 'Its preferences.',
      resolve: (row) => row.preferences,
    }),
    createdAt: t.field(moment('When it was made.', (row) => row.createdAt)),
    updatedAt: t.field(moment('When it was last changed.', (row) => row.updatedAt)),
    group: t.field({
      type: BirdChannelGroup,
      description: 'The group it belongs to; null when it is in none.',
      directives: rest(listChannelGroups),
      resolve: async (row, _args, context) => {
        const groups = await channelGroups(context, row.workspaceId);
        return groups.find(({ channelIds }) => channelIds?.includes(row.id)) ?? null;
      },
    }),
  }),
});

const BirdChannelConnection = connectionOf(BirdChannel, 'BirdChannel');

/** The channels of a workspace, page by page. */
export const readChannels = (
  context: Context,
  workspaceId: string,
  args: ConnectionArgs & {
    readonly platform?: readonly string[] | null;
    readonly status?: readonly string[] | null;
    readonly reverse?: boolean | null;
  },
): Promise<Connection<Row>> => {
  refuseEmpty(args);
  const { reverse, platform, status } = args;
  const query = { reverse, platform, status: readWords(status, 'status') };
  return readList<components['schemas']['Channel']>(
    context,
    BirdChannel,
    listChannels,
    workspaceId,
    args,
    query,
  );
};

builder.objectFields(Bird, (t) => ({
  channels: t.field({
    type: BirdChannelConnection,
    description: 'The channels of the workspace.',
    directives: rest(listChannels),
    args: {
      ...connectionArgs,
      platform: t.arg.stringList({ description: 'Only channels of these platforms, such as `whatsapp`.' }),
      status: t.arg({ type: [BirdChannelStatus], description: 'Only channels in these states.' }),
      reverse: t.arg.boolean({ description: 'The other way round.' }),
    },
    resolve: ({ workspaceId }, args, context) => readChannels(context, workspaceId, args),
  }),
  channel: t.field({
    type: BirdChannel,
    description: 'One channel by its id; null when Bird does not know it.',
    directives: rest(BirdChannel),
    args: { id: t.arg.id({ required: true, description: 'The global id of a BirdChannel, or Bird’s own.' }) },
    resolve: ({ workspaceId }, { id }, context) =>
      BirdChannel.load(context, readKey(id, 'id', 'BirdChannel', workspaceId)),
  }),
}));
