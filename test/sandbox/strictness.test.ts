import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, started } from './ask.ts';

let running: Awaited<ReturnType<typeof started>>;
beforeAll(async () => {
  running = await started();
});
afterAll(() => running.sandbox.close());

const send = (value: string, more: object = {}) => ({
  receiver: { contacts: [{ identifierValue: value }] },
  body: { type: 'text', text: { text: 'Hello' } },
  ...more,
});

describe('Bird', () => {
  it('refuses a missing, a foreign and a courier credential with 401', async () => {
    const { sandbox, bird } = running;
    for (const authorization of ['', 'AccessKey wrong', `Bearer ${sandbox.bird.accessKey}`]) {
      const answer = await bird('GET', '/channels', undefined, { authorization });
      expect(answer).toMatchObject({
        status: 401,
        body: { code: expect.any(String), message: expect.any(String) },
      });
    }
  });

  it('lets a key that may only read do nothing else', async () => {
    const { sandbox, bird } = running;
    const headers = { authorization: `AccessKey ${sandbox.bird.readOnlyKey}` };
    expect(await bird('GET', '/channels', undefined, headers)).toMatchObject({ status: 200 });
    expect(await bird('POST', '/contacts', { displayName: 'X' }, headers)).toMatchObject({ status: 403 });
  });

  it('knows one workspace and no path but those of its contract', async () => {
    const { sandbox, bird } = running;
    const other = '/workspaces/00000000-0000-4000-8000-000000000000/channels';
    expect(await ask(sandbox, 'bird', 'GET', other)).toMatchObject({ status: 404 });
    expect(await bird('GET', '/channels/')).toMatchObject({ status: 404 });
    expect(await bird('GET', '/nothing')).toMatchObject({ status: 404 });
    expect(await bird('PUT', '/channels')).toMatchObject({ status: 405 });
  });

  it('refuses what the contract does not know of a query, and names it', async () => {
    const { bird } = running;
    const faults = {
      '/channels?shape=round': 'shape',
      '/channels?limit=ten': 'limit',
      '/channels?limit=1001': 'limit',
      '/contacts?limit=101': 'limit',
      '/contacts?limit=5.0': 'limit',
      '/contacts?limit=1&limit=2': 'limit',
      '/channels?reverse=yes': 'reverse',
      '/channels?status=asleep': 'status',
      '/channels?id=7': 'id',
      '/channels/messages?direction=sideways': 'direction',
      '/channels/messages?startAt=yesterday': 'startAt',
      '/channels/messages?pageToken=abc': 'pageToken',
    };
    for (const [path, name] of Object.entries(faults)) {
      const answer = await bird('GET', path);
      expect(answer, path).toMatchObject({
        status: 422,
        body: { details: { [name]: [expect.any(String)] } },
      });
    }
  });

  it('refuses a path that holds no UUID, a body that is no JSON and another content type', async () => {
    const { bird, fixtureIds } = running;
    expect(await bird('GET', '/channels/seven')).toMatchObject({
      status: 422,
      body: { details: { channelId: [expect.anything()] } },
    });
    const path = `/channels/${fixtureIds.birdSmsChannelId}/messages`;
    expect(await bird('POST', path, '{"receiver":')).toMatchObject({ status: 400 });
    expect(await bird('POST', path, send('+12025550142'), { 'content-type': 'text/plain' })).toMatchObject({
      status: 400,
    });
    expect(await bird('POST', path)).toMatchObject({ status: 422 });
    const long = send('+12025550142', { body: { type: 'text', text: { text: 'x'.repeat(201 * 1024) } } });
    expect(await bird('POST', path, long)).toMatchObject({ status: 413, body: { code: expect.any(String) } });
  });

  it('refuses a send with unknown fields, with body and template, with neither, or to nobody', async () => {
    const { bird, fixtureIds } = running;
    const path = `/channels/${fixtureIds.birdSmsChannelId}/messages`;
    const template = { projectId: 'p', version: 'latest', locale: 'en' };
    const { receiver } = send('+12025550142');
    for (const body of [
      send('+12025550142', { colour: 'red' }),
      send('+12025550142', { template }),
      { receiver },
      { receiver: { contacts: [] } },
    ])
      expect(await bird('POST', path, body)).toMatchObject({ status: 422 });
    expect(await bird('POST', path, send('nobody'))).toMatchObject({ status: 422 });
    expect(await bird('POST', path, send('a@example.com'))).toMatchObject({ status: 422 });
    expect(
      await bird('POST', path, { ...send(''), receiver: { contacts: [{ id: fixtureIds.birdChannelId }] } }),
    ).toMatchObject({ status: 422 });
    const late = new Date(Date.now() + 36 * 86_400_000).toISOString();
    expect(await bird('POST', path, send('+12025550142', { scheduledFor: late }))).toMatchObject({
      status: 422,
    });
  });

  it('takes an identifier in a path as it is written, not decoded', async () => {
    const { bird } = running;
    expect(await bird('PATCH', '/contacts/identifiers/emailaddress/raw%40example.com', {})).toMatchObject({
      status: 422,
    });
    expect(await bird('PATCH', '/contacts/identifiers/emailaddress/raw@example.com', {})).toMatchObject({
      status: 201,
    });
  });
});

