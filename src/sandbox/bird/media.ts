import type { Answer, Call, Handler } from '../call.ts';
import { notFound } from '../refusal.ts';
import { rowAt } from './dialect.ts';

/** Uploads, and where what was uploaded or received can be fetched. */
export function mediaHandlers(): Record<string, Handler> {
  const announced = (call: Call, folder: string): Answer => {
    const { key, url, fields } = call.world.files.announce(call.body.contentType, folder);
    const mediaUrl = call.world.files.linkTo(key);
    return { status: 200, body: { mediaUrl, uploadUrl: url, uploadMethod: 'POST', uploadFormData: fields } };
  };
  const located = (call: Call, folder: string): Answer => {
    const key = `${folder}/${call.at('fileId')}`;
    if (!call.world.files.get(key)) throw notFound('file');
    const url = call.world.files.linkTo(key);
    return call.flag('redirect')
      ? { status: 302, headers: { location: url } }
      : { status: 200, body: { url } };
  };
  return {
    'POST /workspaces/{workspaceId}/channel-media/presigned-upload': (call) =>
      announced(call, 'channel-media'),

    'POST /workspaces/{workspaceId}/channels/{channelId}/presigned-upload': (call) =>
      announced(call, `channels/${rowAt(call.world, 'Channel', call.at('channelId')).id}`),

    'GET /workspaces/{workspaceId}/channels/{channelId}/media/{fileId}': (call) =>
      located(call, `channels/${rowAt(call.world, 'Channel', call.at('channelId')).id}`),

    'GET /workspaces/{workspaceId}/messages/{messageId}/media/{fileId}': (call) =>
      located(call, `messages/${rowAt(call.world, 'Message', call.at('messageId')).id}`),
  };
}
