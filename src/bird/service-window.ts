import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { rest } from '../graph/ledger.ts';
import { KEY_ONLY } from '../graph/selection.ts';
import { isAbsent } from '../upstream/errors.ts';
import { objectType } from './bird.ts';
import { BirdChannel } from './channel.ts';
import { askIn, operation, readOwnId } from './load.ts';

export const getChannelContact = operation(
  'GET',
  '/workspaces/{workspaceId}/channels/{channelId}/contacts/{contactId}',
);

/** Whether a contact can be written to freely on a channel, as Bird tells it. */
export interface ServiceWindow {
  readonly serviceWindowExpireAt?: string | null;
  readonly isPermanentSession?: boolean | null;
}

/** A contact’s service window on a channel; null when Bird does not know of one. */
export const readServiceWindow = async (
  context: Context,
  channel: { readonly workspaceId: string; readonly id: string },
  contactId: string,
  identifierValue?: string | null,
): Promise<ServiceWindow | null> => {
  try {
    const answer = await askIn(context, getChannelContact, channel.workspaceId, {
      params: { channelId: channel.id, contactId },
      query: { contactIdentifierValue: identifierValue },
    });
    return answer.body as ServiceWindow;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
};

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
    resolve: (channel, { id, identifierValue }, context) =>
      readServiceWindow(
        context,
        channel,
        readOwnId(id, 'id', 'BirdContact', channel.workspaceId),
        identifierValue,
      ),
  }),
);
