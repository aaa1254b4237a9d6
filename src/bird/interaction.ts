import { builder } from '../builder.ts';
import { nativeEnum } from '../graph/enum.ts';
import { rest } from '../graph/ledger.ts';
import { askIn, operation, readResults } from './load.ts';
import { BirdMessage } from './message.ts';
import { moment } from './moment.ts';
import type { components } from './openapi.gen.ts';

const listInteractions = operation(
  'GET',
  '/workspaces/{workspaceId}/channels/{channelId}/messages/{messageId}/interactions',
);

const { type: InteractionType, read: readType } = nativeEnum('BirdInteractionType', {
  description: 'What somebody did with a message.',
  values: [
    'clicked',
    'delete-request',
    'invalid',
    'opened',
    'read',
    'reported-as-spam',
    'unsubscribe-request',
    'reaction',
    'conversion',
    'subscribe-request',
    'subscribe-consent',
  ],
});

const BirdInteraction = builder.objectRef<components['schemas']['Interaction']>('BirdInteraction').implement({
  description: 'Something that somebody did with a message: read it, clicked, reacted.',
  fields: (t) => ({
    nativeId: t.exposeString('id', { nullable: false, description: 'Its id at Bird.' }),
    type: t.field({
      type: InteractionType,
      nullable: false,
      description: 'What they did.',
      resolve: (row) => readType(row.type),
    }),
    nativeType: t.exposeString('type', { description: 'Bird’s own word for it.' }),
    details: t.exposeString('details', { description: 'More about it.' }),
    emoji: t.string({
      description: 'The emoji of a reaction.',
      resolve: (row) => row.metadata?.reaction?.emoji,
    }),
    url: t.string({ description: 'The link that was clicked.', resolve: (row) => row.metadata?.link?.url }),
    metadata: t.field({
      type: 'JSON',
      description: 'What else Bird says of it.',
      resolve: (row) => row.metadata,
    }),
    context: t.field({ type: 'JSON', description: 'Where it happened.', resolve: (row) => row.context }),
    createdAt: t.field(moment('When it happened.', (row) => row.createdAt)),
  }),
});

builder.objectField(BirdMessage, 'interactions', (t) =>
  t.field({
    type: [BirdInteraction],
    description: 'What people did with it.',
    directives: rest(listInteractions),
    resolve: async ({ workspaceId, channelId, id }, _args, context) => {
      const answer = await askIn(context, listInteractions, workspaceId, {
        params: { channelId, messageId: id },
      });
      return readResults(answer, listInteractions) as components['schemas']['Interaction'][];
    },
  }),
);
