import { createContextCache } from '@pothos/core';
import DataLoader from 'dataloader';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { rest } from '../graph/ledger.ts';
import { Bird } from './bird.ts';
import { askIn, type InWorkspace, operation, readKey, readRows } from './load.ts';
import { moment } from './moment.ts';
import type { components } from './openapi.gen.ts';
import { workspaceNode } from './workspace-node.ts';

type Row = InWorkspace<components['schemas']['ChannelGroup']>;

export const listChannelGroups = operation('GET', '/workspaces/{workspaceId}/channel-groups');
const getChannelGroup = operation('GET', '/workspaces/{workspaceId}/channel-groups/{channelGroupId}');

export const BirdChannelGroup = workspaceNode<components['schemas']['ChannelGroup']>('BirdChannelGroup', {
  get: getChannelGroup,
  param: 'channelGroupId',
  cached: true,
});

builder.node(BirdChannelGroup, {
  id: { resolve: BirdChannelGroup.key },
  description: 'WhatsApp channels that belong to one WhatsApp account.',
  fields: (t) => ({
    nativeId: t.string({ nullable: false, description: 'Its id at Bird.', resolve: (row) => row.id }),
    platformId: t.exposeString('platformId', { description: 'The platform, such as `whatsapp`.' }),
    platformGroupId: t.exposeString('platformGroupId', { description: 'The account’s id at the platform.' }),
    platformGroupName: t.exposeString('platformGroupName', {
      description: 'The account’s name at the platform.',
    }),
    createdAt: t.field(moment('When it was made.', (row) => row.createdAt)),
    updatedAt: t.field(moment('When it was last changed.', (row) => row.updatedAt)),
  }),
});

const loader = createContextCache(
  (context: Context) =>
    new DataLoader<string, Row[]>(
      (workspaceIds) =>
        Promise.all(
          workspaceIds.map(async (workspaceId) => {
            const answer = await askIn(context, listChannelGroups, workspaceId);
            const rows = readRows<Row>(answer, workspaceId, 'BirdChannelGroup', listChannelGroups);
            for (const row of rows) BirdChannelGroup.prime(context, row);
            return rows;
          }),
        ),
      { maxBatchSize: 1 },
    ),
);

/** All channel groups of a workspace, asked once an operation. */
export const channelGroups = (context: Context, workspaceId: string): Promise<Row[]> =>
  loader(context).load(workspaceId);

builder.objectFields(Bird, (t) => ({
  channelGroups: t.field({
    type: [BirdChannelGroup],
    description: 'All channel groups; Bird does not page them.',
    directives: rest(listChannelGroups),
    resolve: ({ workspaceId }, _args, context) => channelGroups(context, workspaceId),
  }),
  channelGroup: t.field({
    type: BirdChannelGroup,
    description: 'One channel group by its id; null when Bird does not know it.',
    directives: rest(getChannelGroup),
    args: {
      id: t.arg.id({ required: true, description: 'The global id of a BirdChannelGroup, or Bird’s own.' }),
    },
    resolve: ({ workspaceId }, { id }, context) =>
      BirdChannelGroup.load(context, readKey(id, 'id', 'BirdChannelGroup', workspaceId)),
  }),
}));
