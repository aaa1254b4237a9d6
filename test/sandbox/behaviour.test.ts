import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dictionary } from '../../src/sandbox/dictionary.ts';
import { ask, started } from './ask.ts';

let running: Awaited<ReturnType<typeof started>>;
beforeAll(async () => {
  running = await started();
});
afterAll(() => running.sandbox.close());

const data = (type: string, attributes: Dictionary, id?: string) => ({
  data: { ...(id && { id }), type, attributes },
});

/** Uploads a file as a browser does: every field of the form, then the file. */
const upload = (url: string, fields: Record<string, string>, content: string, type = 'image/png') => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([content], { type }), 'picture.png');
  return fetch(url, { method: 'POST', body: form });
};

const create = async (type: string, attributes: Dictionary) => {
  const { status, body } = await running.courier('POST', `/${type}/`, data(type, attributes));
  expect(status, JSON.stringify(body)).toBe(201);
  return body.data ?? body;
};

const read = async (path: string) => (await running.courier('GET', path)).body.data;

describe('courier’s times', () => {
  it('are answered without a fraction, and kept and compared with it', async () => {
    const { courier, fixtureIds } = running;
    const made = await create('messaging-messages', {
      'channel-id': fixtureIds.courierChannelId,
      message: 'Now',
    });
    const posted: string = made.attributes['posted-time'];
    expect(posted).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    const path = `/messaging-messages/?channel-id=${fixtureIds.courierChannelId}&filter[cmp-posted-time]=`;
    const seconds = Date.parse(`${posted.replace(' ', 'T')}Z`);
    const next = new Date(seconds + 1000).toISOString();
    const found = async (query: string) => JSON.stringify((await courier('GET', path + query)).body.data);
    // the fraction that is cut off counts: the very second shown may leave the row out
    expect(await found(`>=${posted}`)).toContain(made.id);
    expect(await found(`<${next}`)).toContain(made.id);
    expect(await found(`<${posted}`)).not.toContain(made.id);
    expect((await courier('GET', `${path}today`)).status).toBe(400);
  });

  it('are taken in either form', async () => {
    const { fixtureIds } = running;
    const shared = {
      'organization-id': fixtureIds.courierOrganizationId,
      name: 'Holiday',
      type: 'period',
      args: {},
    };
    for (const at of ['2026-07-01 08:00:00', '2026-07-01T10:00:00.250+02:00'])
      expect(
        (await create('messaging-responders', { ...shared, 'start-at': at })).attributes['start-at'],
      ).toBe('2026-07-01 08:00:00');
  });
});

it('makes rows with the defaults of the contract, their stamps and their maker', async () => {
  const { courier, fixtureIds } = running;
  const made = await create('messaging-plugins', {
    'organization-id': fixtureIds.courierOrganizationId,
    name: 'bloodtest',
    type: 'faq',
  });
  expect(made.attributes).toMatchObject({
    enabled: true,
    'created-by': expect.any(String),
    'created-at': expect.stringMatching(/^\d{4}-/),
  });
  const path = `/messaging-plugins/${made.id}/`;
  const changed = await courier('PATCH', path, data('messaging-plugins', { name: 'labtest' }, made.id));
  expect(changed.body.data.attributes).toMatchObject({
    name: 'labtest',
    type: 'faq',
    'created-at': made.attributes['created-at'],
  });
  expect((await courier('POST', `${path}disable/`, {})).body.data.attributes.enabled).toBe(false);
  expect((await read(path)).attributes.enabled).toBe(false);
  const stranger = data('messaging-plugins', {
    'organization-id': fixtureIds.courierChannelId,
    name: 'nobody',
    type: 'faq',
  });
  expect(await courier('POST', '/messaging-plugins/', stranger)).toMatchObject({
    status: 400,
    body: { errors: [{ source: { pointer: '/data/attributes/organization-id' } }] },
  });
});

it('names the channel that exists when it is created again', async () => {
  const { courier, fixtureIds } = running;
  const attributes = {
    'organization-id': fixtureIds.courierOrganizationId,
    'individual-ids': [fixtureIds.courierIndividualId],
  };
  expect(await courier('POST', '/messaging-channels/', data('messaging-channels', attributes))).toMatchObject(
    {
      status: 409,
      body: { errors: [{ code: 'DuplicateChannel', meta: { id: fixtureIds.courierChannelId } }] },
    },
  );
});

