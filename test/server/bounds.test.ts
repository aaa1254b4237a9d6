import { describe, expect, test } from 'vitest';
import { startFront } from '../courier/front.ts';
import { channel, created, individual, many, message, one, resource } from '../courier/samples.ts';
import { birdChannel, birdId, WORKSPACE } from '../joined/bird.ts';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { JWT_AUTH, tokenOf } from '../support/tokens.ts';

const OURS = idOf('clinic');
const THEIRS = idOf('other clinic');
const SCOPE = 'bird:read bird:write courier:read courier:write';

const start = () =>
  startFront({
    auth: JWT_AUTH,
    bird: {
      [`GET ${WORKSPACE}/channels/*`]: { body: birdChannel('line') },
      [`GET /workspaces/${idOf('elsewhere')}/channels/*`]: { body: birdChannel('line') },
    },
    courier: {
      [`GET /v1/organizations/${OURS}/`]: one(resource('organizations', 'clinic', { name: 'Ours' })),
      [`GET /v1/messaging-channels/${idOf('ours')}/`]: one(channel('ours', { 'org-id': OURS })),
      [`GET /v1/messaging-channels/${idOf('theirs')}/`]: one(channel('theirs', { 'org-id': THEIRS })),
      'GET /v1/messaging-channels/': many([channel('ours', { 'org-id': OURS })]),
      'GET /v1/messaging-messages/': many([message('a')]),
      [`GET /v1/messaging-messages/${idOf('in ours')}/`]: one(
        message('in ours', { 'channel-id': idOf('ours') }),
      ),
      [`GET /v1/messaging-messages/${idOf('in theirs')}/`]: one(
        message('in theirs', { 'channel-id': idOf('theirs') }),
      ),
      [`GET /v1/individuals/${idOf('amina')}/`]: one(individual('amina', { 'owner-id': OURS })),
      [`GET /v1/individuals/${idOf('farah')}/`]: one(individual('farah', { 'owner-id': THEIRS })),
      'POST /v1/messaging-messages/': created(message('posted')),
      'POST /v1/announcers/': created(resource('announcers', 'a')),
      'POST /v1/messaging-channels/*/archive/': created(channel('ours', { 'org-id': OURS })),
      'GET /v1/user-emails/': many([]),
    },
  });

const headersOf = async (claims: object) => ({
  authorization: `Bearer ${await tokenOf({ scope: SCOPE, ...claims })}`,
});

const ask = async (
  front: Awaited<ReturnType<typeof start>>,
  claims: object,
  query: string,
): Promise<{ codes: unknown[]; data: unknown }> => {
  const { body } = await front.gateway.ask(query, {}, { headers: await headersOf(claims) });
  return { codes: body.errors?.map(({ extensions }) => extensions.code) ?? [], data: body.data };
};

describe('a token that is bound to workspaces of Bird', () => {
  const claims = { bird_workspaces: [WORKSPACE_ID] };

  test('reaches these', async () => {
    await using front = await start();
    const { codes } = await ask(front, claims, `{ bird { channel(id: "${idOf('line')}") { name } } }`);
    expect(codes).toEqual([]);
    expect(front.bird.asked).toHaveLength(1);
  });

  test.each([
    `{ bird(workspaceId: "${idOf('elsewhere')}") { workspaceId } }`,
    `{ node(id: "${Buffer.from(`BirdChannel:${idOf('elsewhere')}/${idOf('line')}`).toString('base64')}") { id } }`,
    `mutation { sendMessage(input: { channelId: "${Buffer.from(`BirdChannel:${idOf('elsewhere')}/${idOf('line')}`).toString('base64')}" to: "+12025550100" text: "x" }) { message { id } } }`,
    `mutation { deleteBirdContact(input: { id: "${idOf('ada')}" workspaceId: "${idOf('elsewhere')}" }) { __typename } }`,
  ])('is refused elsewhere before any call: %s', async (query) => {
    await using front = await start();
    const { codes } = await ask(front, claims, query);
    if (codes[0] !== 'GRAPHQL_VALIDATION_FAILED') expect(codes).toEqual(['FORBIDDEN']);
    expect(front.bird.asked).toEqual([]);
  });

  test.each([[{ bird_workspaces: [] }], [{ bird_workspaces: '' }], [{ bird_workspaces: idOf('elsewhere') }]])(
    'that are not the configured one reaches nothing by default: %j',
    async (bound) => {
      await using front = await start();
      expect((await ask(front, bound, '{ bird { workspaceId } }')).codes).toEqual(['FORBIDDEN']);
      expect(front.bird.asked).toEqual([]);
    },
  );

  test('shares no cached row with others', async () => {
    await using front = await start();
    const node = `{ node(id: "${birdId('BirdChannel', 'line')}") { id } }`;
    expect((await ask(front, {}, node)).codes).toEqual([]);
    expect((await ask(front, { bird_workspaces: idOf('elsewhere') }, node)).codes).toEqual(['FORBIDDEN']);
  });
});

