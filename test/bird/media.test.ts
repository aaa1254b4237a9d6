import { describe, expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import type { Answer } from '../support/upstream.ts';
import { gid, messageRow, page, startBird } from './bird.ts';

const UPLOAD = {
  mediaUrl: 'https://media.api.bird.com/workspaces/w/media/f',
  uploadUrl: 'https://uploads.example.com/',
  uploadMethod: 'POST',
  uploadFormData: { key: 'f', policy: 'p' },
};

const PREPARE =
  'mutation ($input: PrepareBirdUploadInput!) { prepareBirdUpload(input: $input) { mediaUrl uploadUrl uploadMethod uploadFormData } }';

test.each([
  ['any channel', {}, 'POST /channel-media/presigned-upload'],
  ['one channel', { channelId: gid('BirdChannel', 'wa') }, `POST /channels/${idOf('wa')}/presigned-upload`],
])('an upload is prepared for %s', async (_, more, call) => {
  await using pigeon = await startBird({ [call]: { body: UPLOAD } });
  const input = { contentType: 'image/png', ...more };
  expect(await pigeon.query(PREPARE, { input })).toEqual({ prepareBirdUpload: UPLOAD });
  expect(pigeon.calls()).toEqual([call]);
  expect(pigeon.bird.asked[0]?.body).toEqual({ contentType: 'image/png' });
});

test.each([
  ['no media type', { contentType: '' }, 'input.contentType'],
  ['a channel that is none', { contentType: 'image/png', channelId: 'wa' }, 'input.channelId'],
  ['a channel that is null', { contentType: 'image/png', channelId: null }, 'input.channelId'],
])('an upload is refused for %s', async (_, input, field) => {
  await using pigeon = await startBird();
  const { extensions } = await pigeon.refusal(PREPARE, { input });
  expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', [field]]);
  expect(pigeon.calls()).toEqual([]);
});

describe('where a file is', () => {
  const received = `GET /messages/${idOf('m')}/media/f-1`;
  const url = 'https://files.example.com/f-1?signed';
  const FIELD = 'media(fileId: "f-1") { url details }';

  test.each<[string, Answer, object | null]>([
    ['answered as its url', { body: { url } }, { url, details: { url } }],
    ['answered as whatever', { body: { id: 'f', at: url } }, { url, details: { id: 'f', at: url } }],
    [
      'a redirect all the same',
      { status: 302, headers: { location: url } },
      { url, details: { location: url } },
    ],
    ['not known', { status: 404 }, null],
  ])('may be %s', async (_, answer, media) => {
    await using pigeon = await startBird({
      'GET /channels/messages': page([messageRow('m')]),
      [received]: answer,
    });
    const { bird } = await pigeon.query(`{ bird { messages { nodes { ${FIELD} } } } }`);
    expect(bird.messages.nodes).toEqual([{ media }]);
    expect(pigeon.calls()).toEqual(['GET /channels/messages?limit=20', `${received}?redirect=false`]);
  });

  test('that was uploaded for a channel is asked for without reading the channel', async () => {
    const uploaded = `GET /channels/${idOf('sms')}/media/f-1`;
    await using pigeon = await startBird({
      'GET /channels/messages': page([messageRow('m')]),
      [uploaded]: { body: { url } },
    });
    const { bird } = await pigeon.query(`{ bird { messages { nodes { channel { ${FIELD} } } } } }`);
    expect(bird.messages.nodes[0].channel.media.url).toBe(url);
    expect(pigeon.calls()).toEqual(['GET /channels/messages?limit=20', `${uploaded}?redirect=false`]);
  });

  test('is not asked for by an id that leads elsewhere', async () => {
    await using pigeon = await startBird({ 'GET /channels/messages': page([messageRow('m')]) });
    const { extensions } = await pigeon.refusal(
      '{ bird { messages { nodes { media(fileId: "..") { url } } } } }',
    );
    expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', ['fileId']]);
  });
});