describe('courier', () => {
  it('refuses a missing or wrong token with 401', async () => {
    const { courier } = running;
    for (const authorization of ['', 'Bearer wrong', 'AccessKey wrong'])
      expect(await courier('GET', '/users/', undefined, { authorization })).toMatchObject({
        status: 401,
        body: { errors: [{ code: expect.any(String), detail: expect.any(String), status: 401, meta: {} }] },
      });
  });

  it('knows paths with their last slash only', async () => {
    const { courier, fixtureIds } = running;
    expect(await courier('GET', '/users/')).toMatchObject({ status: 200 });
    expect(await courier('GET', '/users')).toMatchObject({ status: 404 });
    expect(await courier('GET', `/users/${fixtureIds.courierUserId}`)).toMatchObject({ status: 404 });
    expect(await courier('DELETE', `/users/${fixtureIds.courierUserId}/`)).toMatchObject({ status: 405 });
  });

  it('refuses what the contract does not know of a query, and names the parameter', async () => {
    const { courier, fixtureIds } = running;
    const faults = {
      '/users/?limit=3': 'limit',
      '/users/?page[limit]=1001': 'page[limit]',
      '/users/?page[limit]=many': 'page[limit]',
      '/users/?page[offset]=-1': 'page[offset]',
      '/users/?filter[email]=nobody': 'filter[email]',
      '/users/?filter[individual-id]=7': 'filter[individual-id]',
      '/messaging-channels/?page[limit]=51': 'page[limit]',
      '/messaging-channels/?filter[archived]=maybe': 'filter[archived]',
      '/messaging-channels/?filter[cmp-last-modified-time]=today': 'filter[cmp-last-modified-time]',
      [`/messaging-channels/?individual-id=${fixtureIds.courierChannelId}`]: 'individual-id',
      '/messaging-messages/': 'channel-id',
      '/texts/': 'account-id',
      [`/texts/?account-id=${fixtureIds.courierTextAccountId}&filter[target]=555`]: 'filter[target]',
    };
    for (const [path, parameter] of Object.entries(faults))
      expect(await courier('GET', path), path).toMatchObject({
        status: 400,
        body: { errors: [{ source: { parameter }, status: 400 }] },
      });
  });

  it('refuses another content type with 415 and points into a wrong body', async () => {
    const { courier, fixtureIds } = running;
    const post = (attributes: object, more: object = {}) => ({
      data: { type: 'messaging-messages', attributes, ...more },
    });
    const good = { 'channel-id': fixtureIds.courierChannelId, message: 'Hello' };
    const at = (pointer: string) => ({ status: 400, body: { errors: [{ source: { pointer } }] } });
    expect(
      await courier('POST', '/messaging-messages/', post(good), { 'content-type': 'text/plain' }),
    ).toMatchObject({ status: 415 });
    expect(await courier('POST', '/messaging-messages/', '{')).toMatchObject({ status: 400 });
    expect(await courier('POST', '/messaging-messages/', post({ ...good, colour: 'red' }))).toMatchObject(
      at('/data/attributes/colour'),
    );
    expect(await courier('POST', '/messaging-messages/', post({ message: 'x' }))).toMatchObject(
      at('/data/attributes/channel-id'),
    );
    expect(await courier('POST', '/messaging-messages/', post({ ...good, message: '' }))).toMatchObject(
      at('/data/attributes/message'),
    );
    const stranger = { ...good, 'individual-id': fixtureIds.courierChannelId };
    expect(await courier('POST', '/messaging-messages/', post(stranger))).toMatchObject(
      at('/data/attributes/individual-id'),
    );
  });

  it('answers 404 for what is not there and 409 for what cannot be now', async () => {
    const { courier, fixtureIds } = running;
    for (const path of [
      '/individuals/nobody/',
      `/messaging-channels/${fixtureIds.courierUserId}/`,
      `/texts/${fixtureIds.courierUserId}/`,
    ])
      expect(await courier('GET', path)).toMatchObject({ status: 404, body: { errors: [{ status: 404 }] } });
    expect(await courier('POST', `/user-emails/${fixtureIds.courierEmailId}/send/`, {})).toMatchObject({
      status: 409,
    });
  });
});
