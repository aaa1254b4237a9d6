import { list } from '../../graph/verbs/list.ts';
import { resource } from '../bird.ts';
import { BirdMessage, endsOf, Participant } from '../message.ts';

const PATH = '/workspaces/{workspaceId}/channels/{channelId}/messages/{messageId}/interactions';

export const BirdInteraction = resource('BirdInteraction', PATH, {
  hide: ['receiver'],
  fields: (t) => ({
    recipients: t.field({
      type: [Participant],
      description: 'Who the message was for.',
      resolve: (row) => endsOf(row.workspaceId, row.receiver),
    }),
    emoji: t.string({
      description: 'The emoji of a reaction.',
      resolve: (row) => row.metadata?.reaction?.emoji,
    }),
    url: t.string({ description: 'The link that was clicked.', resolve: (row) => row.metadata?.link?.url }),
  }),
});

list(BirdInteraction, { path: PATH, whole: true }).under(BirdMessage);
