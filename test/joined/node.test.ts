import { describe, expect, test } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import { startFront } from '../courier/front.ts';
import { channel, individual, message, one, resource, user } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';
import { birdChannel, birdContact, birdId, birdMessage, WORKSPACE } from './bird.ts';

const COURIER = {
  'GET /v1/individuals/*/': one(individual('one')),
  'GET /v1/individual-groups/*/': one(resource('individual-groups', 'one')),
  'GET /v1/organizations/*/': one(resource('organizations', 'one')),
  'GET /v1/users/*/': one({ ...user('one'), id: idOf('one') }),
  'GET /v1/messaging-channels/*/': one(channel('one')),
  'GET /v1/messaging-messages/*/': one(message('one')),
  'GET /v1/text-accounts/*/': one(resource('text-accounts', 'one')),
  'GET /v1/texts/*/': one(resource('texts', 'one')),
  'GET /v1/user-emails/*/': one(resource('user-emails', 'one')),
};

const BIRD = {
  [`GET ${WORKSPACE}/channels/${idOf('line')}`]: { body: birdChannel('line') },
  [`GET ${WORKSPACE}/channels/${idOf('line')}/messages/${idOf('word')}`]: {
    body: birdMessage('word', 'line'),
  },
  [`GET ${WORKSPACE}/contacts/${idOf('ada')}`]: { body: birdContact('ada', []) },
  [`GET ${WORKSPACE}/channel-groups`]: {
    body: { results: [{ id: idOf('group'), name: 'All', channelIds: [] }] },
  },
};

const IDS = [
  ...[
    'CourierIndividual',
    'CourierIndividualGroup',
    'CourierOrganization',
    'CourierUser',
    'CourierChannel',
    'CourierMessage',
    'CourierTextAccount',
    'CourierText',
    'CourierEmail',
  ].map((typename) => [typename, globalId(typename, idOf('one'))] as const),
  ['BirdChannel', birdId('BirdChannel', 'line')],
  ['BirdMessage', birdId('BirdMessage', 'line', 'word')],
  ['BirdContact', birdId('BirdContact', 'ada')],
  ['Person', globalId('Person', idOf('one'))],
] as const;

const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }';

describe('node', () => {
  test.each(IDS)('finds a %s', async (typename, id) => {
    await using front = await startFront({ bird: BIRD, courier: COURIER });
    const { node } = await front.data('query ($id: ID!) { node(id: $id) { __typename id } }', { id });
    expect(node).toEqual({ __typename: typename, id });
  });

  test('finds a Person by a contact of theirs', async () => {
    await using front = await startFront({ bird: BIRD, courier: COURIER });
    const id = birdId('Person', 'ada');
    const { node } = await front.data('query ($id: ID!) { node(id: $id) { __typename id } }', { id });
    expect(node).toEqual({ __typename: 'Person', id });
  });
});

describe('nodes', () => {
  test('finds all kinds at once, in their order', async () => {
    await using front = await startFront({ bird: BIRD, courier: COURIER });
    const ids = IDS.map(([, id]) => id).toReversed();
    const { nodes } = await front.data(NODES, { ids });
    expect(nodes.map(({ id }: { id: string }) => id)).toEqual(ids);
  });

  test('has null for what is gone and an error for what cannot be read, and the rest', async () => {
    await using front = await startFront({
      courier: {
        ...COURIER,
        'GET /v1/texts/*/': { status: 404 },
        'GET /v1/users/*/': { status: 500 },
      },
    });
    const ids = ['CourierText', 'CourierUser', 'CourierChannel'].map((typename) =>
      globalId(typename, idOf('one')),
    );
    const { body } = await front.gateway.ask(NODES, { ids });
    expect(body.data.nodes).toEqual([null, null, { __typename: 'CourierChannel', id: ids[2] }]);
    expect(body.errors).toMatchObject([{ path: ['nodes', 1], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
  });

  test('asks Bird for many channels with one call', async () => {
    await using front = await startFront({
      bird: {
        [`GET ${WORKSPACE}/channels`]: ({ params }) => ({
          body: { results: params.getAll('id').map((id) => ({ ...birdChannel('any'), id })) },
        }),
      },
    });
    const ids = Array.from({ length: 30 }, (_, index) => birdId('BirdChannel', `line ${index}`));
    const { nodes } = await front.data(NODES, { ids });
    expect(nodes.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(front.bird.asked).toHaveLength(1);
  });
});

test.each([
  'nonsense',
  '',
  idOf('one'),
  globalId('Nothing', idOf('one')),
  globalId('CourierText', 'one'),
  globalId('CourierText', `${idOf('one')}/../x`),
  globalId('BirdChannel', idOf('one')),
  globalId('__proto__', idOf('one')),
  '%%%%',
  '💥',
])('an id that is none is refused without a call: %s', async (id) => {
  await using front = await startFront({ bird: {}, courier: {} });
  expect(await front.error('query ($id: ID!) { node(id: $id) { id } }', { id })).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: ['id'],
  });
  expect([...front.bird.asked, ...front.courier.asked]).toEqual([]);
});

test('an id that is none costs its own element of nodes', async () => {
  await using front = await startFront({ courier: COURIER });
  const good = globalId('CourierChannel', idOf('one'));
  const { body } = await front.gateway.ask(NODES, {
    ids: ['nonsense', good, globalId('Nothing', idOf('one'))],
  });
  expect(body.data.nodes).toEqual([null, { __typename: 'CourierChannel', id: good }, null]);
  expect(body.errors).toMatchObject(
    [0, 2].map((index) => ({
      path: ['nodes', index],
      extensions: { code: 'BAD_USER_INPUT', fields: ['ids'] },
    })),
  );
  expect(front.courier.calls()).toEqual([`GET /v1/messaging-channels/${idOf('one')}/`]);
});
