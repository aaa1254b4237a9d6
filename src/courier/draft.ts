import type { Context } from '../context.ts';
import { findLost } from '../graph/lost-sends.ts';
import { isRecord, unreadable } from '../graph/verbs/answer.ts';
import { callAs } from '../graph/verbs/operation.ts';
import { dialect } from './dialect.ts';
import { announceFile, completeFile } from './resources/attachment.ts';
import { CourierMessage, edit, post, recordMessage } from './resources/message.ts';
import type { Flat } from './types.ts';

type MessageRow = Flat<'/v1/messaging-messages/{id}/'>;

type Blame = (field: string) => string | undefined;

/** The drafts that files are put into, and the operations behind them. */
export const draftReads = [
  CourierMessage,
  announceFile.operation,
  completeFile.operation,
  edit.operation,
  post.operation,
];

/** What courier hands out for the upload of one file. */
export interface Slot {
  readonly id: string;
  readonly 'upload-url': string;
  readonly 'upload-data': object;
  readonly 'expiration-time'?: number;
}

/** The draft is no message yet, so nothing is sent and nobody is told. */
const openOperation = { ...post.operation, send: false };

/** Posting a draft sends what it says. */
const publishOperation = { ...edit.operation, send: true };

const rowOf = (answer: Parameters<typeof dialect.readOne>[0], operation: typeof openOperation): MessageRow =>
  dialect.readOne(answer, CourierMessage, operation, '') as object as MessageRow;

/** Writes a draft into a channel, to which files can be added until it is posted. */
export const openDraft = async (
  context: Context,
  { channelId, individualId, text }: { channelId: string; individualId?: string | undefined; text: string },
  inputPath: Blame,
): Promise<MessageRow> => {
  const values = { 'channel-id': channelId, message: text, draft: true };
  const { body } = dialect.contract.operation(`${post.operation.method} ${post.operation.path}`);
  const answer = await callAs(dialect, context, openOperation, {
    body: dialect.writeBody(body, {
      ...values,
      ...(individualId !== undefined && { 'individual-id': individualId }),
    }),
    inputPath,
  });
  return rowOf(answer, openOperation);
};

/** Announces a file for a message. */
export const openSlot = async (
  context: Context,
  messageId: string,
  { contentType, filename }: { contentType: string; filename: string },
  inputPath: Blame,
): Promise<Slot> => {
  const values = { 'message-id': messageId, 'content-type': contentType, filename };
  const data: unknown = await announceFile.run(context, values, inputPath);
  if (
    !isRecord(data) ||
    typeof data.id !== 'string' ||
    typeof data['upload-url'] !== 'string' ||
    !isRecord(data['upload-data'])
  )
    throw unreadable(announceFile.operation, 200);
  return data as object as Slot;
};

findLost(publishOperation, {
  alike: false,
  find: async (context, _send, { message }) => {
    const row = await CourierMessage.load(context, String(message));
    return row && row.draft !== true ? [row] : [];
  },
});

/** Tells courier that files are uploaded, and posts their draft; without words it keeps its own. */
export const publishDraft = async (
  context: Context,
  draft: { readonly id: string; readonly files: readonly string[] },
  { text, individualId }: { text: string | undefined; individualId: string | undefined },
  inputPath: Blame,
): Promise<MessageRow> => {
  const acting = individualId === undefined ? {} : { 'individual-id': individualId };
  for (const file of draft.files) await completeFile.run(context, acting, inputPath, file);
  const { body } = dialect.contract.operation(`${edit.operation.method} ${edit.operation.path}`);
  const answer = await callAs(dialect, context, publishOperation, {
    params: { id: draft.id },
    body: dialect.writeBody(
      body,
      { ...(text !== undefined && { message: text }), draft: false, ...acting },
      draft.id,
    ),
    inputPath,
    clue: { message: draft.id },
  }).finally(() => CourierMessage.forget(context, draft.id));
  const row = rowOf(answer, publishOperation);
  CourierMessage.prime(context, row);
  await recordMessage({ added: true })(row, context);
  return row;
};
