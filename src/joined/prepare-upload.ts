import { prepareUpload as prepareAtBird } from '../bird/upload.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { draftReads, openDraft, openSlot } from '../courier/draft.ts';
import { CourierChannel } from '../courier/resources/channel.ts';
import { CourierMessage } from '../courier/resources/message.ts';
import { InputError, NotFoundError, NotReachableError } from '../graph/errors.ts';
import { readNativeId } from '../graph/ids.ts';
import { operationsOf } from '../graph/ledger.ts';
import { mutation } from '../graph/mutation.ts';
import { locateChannel } from './lookup.ts';
import { personReachReads } from './person-reach.ts';
import { readerOf, targetOf } from './send-target.ts';
import { readUpload, writeUpload } from './uploads.ts';

/** Where a front end uploads a file, and how it names it afterwards. */
interface Slot {
  readonly uploadId: string;
  readonly url: string;
  readonly method: string;
  readonly fields: object;
  readonly expiresAt: Date | null;
}

const FileSlot = builder.objectRef<Slot>('UploadSlot').implement({
  description:
    'Where to upload a file, from a browser too: a multipart form to `url` with every entry of `fields` first, then the file under the name `file`. No credential goes there.',
  fields: (t) => ({
    uploadId: t.exposeID('uploadId', {
      nullable: false,
      description: 'What `sendMessage` takes as an attachment’s `uploadId` once the file is uploaded.',
    }),
    url: t.exposeString('url', { nullable: false, description: 'The address to send the form to.' }),
    method: t.exposeString('method', { nullable: false, description: 'The method to send it with.' }),
    fields: t.field({
      type: 'JSON',
      nullable: false,
      description: 'The form’s fields in front of the file, text by name.',
      resolve: ({ fields }) => fields,
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'Until when it can be uploaded, where that is known.',
    }),
  }),
});

interface Input {
  readonly channelId?: string | number | null | undefined;
  readonly personId?: string | number | null | undefined;
  readonly individualId?: string | number | null | undefined;
  readonly contentType: string;
  readonly filename: string;
  readonly besideUploadId?: string | number | null | undefined;
}

const blame = (field: string): string | undefined => {
  if (/content-?type/i.test(field)) return 'input.contentType';
  if (field.includes('filename')) return 'input.filename';
  if (field.includes('individual-id')) return 'input.individualId';
  return /channel-?id/i.test(field) ? 'input.channelId' : undefined;
};

/** The channel that a file is for: as `sendMessage` will choose it. */
const channelOf = async (context: Context, input: Input) => {
  const { personId, channelId } = input;
  if (personId != null) {
    const asked = { personId, channelId, individualId: input.individualId };
    const { reach } = await targetOf(readerOf(context), context, asked);
    if (reach.reasons.length > 0) throw new NotReachableError(reach.reasons);
    return reach;
  }
  if (channelId == null) throw new InputError('input.channelId', 'or personId is needed');
  const address = await locateChannel(readerOf(context), String(channelId), 'input.channelId');
  if (!address) throw new NotFoundError('input.channelId', 'is known to neither upstream');
  return address;
};

const forBird = async (context: Context, channel: string, { contentType, filename, ...input }: Input) => {
  for (const field of ['individualId', 'besideUploadId'] as const)
    if (input[field] != null) throw new InputError(`input.${field}`, 'is for channels of courier');
  const slot = await prepareAtBird(context, channel, contentType, blame);
  const { mediaUrl, uploadUrl, uploadMethod, uploadFormData } = slot;
  return {
    uploadId: writeUpload({ api: 'bird', channel, mediaUrl, contentType, filename }),
    url: uploadUrl,
    method: uploadMethod,
    fields: uploadFormData,
    expiresAt: null,
  };
};

/** The draft that holds the file: that of another file of the same message, or a new one. */
const draftFor = async (context: Context, channel: string, input: Input): Promise<string> => {
  const { besideUploadId, individualId, filename } = input;
  if (besideUploadId == null) {
    const author =
      individualId == null
        ? undefined
        : readNativeId(String(individualId), 'input.individualId', 'CourierIndividual');
    return (await openDraft(context, { channelId: channel, individualId: author, text: filename }, blame)).id;
  }
  const beside = readUpload(String(besideUploadId), 'input.besideUploadId');
  if (beside.api !== 'courier' || beside.channel !== channel)
    throw new InputError('input.besideUploadId', 'was prepared for another channel');
  return beside.draft;
};

const forCourier = async (context: Context, channel: string, input: Input): Promise<Slot> => {
  const { contentType, filename } = input;
  const draft = await draftFor(context, channel, input);
  const slot = await openSlot(context, draft, { contentType, filename }, blame);
  const ends = slot['expiration-time'];
  return {
    uploadId: writeUpload({ api: 'courier', channel, draft, file: slot.id, contentType, filename }),
    url: slot['upload-url'],
    method: 'POST',
    fields: slot['upload-data'],
    // How courier counts it is not documented; seconds since 1970 are the only count that makes a date of this age.
    expiresAt: typeof ends === 'number' && ends > 1e9 && ends < 1e10 ? new Date(ends * 1000) : null,
  };
};

mutation('prepareUpload', {
  description: [
    'Prepares the upload of a file that `sendMessage` is to send: over the channel of either upstream that `channelId`',
    'names, or over the one on which a person is written to. courier keeps files with messages, so there a draft is',
    'written into the channel, which nobody else is shown until `sendMessage` posts it.',
  ].join(' '),
  operations: operationsOf(
    { operations: personReachReads },
    ...draftReads,
    CourierChannel,
    CourierMessage,
    prepareAtBird.operation,
  ),
  weight: (asked) => {
    const input = asked.arg('input') as Input | undefined;
    const calls = { bird: 2, courier: 3 };
    return input?.personId == null ? { calls } : { calls, estimated: { bird: 20, courier: 40 } };
  },
  input: (t) => ({
    channelId: t.id({
      description: 'The channel: a global id, or its upstream’s own. This, `personId` or both are needed.',
    }),
    personId: t.id({ description: 'The person whom the file is for, as for `sendMessage`.' }),
    individualId: t.id({ description: 'courier: the individual who writes, as for `sendMessage`.' }),
    contentType: t.string({
      required: true,
      description: 'The media type of the file, such as `image/png`.',
    }),
    filename: t.string({ required: true, description: 'Its name.' }),
    besideUploadId: t.id({
      description: 'courier: the `uploadId` of a file that is to go in the same message.',
    }),
  }),
  resolve: async (input, context): Promise<{ readonly slot: Slot }> => {
    for (const field of ['contentType', 'filename'] as const)
      if (input[field].trim() === '') throw new InputError(`input.${field}`, 'must not be empty');
    const { api, key } = await channelOf(context, input);
    return { slot: await (api === 'bird' ? forBird : forCourier)(context, key, input) };
  },
  payload: (t) => ({
    slot: t.field({
      type: FileSlot,
      description: 'Where to upload the file.',
      resolve: ({ slot }) => slot,
    }),
  }),
});
