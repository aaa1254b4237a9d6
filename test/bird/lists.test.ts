import { describe, expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import { contactRow, gid, listRow, page, startBird } from './bird.ts';

const LIST = `/lists/${idOf('flu')}`;
const ID = gid('BirdList', 'flu');

const mutationOf = (name: string, payload: string) =>
  `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { result: ${name}(input: $input) { ${payload} } }`;

const ADD = mutationOf('addBirdListContacts', 'listId itemsProcessed');
const REMOVE = mutationOf('removeBirdListContacts', 'listId itemsProcessed');

describe('lists', () => {
  test('come from one call, page by page all the same', async () => {
    const rows = ['a', 'b', 'c'].map((word) => listRow(word));
    await using pigeon = await startBird({ 'GET /lists': page(rows) });
    const QUERY = `query ($after: String) { bird { lists(first: 2, after: $after) {
      nodes { nativeId } pageInfo { hasNextPage endCursor }
    } } }`;
    const first = (await pigeon.query(QUERY)).bird.lists;
    expect(first.nodes).toEqual([{ nativeId: idOf('a') }, { nativeId: idOf('b') }]);
    expect(first.pageInfo.hasNextPage).toBe(true);
    const last = (await pigeon.query(QUERY, { after: first.pageInfo.endCursor })).bird.lists;
    expect(last).toMatchObject({ nodes: [{ nativeId: idOf('c') }], pageInfo: { hasNextPage: false } });
    expect(pigeon.calls()).toEqual(['GET /lists', 'GET /lists']);
  });

  test('are read by id with their contacts, who are not read again', async () => {
    await using pigeon = await startBird({
      [`GET ${LIST}`]: { body: listRow('flu') },
      [`GET ${LIST}/contacts`]: page([contactRow('ada')], 'more'),
    });
    const { bird } = await pigeon.query(`{ bird { list(id: "${ID}") {
      id nativeId name description consentType nativeConsentType contactCount counter { count }
      contacts(first: 1) { nodes { displayName } pageInfo { hasNextPage } }
    } } }`);
    expect(bird.list).toEqual({
      id: ID,
      nativeId: idOf('flu'),
      name: 'list flu',
      description: null,
      consentType: 'DOUBLE',
      nativeConsentType: 'double',
      contactCount: 1,
      counter: { count: 1 },
      contacts: { nodes: [{ displayName: 'contact ada' }], pageInfo: { hasNextPage: true } },
    });
    expect(pigeon.calls()).toEqual([`GET ${LIST}`, `GET ${LIST}/contacts?limit=1`]);
  });

  test('of a contact are found without reading the contact, also behind a token that nobody asked for', async () => {
    const lists = `GET /contacts/${idOf('ada')}/lists`;
    await using pigeon = await startBird({
      [lists]: ({ params }) =>
        params.has('pageToken') ? page([listRow('b')]) : page([listRow('a')], 'more'),
      [`GET ${LIST}/contacts`]: page([contactRow('ada')]),
      [`GET ${LIST}`]: { body: listRow('flu') },
    });
    const { bird } = await pigeon.query(
      `{ bird { list(id: "${ID}") { contacts { nodes { lists { nodes { name } } } } } } }`,
    );
    expect(bird.list.contacts.nodes[0].lists.nodes).toEqual([{ name: 'list a' }, { name: 'list b' }]);
    expect(pigeon.calls().slice(2)).toEqual([lists, `${lists}?pageToken=more`]);
  });
});

test('a list is created, changed and deleted', async () => {
  await using pigeon = await startBird({
    'POST /lists': { status: 201, body: listRow('flu') },
    [`PATCH ${LIST}`]: { body: listRow('flu', { name: 'Flu' }) },
    [`DELETE ${LIST}`]: { status: 204 },
  });
  const created = { name: 'Flu shots', consentType: 'DOUBLE', tags: [idOf('tag')], isProof: false };
  await pigeon.query(mutationOf('createBirdList', 'list { name }'), { input: created });
  const changed = { id: ID, name: 'Flu', description: null, consentType: null };
  expect(await pigeon.query(mutationOf('updateBirdList', 'list { name }'), { input: changed })).toEqual({
    result: { list: { name: 'Flu' } },
  });
  expect(await pigeon.query(mutationOf('deleteBirdList', 'id'), { input: { id: idOf('flu') } })).toEqual({
    result: { id: ID },
  });
  expect(pigeon.calls()).toEqual(['POST /lists', `PATCH ${LIST}`, `DELETE ${LIST}`]);
  expect(pigeon.bird.asked.map(({ body }) => body)).toEqual([
    { ...created, consentType: 'double' },
    { name: 'Flu', description: null, consentType: null },
    undefined,
  ]);
});

test.each([
  ['put on a list', ADD, 'POST', 201],
  ['taken off a list by a DELETE with a body', REMOVE, 'DELETE', 200],
])('contacts are %s, and how many were is told', async (_, mutation, method, status) => {
  const call = `${method} ${LIST}/contacts`;
  await using pigeon = await startBird({ [call]: { status, body: { itemsProcessed: 2 } } });
  const input = {
    listId: ID,
    contacts: [gid('BirdContact', 'ada'), idOf('bob')],
    identifiers: [{ key: 'emailaddress', value: 'eve@example.com' }],
  };
  expect(await pigeon.query(mutation, { input })).toEqual({ result: { listId: ID, itemsProcessed: 2 } });
  expect(pigeon.calls()).toEqual([call]);
  expect(pigeon.bird.asked[0]?.body).toEqual({
    contacts: [idOf('ada'), idOf('bob')],
    identifiers: input.identifiers,
  });
});

describe('an input is refused by its name, and nothing is sent', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => idOf(`c${index}`));
  const eve = { key: 'emailaddress', value: 'eve@example.com' };
  test.each<[string, string, object, string]>([
    ['nobody', ADD, { listId: ID }, 'input.contacts'],
    ['an empty list of nobody', REMOVE, { listId: ID, contacts: [] }, 'input.contacts'],
    ['more than a hundred', ADD, { listId: ID, contacts: many(101) }, 'input.contacts'],
    [
      'a hundred and one together',
      ADD,
      { listId: ID, contacts: many(100), identifiers: [eve] },
      'input.contacts',
    ],
    ['a contact that is none', ADD, { listId: ID, contacts: [ID] }, 'input.contacts'],
    ['identifiers that are null', ADD, { listId: ID, identifiers: null }, 'input.contacts'],
    [
      'a list that is none',
      ADD,
      { listId: gid('BirdContact', 'ada'), contacts: [idOf('ada')] },
      'input.listId',
    ],
    [
      'properties of an identifier',
      ADD,
      { listId: ID, identifiers: [{ ...eve, properties: {} }] },
      'input.identifiers.properties',
    ],
    ['a name that is too short', mutationOf('createBirdList', 'list { id }'), { name: 'a' }, 'input.name'],
    [
      'a name that is null',
      mutationOf('updateBirdList', 'list { id }'),
      { id: ID, name: null },
      'input.name',
    ],
  ])('%s', async (_, mutation, input, field) => {
    await using pigeon = await startBird();
    const { extensions } = await pigeon.refusal(mutation, { input });
    expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', [field]]);
    expect(pigeon.calls()).toEqual([]);
  });
});
