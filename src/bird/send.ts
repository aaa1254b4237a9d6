import type { Context } from '../context.ts';
import { recordOwn } from '../graph/change.ts';
import { mutation } from '../graph/mutation.ts';
import { askIn, operation, readKey, readRow } from './load.ts';
import { BirdMessage, birdMessageView, type MessageRow } from './message.ts';
import { type Draft, draftOf, messageField, messageInput } from './message-input.ts';

export const sendMessage = operation('POST', '/workspaces/{workspaceId}/channels/{channelId}/messages');

/**
 * Sends a message over a channel and tells the status stream.
 *
 * @param channelKey workspace/channel
 * @param inputPath the input's field for a field that Bird refused
 */
export const send = async (
  context: Context,
  channelKey: string,
  draft: Draft,
  inputPath: (field: string) => string | undefined,
): Promise<MessageRow> => {
  const [workspaceId = '', channelId = ''] = channelKey.split('/');
  const answer = await askIn(context, sendMessage, workspaceId, {
    params: { channelId },
    body: draft,
    inputPath,
  });
  const row = readRow<MessageRow>(answer, workspaceId, 'BirdMessage', sendMessage);
  BirdMessage.prime(context, row);
  await recordOwn(context, birdMessageView, row, { added: true });
  return row;
};

mutation('sendBirdMessage', {
  description: 'Sends a message over a Bird channel. It needs exactly one of `body` and `template`.',
  operations: [sendMessage],
  input: (t) => ({
    channelId: t.id({ required: true, description: 'The global id of a BirdChannel, or Bird’s own.' }),
    ...messageInput(t),
  }),
  resolve: async ({ channelId, ...input }, context): Promise<{ readonly message: MessageRow }> => {
    const own = context.services.bird?.workspaceId ?? '';
    const key = readKey(channelId, 'input.channelId', 'BirdChannel', own);
    const draft = draftOf(input, 'input', key.split('/')[0] ?? '');
    const inputPath = (field: string) => {
      const name = messageField(field);
      return name && `input.${name}`;
    };
    return { message: await send(context, key, draft, inputPath) };
  },
  payload: (t) => ({
    message: t.expose('message', { type: BirdMessage, description: 'The message as Bird took it.' }),
  }),
});
