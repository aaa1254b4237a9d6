import { CourierChannel } from '../courier/resources/channel.ts';
import { acknowledge } from '../courier/resources/message.ts';
import { InputError, NotFoundError } from '../graph/errors.ts';
import { decodeId, readNativeId } from '../graph/ids.ts';
import { operationsOf } from '../graph/ledger.ts';
import { mutation } from '../graph/mutation.ts';
import { Conversation } from './conversation.ts';
import { type ConversationRow, ofChannel } from './conversation-row.ts';

/** The channel of courier whose conversation an argument names. */
const channelIdOf = (value: string): string => {
  const id = decodeId(value);
  if (id?.typename !== 'Conversation')
    throw new InputError('input.conversationId', 'is no id of a conversation');
  if (id.key.includes('/'))
    throw new InputError('input.conversationId', 'is of Bird, which documents no way to say what was read');
  return id.key;
};

mutation('markRead', {
  description:
    'Marks all that was said in a conversation as read, which courier takes. Bird documents no way to say it, so a conversation of Bird is refused.',
  operations: operationsOf(CourierChannel, acknowledge),
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation, one of courier.' }),
    individualId: t.id({
      description: 'Who has read it; by default the individual behind Pigeon’s credential.',
    }),
  }),
  resolve: async (input, context): Promise<{ readonly conversation: ConversationRow | null }> => {
    const channelId = channelIdOf(input.conversationId);
    // What was said last is asked anew: an older row would leave newer words unread.
    CourierChannel.forget(context, channelId);
    const channel = await CourierChannel.load(context, channelId);
    if (!channel) throw new NotFoundError('input.conversationId', 'is not known to courier');
    const last = channel['last-message']?.id;
    if (last === undefined) return { conversation: ofChannel(channel) };
    const individualId =
      input.individualId == null
        ? undefined
        : readNativeId(input.individualId, 'input.individualId', 'CourierIndividual');
    const blame = (field: string) =>
      field.includes('individual-id') ? 'input.individualId' : 'input.conversationId';
    await acknowledge.run(context, { ...(individualId && { 'individual-id': individualId }) }, blame, last);
    CourierChannel.forget(context, channelId);
    const now = await CourierChannel.load(context, channelId);
    return { conversation: now && ofChannel(now) };
  },
  payload: (t) => ({
    conversation: t.field({
      type: Conversation,
      description: 'The conversation as it is now.',
      resolve: ({ conversation }) => conversation,
    }),
  }),
});
