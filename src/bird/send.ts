import type { Context } from '../context.ts';
import { recordOwn } from '../graph/change.ts';
import { operationsOf } from '../graph/ledger.ts';
import { findLost } from '../graph/lost-sends.ts';
import { mutation } from '../graph/mutation.ts';
import { idempotencyKeyField, sendOnce } from '../graph/send-once.ts';
import { askIn, operation, readKey, readRow } from './load.ts';
import { BirdMessage, birdMessageView, MAX_MESSAGES, type MessageRow } from './message.ts';
import { type Draft, draftOf, messageField, messageInput } from './message-input.ts';
import { listChannelMessages, readPage } from './messages.ts';
import { writeTime } from './times.ts';

export const sendMessage = operation(
  'POST',
  '/workspaces/{workspaceId}/channels/{channelId}/messages',
  false,
  { send: true },
);

/** Where in a message Pigeon marks which send it is of. */
const MARK = 'pigeonKey';

/** How many pages of a channel’s list are read to find a message, and how far before the send they begin. */
const PAGES = 5;
const SKEW_MS = 5 * 60_000;

findLost(sendMessage, {
  alike: false,
  find: async (context, { id, since }, { channel }) => {
    const [workspaceId = '', channelId = ''] = String(channel).split('/');
    const list = { operation: listChannelMessages, workspaceId, params: { channelId } };
    const span = {
      startAt: writeTime(new Date(since - SKEW_MS)),
      endAt: writeTime(new Date(since + SKEW_MS)),
    };
    let pageToken: string | undefined;
    for (let page = 0; page < PAGES; page += 1) {
      const { rows, next } = await readPage(context, list, { ...span, limit: MAX_MESSAGES, pageToken });
      const found = rows.find(({ meta }) => meta?.extraInformation?.[MARK] === id);
      if (found) return [found];
      if (next === undefined) break;
      pageToken = next;
    }
    return [];
  },
});

/** Where in a message stands what the client calls it: a webhook may tell of the message before its send is answered. */
export const CLIENT_ID = 'pigeonClientId';

/** The draft with the mark of its send and what the client calls it, beside what else it says of itself. */
const marked = (draft: Draft, { sending, clientId }: Context): Draft =>
  sending === undefined && clientId === undefined
    ? draft
    : {
        ...draft,
        meta: {
          ...draft.meta,
          extraInformation: {
            ...draft.meta?.extraInformation,
            ...(sending && { [MARK]: sending.mark }),
            ...(clientId !== undefined && { [CLIENT_ID]: clientId }),
          },
        },
      };

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
    body: marked(draft, context),
    inputPath,
    clue: { channel: channelKey },
  });
  const row = readRow<MessageRow>(answer, workspaceId, 'BirdMessage', sendMessage);
  BirdMessage.prime(context, row);
  await recordOwn(context, birdMessageView, row, { added: true });
  return row;
};

mutation('sendBirdMessage', {
  description: 'Sends a message over a Bird channel. It needs exactly one of `body` and `template`.',
  operations: operationsOf(sendMessage, listChannelMessages, BirdMessage),
  input: (t) => ({
    channelId: t.id({ required: true, description: 'The global id of a BirdChannel, or Bird’s own.' }),
    ...messageInput(t),
    idempotencyKey: idempotencyKeyField(t),
  }),
  resolve: async (input, context): Promise<{ readonly message: MessageRow | null }> => {
    const { channelId, idempotencyKey: _key, ...message } = input;
    const workspaceId = context.services.bird?.workspaceId ?? '';
    const key = readKey(channelId, 'input.channelId', 'BirdChannel', workspaceId);
    const draft = draftOf(message, 'input', key.split('/')[0] ?? '');
    const inputPath = (field: string) => {
      const name = messageField(field);
      return name && `input.${name}`;
    };
    const act = (own: Context) => send(own, key, draft, inputPath);
    return { message: await sendOnce(context, { mutation: 'sendBirdMessage', input, act }) };
  },
  payload: (t) => ({
    message: t.expose('message', { type: BirdMessage, description: 'The message as Bird took it.' }),
  }),
});
