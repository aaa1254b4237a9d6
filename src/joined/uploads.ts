import type { Context } from '../context.ts';
import { publishDraft } from '../courier/draft.ts';
import { CourierMessage } from '../courier/resources/message.ts';
import { InputError } from '../graph/errors.ts';

/** A file that was, or is about to be, uploaded, as the id of its upload tells it. */
export type Upload = {
  /** The key of the channel that it is for. */
  readonly channel: string;
  readonly contentType: string;
  readonly filename: string;
} & (
  | { readonly api: 'bird'; readonly mediaUrl: string }
  | {
      readonly api: 'courier';
      /** The draft that it belongs to, and its own id. */
      readonly draft: string;
      readonly file: string;
    }
);

/** An upload as clients hand it back. It says nothing that they could not say themselves. */
export const writeUpload = (upload: Upload): string =>
  Buffer.from(JSON.stringify(upload), 'utf8').toString('base64url');

/**
 * Reads what `prepareUpload` gave.
 *
 * @throws {InputError} it is nothing of the kind
 */
export const readUpload = (text: string, field: string): Upload => {
  try {
    const upload = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>;
    const needed =
      upload.api === 'bird' ? ['mediaUrl'] : upload.api === 'courier' ? ['draft', 'file'] : ['?'];
    if ([...needed, 'channel', 'contentType', 'filename'].every((name) => typeof upload[name] === 'string'))
      return upload as object as Upload;
  } catch {
    // Told below.
  }
  throw new InputError(field, 'is no upload of prepareUpload');
};

/** One file of a message, as the input names it. */
export interface Attachment {
  readonly uploadId?: string | number | null | undefined;
  readonly url?: string | null | undefined;
  readonly contentType?: string | null | undefined;
  readonly filename?: string | null | undefined;
  readonly altText?: string | null | undefined;
}

interface MediaFile {
  readonly mediaUrl: string;
  readonly contentType: string;
  readonly filename: string;
  readonly altText?: string;
}

const fileOf = (attachment: Attachment, channelKey: string, field: string): MediaFile => {
  const { uploadId, url, contentType, filename, altText } = attachment;
  if (!uploadId === !url) throw new InputError(field, 'must each have exactly one of uploadId and url');
  const named = altText ? { altText } : {};
  if (url) {
    if (!URL.canParse(url)) throw new InputError(`${field}.url`, 'is no URL');
    if (!contentType) throw new InputError(`${field}.contentType`, 'is needed beside a url');
    const last = new URL(url).pathname.split('/').at(-1);
    return { mediaUrl: url, contentType, filename: filename || last || 'file', ...named };
  }
  const upload = readUpload(String(uploadId), `${field}.uploadId`);
  if (upload.api !== 'bird' || upload.channel !== channelKey)
    throw new InputError(`${field}.uploadId`, 'was prepared for another channel');
  return {
    mediaUrl: upload.mediaUrl,
    contentType: contentType || upload.contentType,
    filename: filename || upload.filename,
    ...named,
  };
};

/** A message of Bird with words and files: pictures as pictures, all else as files, on email as what is attached. */
export const birdBodyOf = (
  { text, attachments }: { text: string | undefined; attachments: readonly Attachment[] },
  channelKey: string,
  platform: string,
): object => {
  const files = attachments.map((one) => fileOf(one, channelKey, 'input.attachments'));
  if (files.length === 0) return { type: 'text', text: { text } };
  if (platform === 'email') {
    const attached = files.map(({ mediaUrl, filename }) => ({ mediaUrl, filename, inline: false }));
    const names = files.map(({ filename }) => filename).join(', ');
    return { type: 'text', text: { text: text ?? names, attachments: attached } };
  }
  const words = text === undefined ? {} : { text };
  if (files.every(({ contentType }) => /^image\//i.test(contentType))) {
    const images = files.map(({ mediaUrl, altText }) => ({ mediaUrl, ...(altText && { altText }) }));
    return { type: 'image', image: { images, ...words } };
  }
  return { type: 'file', file: { files, ...words } };
};

/** Posts the draft that files were uploaded for, with its words. */
export const postUploads = async (
  context: Context,
  reader: Context,
  channelKey: string,
  message: { text: string | undefined; individualId: string | undefined; attachments: readonly Attachment[] },
  inputPath: (field: string) => string | undefined,
): Promise<object> => {
  const field = 'input.attachments';
  const uploads = message.attachments.map(({ uploadId, url }) => {
    if (!uploadId || url) throw new InputError(field, 'must each have an uploadId on channels of courier');
    const upload = readUpload(String(uploadId), `${field}.uploadId`);
    if (upload.api !== 'courier' || upload.channel !== channelKey)
      throw new InputError(`${field}.uploadId`, 'was prepared for another channel');
    return upload;
  });
  const [id = '', ...others] = new Set(uploads.map(({ draft }) => draft));
  if (others.length > 0)
    throw new InputError(
      field,
      'were prepared for different messages: give prepareUpload the first one’s uploadId',
    );
  const draft = await CourierMessage.load(reader, id);
  if (!draft || draft['channel-id'] !== channelKey)
    throw new InputError(field, 'are of no message in this channel');
  if (draft.draft !== true) throw new InputError(field, 'are sent already');
  const { text, individualId } = message;
  return publishDraft(
    context,
    { id, files: uploads.map(({ file }) => file) },
    { text, individualId },
    inputPath,
  );
};
