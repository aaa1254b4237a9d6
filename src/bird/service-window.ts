import { builder } from '../builder.ts';
import { rest } from '../graph/ledger.ts';
import { KEY_ONLY } from '../graph/selection.ts';
import { isAbsent } from '../upstream/errors.ts';
import { objectType } from './bird.ts';
import { BirdChannel } from './channel.ts';
import { askIn, operation, readOwnId } from './load.ts';

const getChannelContact = operation(
  'GET',
  '/workspaces/{workspaceId}/channels/{channelId}/contacts/{contactId}',
);

builder.objectField(BirdChannel, 'contact', (t) =>
  t.field({
    type: objectType('ChannelContact'),
    description: 'Whether a contact’s service window on this channel is open; null when Bird does not know.',
    directives: rest(getChannelContact),
    ...KEY_ONLY,
    args: {
      id: t.arg.id({ required: true, description: 'The contact: a global id, or Bird’s own.' }),
      identifierValue: t.arg.string({ description: 'Which of the contact’s identifiers is meant.' }),
    },
    resolve: async ({ workspaceId, id: channelId }, args, context) => {
      try {
        const answer = await askIn(context, getChannelContact, workspaceId, {
          params: { channelId, contactId: readOwnId(args.id, 'id', 'BirdContact', workspaceId) },
          query: { contactIdentifierValue: args.identifierValue },
        });
        return answer.body as object;
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    },
  }),
);