describe('an upload', () => {
  it('of Bird is taken once its form is as it was signed, and the file is served again', async () => {
    const { bird, fixtureIds } = running;
    const path = `/channels/${fixtureIds.birdChannelId}/presigned-upload`;
    const { body } = await bird('POST', path, { contentType: 'image/png' });
    expect(body).toMatchObject({ uploadMethod: 'POST', uploadFormData: { 'Content-Type': 'image/png' } });
    expect((await fetch(body.mediaUrl)).status).toBe(404);
    const forged = { ...body.uploadFormData, 'Content-Type': 'text/html' };
    expect((await upload(body.uploadUrl, forged, 'picture')).status).toBe(403);
    expect((await upload(body.uploadUrl, {}, 'picture')).status).toBe(403);
    expect((await upload(body.uploadUrl, body.uploadFormData, 'picture')).status).toBe(204);
    const served = await fetch(body.mediaUrl);
    expect([served.headers.get('content-type'), await served.text()]).toEqual(['image/png', 'picture']);
    const fileId = body.mediaUrl.split('/').at(-1);
    const media = await bird('GET', `/channels/${fixtureIds.birdChannelId}/media/${fileId}`);
    expect(media).toMatchObject({ status: 200, body: { url: body.mediaUrl } });
  });

  it('of courier becomes a file of its message', async () => {
    const { courier, fixtureIds } = running;
    const slot = await create('messaging-attachments', {
      'message-id': fixtureIds.courierMessageId,
      'content-type': 'image/png',
      filename: 'wrist.png',
    });
    const listed = async (query = '') =>
      JSON.stringify(await read(`/messaging-attachments/?message-id=${fixtureIds.courierMessageId}${query}`));
    expect(await listed()).not.toContain(slot.id);
    expect(await listed('&filter[include-pending]=true')).toContain(slot.id);
    const done = () => courier('POST', `/messaging-attachments/${slot.id}/process-upload/`, {});
    expect((await done()).status).toBe(400);
    expect((await upload(slot['upload-url'], slot['upload-data'], 'picture')).status).toBe(204);
    expect((await done()).body.data.attributes['content-size']).toBe(7);
    expect(await listed()).toContain(slot.id);
    const message = await read(`/messaging-messages/${fixtureIds.courierMessageId}/`);
    expect(message.attributes.attachments).toMatchObject([
      { id: slot.id, filename: 'wrist.png', 'content-size': 7 },
    ]);
  });

  it('of an email can be downloaded by the link that is given when it is asked for', async () => {
    const { courier, fixtureIds } = running;
    const slot = await create('user-email-attachments', {
      'email-id': fixtureIds.courierEmailId,
      'content-type': 'image/png',
      filename: 'map.png',
    });
    const path = `/user-email-attachments/${slot.id}/`;
    expect((await read(path)).attributes['ready-to-use']).toBe(false);
    await upload(slot['upload-url'], slot['upload-data'], 'picture');
    await courier('POST', `${path}process-upload/`, {});
    expect((await read(path)).attributes['download-link']).toBeUndefined();
    const { attributes } = await read(`${path}?with-link=true`);
    expect(attributes).toMatchObject({ 'ready-to-use': true, size: 7 });
    expect(await (await fetch(attributes['download-link'])).text()).toBe('picture');
  });
});

it('sends a batch on Bird, in which what fails a check is rejected', async () => {
  const { bird, fixtureIds } = running;
  const to = (value: string) => ({
    receiver: { contacts: [{ identifierValue: value }] },
    body: { type: 'text', text: { text: 'Hi' } },
  });
  const path = `/channels/${fixtureIds.birdSmsChannelId}`;
  const { status, body } = await bird('POST', `${path}/batch/messages`, {
    messageRequests: [to(fixtureIds.phone), to('nobody')],
  });
  expect(status).toBe(202);
  const { results } = (await bird('GET', `${path}/messages?batchId=${body.id}&reverse=true`)).body;
  expect(results.map((one: Dictionary) => one.status)).toEqual(['accepted', 'rejected']);
  expect(results[1].failure.code).toBe(11_002);
});

it('takes tracked events at the address of the configuration alone, with the write key alone', async () => {
  const { sandbox, bird, fixtureIds } = running;
  const path = `/applications/${fixtureIds.birdApplicationId}/signature/${fixtureIds.birdApplicationSignature}`;
  const { body } = await bird('GET', path, undefined, { authorization: '' });
  const event = {
    timestamp: '2026-03-02T09:15:00.000Z',
    event: 'appointment-booked',
    type: 'track',
    identity: {
      resolutionStrategy: 'lookup',
      entityType: 'contact',
      identifiers: [{ key: 'emailaddress', value: fixtureIds.email }],
    },
    messageId: 'one',
  };
  const track = async (url: string, key: string) => {
    const headers = {
      'content-type': 'application/json',
      'x-bird-write-key': key,
      'x-bird-workspace-id': sandbox.bird.workspaceId,
      'x-bird-event-name': event.event,
      'x-bird-sdk-version': '0.0.1',
    };
    const answer = await request(url, { method: 'POST', headers, body: JSON.stringify(event) });
    await answer.body.dump();
    return answer.statusCode;
  };
  const { endpoint, writeKey } = body.tracking;
  expect(await track(endpoint, writeKey)).toBe(202);
  expect(await track(endpoint, 'wrong')).toBe(401);
  expect(await track(`${sandbox.bird.url}/tracking/track`, writeKey)).not.toBe(202);
});

