import { builder } from '../builder.ts';
import { rest } from '../graph/ledger.ts';
import { isAbsent } from '../upstream/errors.ts';
import { BirdChannel } from './channel.ts';
import { askIn, operation, readOwnId } from './load.ts';
import { moment } from './moment.ts';
import type { components } from './openapi.gen.ts';

type Row = components['schemas']['ChannelContact'];

const getChannelContact = operation(
  'GET',
  '/workspaces/{workspaceId}/channels/{channelId}/contacts/{contactId}',
);

const BirdChannelContact = builder.objectRef<Row>('BirdChannelContact').implement({
  description: 'What holds between a channel and one contact.',
  fields: (t) => ({
    serviceWindowExpireAt: t.field(
      moment(
        'Until when messages without a template may be sent; null when they may not.',
        (row) => row.serviceWindowExpireAt,
      ),
    ),
    isPermanentSession: t.exposeBoolean('isPermanentSession', {
      description: 'True when the window never closes.',
    }),
    metadata: t.field({ type: 'JSON', description: 'What else Bird says.', resolve: (row) => row.metadata }),
  }),
});

builder.objectField(BirdChannel, 'contact', (t) =>
  t.field({
    type: BirdChannelContact,
    description: 'Whether a contact’s service window on this channel is open; null when Bird does not know.',
    directives: rest(getChannelContact),
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
        return answer.body as Row;
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    },
  }),
);