describe('a token that is bound to an organization of courier', () => {
  const claims = { courier_organizations: [OURS] };

  test.each<[string, string, number]>([
    ['itself', `{ courier { organization(id: "${OURS}") { name } } }`, 1],
    ['its channels, named', `{ courier { channels(organizationId: "${OURS}") { nodes { id } } } }`, 1],
    ['its channels, by default', '{ courier { channels { nodes { id } } } }', 1],
    ['one of its channels', `{ courier { channel(id: "${idOf('ours')}") { name } } }`, 1],
    [
      'messages of one of its channels',
      `{ courier { messages(channelId: "${idOf('ours')}") { nodes { id } } } }`,
      2,
    ],
    ['a message in one of its channels', `{ courier { message(id: "${idOf('in ours')}") { id } } }`, 2],
    ['its individuals', `{ courier { individual(id: "${idOf('amina')}") { firstName } } }`, 1],
    [
      'emails of its individuals',
      `{ courier { emails(individualId: "${idOf('amina')}") { nodes { id } } } }`,
      2,
    ],
    [
      'posts into its channels',
      `mutation { postCourierMessage(input: { channelId: "${idOf('ours')}" message: "x" }) { message { id } } }`,
      2,
    ],
    [
      'archives its channels',
      `mutation { archiveCourierChannel(input: { id: "${idOf('ours')}" }) { channel { id } } }`,
      2,
    ],
  ])('reaches %s', async (_, query, calls) => {
    await using front = await start();
    expect(await ask(front, claims, query)).toMatchObject({ codes: [] });
    expect(front.courier.asked).toHaveLength(calls);
    const list = front.courier.asked.find(({ path }) => path === '/v1/messaging-channels/');
    if (list) expect(list.params.get('organization-id')).toBe(OURS);
  });

  test.each<[string, string]>([
    ['another one', `{ courier { organization(id: "${THEIRS}") { name } } }`],
    ['all of them', '{ courier { organizations { nodes { id } } } }'],
    ['channels of another', `{ courier { channels(organizationId: "${THEIRS}") { nodes { id } } } }`],
    [
      'what it would make for another',
      `mutation { createCourierAnnouncer(input: { organizationId: "${THEIRS}" name: "x" event: "x" type: "x" }) { announcer { id } } }`,
    ],
    ['what says nowhere where it belongs', '{ courier { replicators { nodes { id } } } }'],
    ['a text by its id', `{ courier { text(id: "${idOf('t')}") { id } } }`],
  ])('is refused %s before any call', async (_, query) => {
    await using front = await start();
    expect((await ask(front, claims, query)).codes).toEqual(['FORBIDDEN']);
    expect(front.courier.asked).toEqual([]);
  });

  test.each<[string, string]>([
    ['a channel of another', `{ courier { channel(id: "${idOf('theirs')}") { name } } }`],
    ['its messages', `{ courier { messages(channelId: "${idOf('theirs')}") { nodes { id } } } }`],
    ['a message in it', `{ courier { message(id: "${idOf('in theirs')}") { id } } }`],
    ['an individual of another', `{ courier { individual(id: "${idOf('farah')}") { firstName } } }`],
    ['their emails', `{ courier { emails(individualId: "${idOf('farah')}") { nodes { id } } } }`],
    [
      'to post there',
      `mutation { postCourierMessage(input: { channelId: "${idOf('theirs')}" message: "x" }) { message { id } } }`,
    ],
    [
      'to archive it',
      `mutation { archiveCourierChannel(input: { id: "${idOf('theirs')}" }) { channel { id } } }`,
    ],
  ])('is refused %s once it is known where it belongs', async (_, query) => {
    await using front = await start();
    const { codes, data } = await ask(front, claims, query);
    expect(codes).toEqual(['FORBIDDEN']);
    expect(JSON.stringify(data)).not.toMatch(/Channel theirs|farah/);
    // Nothing but the things themselves was read, and nothing was changed.
    expect(
      front.courier.asked.every(({ method, path }) => method === 'GET' && /[0-9a-f]{12}\/$/.test(path)),
    ).toBe(true);
  });

  test('finds nothing in a cache that others filled', async () => {
    await using front = await startFront({
      auth: JWT_AUTH,
      freshMs: 10_000,
      courier: { 'GET /v1/messaging-channels/*/': one(channel('theirs', { 'org-id': THEIRS })) },
    });
    const query = `{ courier { channel(id: "${idOf('theirs')}") { name } } }`;
    expect((await ask(front, {}, query)).codes).toEqual([]);
    expect((await ask(front, claims, query)).codes).toEqual(['FORBIDDEN']);
  });
});