it('looks up a phone number, by the query and by the body', async () => {
  const { bird } = running;
  const byQuery = await bird('GET', '/network-lookup?number=%2B12025550142');
  expect(byQuery.body).toMatchObject({ countryCode: 'US', countryPrefix: 1, validation: { valid: true } });
  expect((await bird('POST', '/network-lookup', { phoneNumber: '+12025550142' })).body).toEqual(byQuery.body);
  expect((await bird('GET', '/network-lookup?number=%2B12025550199')).body.validation).toEqual({
    valid: false,
    reason: 'unallocated',
  });
  expect((await bird('GET', '/network-lookup?number=555')).status).toBe(422);
});

it('installs a connector, whose channel works a step later, and removes both', async () => {
  const { sandbox, bird } = running;
  const { body } = await bird('POST', '/connectors', {
    name: 'Night line',
    connectorTemplateRef: 'whatsapp:1',
  });
  const channel = () => bird('GET', `/channels/${body.channel.channelId}`);
  expect((await channel()).body).toMatchObject({ name: 'Night line', status: 'setting-up' });
  await sandbox.step();
  expect((await channel()).body.status).toBe('active');
  expect((await bird('DELETE', `/connectors/${body.id}`)).status).toBe(204);
  expect((await channel()).status).toBe(404);
});

it('keeps the contacts of a list, and what they are counted as', async () => {
  const { bird, fixtureIds } = running;
  const { body: list } = await bird('POST', '/lists', { name: 'Runners', consentType: null });
  const path = `/lists/${list.id}`;
  const added = await bird('POST', `${path}/contacts`, {
    contacts: [fixtureIds.birdContactId],
    identifiers: [{ key: 'emailaddress', value: 'nobody@example.com' }],
  });
  expect(added.body).toEqual({ itemsProcessed: 1 });
  expect((await bird('GET', path)).body).toMatchObject({ contactCount: 1, counter: { count: 1 } });
  expect((await bird('GET', `/contacts/${fixtureIds.birdContactId}/lists`)).body.results).toMatchObject(
    [{}, { name: 'Runners' }].slice(-1),
  );
  await bird('DELETE', path);
  expect((await bird('GET', `/contacts/${fixtureIds.birdContactId}`)).body.listIds).not.toContain(list.id);
});

describe('courier’s bulk operations', () => {
  it('post a bulk message into the channel of each individual once it is no draft', async () => {
    const { courier, fixtureIds } = running;
    const attributes = {
      draft: true,
      message: 'We are closed',
      'individual-ids': [fixtureIds.courierIndividualId],
    };
    const { id } = await create('messaging-bulk-messages', attributes);
    const last = async () =>
      (await read(`/messaging-channels/${fixtureIds.courierChannelId}/`)).attributes['last-message'].message;
    expect(await last()).not.toBe('We are closed');
    await courier(
      'PATCH',
      `/messaging-bulk-messages/${id}/`,
      data('messaging-bulk-messages', { draft: false }, id),
    );
    expect(await last()).toBe('We are closed');
  });

  it('notify everybody whom a multicast goes to', async () => {
    const { courier, fixtureIds } = running;
    const body = {
      'individual-ids': [fixtureIds.courierIndividualId],
      'template-id': 'welcome',
      'template-data': { title: 'Flu shots' },
    };
    const sent = await courier('POST', '/user-multicasts/', body);
    expect(sent).toMatchObject({ status: 201, body: { 'task-id': expect.any(String) } });
    const [newest] = await read(`/user-notifications/?individual-id=${fixtureIds.courierIndividualId}`);
    expect(newest.attributes).toMatchObject({
      acknowledged: false,
      'user-first-name': 'Amina',
      data: { web: { title: 'Flu shots' } },
    });
    await courier('POST', `/user-notifications/${newest.id}/ack/`, { 'ack-previous': true });
    expect(
      await read(`/user-notifications/?individual-id=${fixtureIds.courierIndividualId}&acknowledged=false`),
    ).toEqual([]);
  });

  it('set badge counts, each in place of the one before', async () => {
    const { courier, fixtureIds } = running;
    const value = {
      count: 12,
      'individual-id': fixtureIds.courierIndividualId,
      'organization-id': fixtureIds.courierOrganizationId,
      type: 'appointment',
    };
    const before = await read(`/badge-counts/?individual-id=${fixtureIds.courierIndividualId}`);
    expect(
      await courier('POST', '/bulk-badge-counts/', data('bulk-badge-counts', { values: [value] })),
    ).toEqual({ status: 201 });
    const after = await read(`/badge-counts/?individual-id=${fixtureIds.courierIndividualId}`);
    expect(after).toHaveLength(before.length);
    expect(JSON.stringify(after)).toContain('"count":12');
  });
});

