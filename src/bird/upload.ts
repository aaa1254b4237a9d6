import type { Context } from '../context.ts';
import { InputError } from '../graph/errors.ts';
import { mutation } from '../graph/mutation.ts';
import { fieldsOf } from '../graph/output.ts';
import { isRecord, readObject, unreadable } from '../graph/verbs/answer.ts';
import { dialect } from './dialect.ts';
import { askIn, operation, readKey } from './load.ts';

const prepareForAny = operation('POST', '/workspaces/{workspaceId}/channel-media/presigned-upload');
const prepareForOne = operation('POST', '/workspaces/{workspaceId}/channels/{channelId}/presigned-upload');

/** Where a file is to be uploaded, as Bird tells it. */
export interface PresignedUpload {
  readonly mediaUrl: string;
  readonly uploadUrl: string;
  readonly uploadMethod: string;
  readonly uploadFormData: object;
}

/**
 * Prepares the upload of a file for one channel.
 *
 * @param channelKey workspace/channel
 * @param inputPath the input's field for a field that Bird refused
 */
export const prepareUpload = Object.assign(
  async (
    context: Context,
    channelKey: string,
    contentType: string,
    inputPath: (field: string) => string | undefined,
  ): Promise<PresignedUpload> => {
    const [workspaceId = '', channelId = ''] = channelKey.split('/');
    const answer = await askIn(context, prepareForOne, workspaceId, {
      params: { channelId },
      body: { contentType },
      inputPath,
    });
    const { mediaUrl, uploadUrl, uploadMethod, uploadFormData } = readObject(answer, prepareForOne);
    const isWhole =
      [mediaUrl, uploadUrl, uploadMethod].every((one) => typeof one === 'string') && isRecord(uploadFormData);
    if (!isWhole) throw unreadable(prepareForOne, answer.status);
    return { mediaUrl, uploadUrl, uploadMethod, uploadFormData } as PresignedUpload;
  },
  { operation: prepareForOne },
);

mutation('prepareBirdUpload', {
  description: [
    'Prepares the upload of a file to send, for one channel or for any. Post a multipart form to `uploadUrl`: every',
    'entry of `uploadFormData` first, then the file under the name `file`; no credential goes there. Then send a message',
    'with `mediaUrl`, such as `body: { image: { images: [{ mediaUrl }] } }`.',
  ].join(' '),
  operations: [prepareForAny, prepareForOne],
  input: (t) => ({
    ...dialect.scopeInput(t, false),
    channelId: t.id({
      description:
        'The channel to send it over: the global id of a BirdChannel, or Bird’s own. Any, when left out.',
    }),
    contentType: t.string({
      required: true,
      description: 'The media type of the file, such as `image/png`.',
    }),
  }),
  resolve: async ({ channelId: channel, contentType, ...input }, context) => {
    const scope = dialect.scopeOfInput(context, input);
    if (channel === null)
      throw new InputError('input.channelId', 'cannot be null; leave it out for any channel');
    if (contentType === '') throw new InputError('input.contentType', 'must not be empty');
    const key =
      channel === undefined ? scope : readKey(channel, 'input.channelId', 'BirdChannel', scope.slice(0, -1));
    const [workspaceId = '', channelId = ''] = key.split('/');
    const prepare = channel === undefined ? prepareForAny : prepareForOne;
    const answer = await askIn(context, prepare, workspaceId, {
      ...(channel !== undefined && { params: { channelId } }),
      body: { contentType },
      inputPath: dialect.inputPath('input.'),
    });
    return readObject(answer, prepare);
  },
  payload: ((t: never) =>
    fieldsOf(
      { dialect, typename: 'PrepareBirdUpload' },
      dialect.contract.component('PresignedUpload'),
    )(t)) as never,
});
