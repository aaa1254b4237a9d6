import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { InputError } from '../graph/errors.ts';
import { rest } from '../graph/ledger.ts';
import { mutation } from '../graph/mutation.ts';
import { readObject, unreadable } from '../graph/verbs/answer.ts';
import { askIn, operation, readKey } from './load.ts';
import { BirdMessage, MAX_MESSAGES, type MessageRow, THE_BEGINNING } from './message.ts';
import { draftOf, messageField, messageInput } from './message-input.ts';
import { listChannelMessages, readPage } from './messages.ts';

const sendBatch = operation('POST', '/workspaces/{workspaceId}/channels/{channelId}/batch/messages');

/** The most messages of one batch (Bird's page on sending batches). */
const MAX_BATCH = 100;

const MessageInput = builder.inputType('BirdMessageInput', {
  description: 'A message of a batch. It needs exactly one of `body` and `template`.',
  fields: messageInput,
});

/** A batch that Bird took. */
interface Batch {
  readonly batchId: string;
  readonly references: readonly (string | undefined)[];
  /** The messages of the batch as far as Bird shows them by now, read once. */
  readonly messages: (context: Context) => Promise<readonly MessageRow[]>;
}

/** One message of a batch. */
interface Item {
  readonly batch: Batch;
  readonly index: number;
}

const BatchItem = builder.objectRef<Item>('BirdBatchItem').implement({
  description: 'One message of a batch. Bird only says what became of it on the message itself.',
  fields: (t) => ({
    index: t.exposeInt('index', { nullable: false, description: 'Its place in the input, from 0.' }),
    reference: t.string({
      description: 'Your own id for it.',
      resolve: ({ batch, index }) => batch.references[index],
    }),
    message: t.field({
      type: BirdMessage,
      description:
        'The message, found in the batch by its `reference`; null without a reference of its own, and as long as Bird does not show it.',
      directives: rest(listChannelMessages),
      resolve: async ({ batch, index }, _args, context) => {
        const reference = batch.references[index];
        const isOwn = batch.references.filter((one) => one === reference).length === 1;
        if (reference === undefined || !isOwn) return null;
        const messages = await batch.messages(context);
        return messages.find((row) => row.reference === reference) ?? null;
      },
    }),
  }),
});

mutation('sendBirdMessages', {
  description: [
    'Sends up to 100 messages over a Bird channel as one batch. Bird takes them together and checks them afterwards:',
    'one that fails a check is REJECTED, and its `failure` says why. Ask for `BirdChannel.messages(batchId:)` to see',
    'what became of them, and give each a `reference` to know it again.',
  ].join(' '),
  operations: [sendBatch],
  input: (t) => ({
    channelId: t.id({ required: true, description: 'The global id of a BirdChannel, or Bird’s own.' }),
    messages: t.field({ type: [MessageInput], required: true, description: 'The messages, 1 to 100.' }),
  }),
  resolve: async ({ channelId: channel, messages }, context): Promise<Batch> => {
    const own = context.services.bird?.workspaceId ?? '';
    const key = readKey(channel, 'input.channelId', 'BirdChannel', own);
    const [workspaceId = '', channelId = ''] = key.split('/');
    if (messages.length === 0 || messages.length > MAX_BATCH)
      throw new InputError('input.messages', `must be 1 to ${MAX_BATCH}`);
    const drafts = messages.map((message) => draftOf(message, 'input.messages', workspaceId));
    const answer = await askIn(context, sendBatch, workspaceId, {
      params: { channelId },
      body: { messageRequests: drafts },
      inputPath: (field) => {
        const name = messageField(field.replace(/^(?:body\.)?messageRequests(?:\[\d+\]|\.\d+)?\.?/, ''));
        return name ? `input.messages.${name}` : 'input.messages';
      },
    });
    const { batchId, id } = readObject(answer, sendBatch);
    const found = batchId ?? id;
    if (typeof found !== 'string') throw unreadable(sendBatch, answer.status);
    let page: Promise<readonly MessageRow[]> | undefined;
    return {
      batchId: found,
      references: drafts.map(({ reference }) => reference),
      messages: (asking) => {
        const list = { operation: listChannelMessages, workspaceId, params: { channelId } };
        const query = { batchId: found, startAt: THE_BEGINNING, limit: MAX_MESSAGES };
        page ??= readPage(asking, list, query).then(({ rows }) => rows);
        return page;
      },
    };
  },
  payload: (t) => ({
    batchId: t.exposeID('batchId', {
      description: 'Native id of the batch, which `messages(batchId:)` takes.',
    }),
    items: t.field({
      type: [BatchItem],
      nullable: false,
      description: 'What was sent, one by one in the order of the input.',
      resolve: (batch) => batch.references.map((_, index) => ({ batch, index })),
    }),
  }),
});