it('ends a video call for all, and gives whoever joins a token', async () => {
  const { courier, fixtureIds } = running;
  const { id, attributes } = await create('video-channels', {
    'organization-id': fixtureIds.courierOrganizationId,
    participants: [fixtureIds.courierIndividualId, fixtureIds.courierProviderId],
  });
  expect(attributes.participants).toMatchObject([
    { 'first-name': 'Amina', 'account-type': 'participant' },
    { 'first-name': 'Farah', 'account-type': 'provider' },
  ]);
  const path = `/video-channels/${id}`;
  const joined = await courier(
    'GET',
    `${path}/get-credentials/?individual-id=${fixtureIds.courierIndividualId}`,
  );
  expect(joined.body).toEqual({ 'access-token': expect.any(String), name: expect.any(String) });
  const mute = { participants: [{ id: attributes.participants[0].id, 'audio-state': 'muted' }] };
  expect(
    (await courier('POST', `${path}/participant-audio-states/`, mute)).body.data.attributes.participants[0][
      'audio-state'
    ],
  ).toBe('muted');
  const { body } = await courier('POST', `${path}/terminate/`, {});
  expect(body.data.attributes).toMatchObject({
    'channel-state': 'terminated',
    participants: [{ disconnected: true }, { disconnected: true }],
  });
});

it('reads a text aloud as WAV and answers a call with XML', async () => {
  const { sandbox } = running;
  const headers = { authorization: `Bearer ${sandbox.courier.token}`, 'content-type': 'application/json' };
  const post = (path: string, body: object) =>
    fetch(`${sandbox.courier.url}/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const speech = await post('/tts-synthesizers/', data('tts-synthesizers', { text: 'Good morning' }));
  const bytes = Buffer.from(await speech.arrayBuffer());
  expect([speech.status, speech.headers.get('content-type'), bytes.toString('latin1', 0, 4)]).toEqual([
    201,
    'audio/wav',
    'RIFF',
  ]);
  expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
  const twiml = await post('/voice-ivrs/6f9619ff-8b86-4d01-b42d-00cf4fc964ff/twiml/', {});
  expect(twiml.headers.get('content-type')).toBe('application/xml');
  expect(await twiml.text()).toMatch(/^<\?xml/);
});

it('lets what was begun come to its end', async () => {
  const { sandbox, courier, fixtureIds } = running;
  const operation = await create('messaging-operations', {
    'organization-id': fixtureIds.courierOrganizationId,
    type: 'move-group',
  });
  const setting = (await read(`/voice-settings/?organization-id=${fixtureIds.courierOrganizationId}`))[0];
  const task = await courier('POST', `/voice-settings/${setting.id}/run-task/`, {
    method: 'refresh_queue_entries',
  });
  expect([operation.attributes.status, task.body.data.attributes.state]).toEqual(['pending', 'created']);
  for (let step = 0; step < 2; step++) await sandbox.step();
  expect((await read(`/messaging-operations/${operation.id}/`)).attributes.status).toBe('completed');
  expect((await read(`/voice-tasks/${task.body.data.id}/`)).attributes).toMatchObject({
    state: 'completed',
    setting: { id: setting.id },
  });
});

it('removes everything that is kept about somebody', async () => {
  await using other = await started();
  const { courier, fixtureIds } = other;
  const purge = { 'entity-id': fixtureIds.courierIndividualId, 'entity-type': 'individual' };
  expect((await courier('POST', '/purge-data/', data('system-purges', purge))).status).toBe(201);
  expect((await courier('GET', `/individuals/${fixtureIds.courierIndividualId}/`)).status).toBe(404);
  const { body } = await courier('GET', `/messaging-channels/${fixtureIds.courierChannelId}/`);
  expect(JSON.stringify(body)).not.toContain(fixtureIds.courierIndividualId);
});

it('answers courier’s questions in the other media type when a test wants that', async () => {
  await using other = await started({ courierMediaType: 'application/vnd.api+json' });
  const { sandbox } = other;
  const answer = await fetch(`${sandbox.courier.url}/v1/users/`, {
    headers: { authorization: `Bearer ${sandbox.courier.token}` },
  });
  expect(answer.headers.get('content-type')).toBe('application/vnd.api+json');
  expect((await ask(sandbox, 'courier', 'GET', '/v1/users/')).body.data.length).toBeGreaterThan(10);
});
