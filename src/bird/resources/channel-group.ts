import { list } from '../../graph/verbs/list.ts';
import { resource } from '../bird.ts';

export const BirdChannelGroup = resource(
  'BirdChannelGroup',
  '/workspaces/{workspaceId}/channel-groups/{channelGroupId}',
  { cached: true },
);

/** All channel groups of a workspace. */
export const channelGroups = list(BirdChannelGroup, {
  whole: true,
  description: 'All channel groups of the workspace; Bird does not page them.',
});
