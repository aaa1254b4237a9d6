import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { InputError } from '../graph/errors.ts';
import { type Claim, rest } from '../graph/ledger.ts';
import { KEY_ONLY } from '../graph/selection.ts';
import { readObject } from '../graph/verbs/answer.ts';
import { isAbsent } from '../upstream/errors.ts';
import { BirdChannel } from './channel.ts';
import { askIn, operation } from './load.ts';
import { BirdMessage } from './message.ts';

const getReceived = operation('GET', '/workspaces/{workspaceId}/messages/{messageId}/media/{fileId}');
const getUploaded = operation('GET', '/workspaces/{workspaceId}/channels/{channelId}/media/{fileId}');

/** Where a file is, in whatever words Bird tells it. */
type Location = Readonly<Record<string, unknown>>;

/** Names under which an answer may hold the address; Bird prints none. */
const NAMES = ['url', 'location', 'mediaUrl'];

/** The address in an answer: under a likely name, or else whatever looks like one. */
const addressIn = (location: Location): string | undefined =>
  [...NAMES.map((name) => location[name]), ...Object.values(location)].find(
    (value): value is string => typeof value === 'string' && /^https?:\/\//.test(value),
  );

const MediaLocation = builder.objectRef<Location>('BirdMediaLocation').implement({
  description: 'Where a file can be fetched.',
  fields: (t) => ({
    url: t.string({
      description:
        'The address to fetch the file at. It is signed and ends after a while, so ask when it is needed.',
      resolve: addressIn,
    }),
    details: t.field({
      type: 'JSON',
      description: 'All that Bird answers; it does not print what that is.',
      resolve: (location) => location,
    }),
  }),
});

/** Asks where a file is; null when Bird does not know it. Bird might redirect to it all the same. */
const locate = async (
  context: Context,
  operation: Claim,
  workspaceId: string,
  params: Readonly<Record<string, string>> & { readonly fileId: string },
): Promise<Location | null> => {
  if (/^\.{0,2}$/.test(params.fileId)) throw new InputError('fileId', 'cannot stand in a path');
  try {
    const answer = await askIn(context, operation, workspaceId, { params, query: { redirect: false } });
    return readObject(answer, operation);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
};

const FILE_ID = { required: true, description: 'The file’s id: the last part of its `mediaUrl`.' } as const;

builder.objectField(BirdMessage, 'media', (t) =>
  t.field({
    type: MediaLocation,
    description: 'Where a file of this message can be fetched; null when Bird does not know it.',
    directives: rest(getReceived),
    ...KEY_ONLY,
    args: { fileId: t.arg.string(FILE_ID) },
    resolve: ({ workspaceId, id }, { fileId }, context) =>
      locate(context, getReceived, workspaceId, { messageId: id, fileId }),
  }),
);

builder.objectField(BirdChannel, 'media', (t) =>
  t.field({
    type: MediaLocation,
    description:
      'Where a file that was uploaded for this channel can be fetched; null when Bird does not know it.',
    directives: rest(getUploaded),
    ...KEY_ONLY,
    args: { fileId: t.arg.string(FILE_ID) },
    resolve: ({ workspaceId, id }, { fileId }, context) =>
      locate(context, getUploaded, workspaceId, { channelId: id, fileId }),
  }),
);
