import { describe, expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import { contactRow, gid, messageRow, moment, page, startBird } from './bird.ts';

describe('a contact', () => {
  test.each(['native', 'global'])('is read by its %s id with one call', async (by) => {
    await using pigeon = await startBird({
      'GET /contacts/*': { body: contactRow('ada', { isAnonymous: false, listIds: [idOf('list')] }) },
    });
    const id = by === 'native' ? idOf('ada') : gid('BirdContact', 'ada');
    const { bird } = await pigeon.query(`{ bird { contact(id: "${id}") {
      id nativeId displayName featuredIdentifiers { key value } identifierCount attributes isAnonymous listIds createdAt
    } } }`);
    expect(bird.contact).toEqual({
      id: gid('BirdContact', 'ada'),
      nativeId: idOf('ada'),
      displayName: 'contact ada',
      featuredIdentifiers: [{ key: 'phonenumber', value: '+31612345678' }],
      identifierCount: 1,
      attributes: { language: 'nl' },
      isAnonymous: false,
      listIds: [idOf('list')],
      createdAt: moment(0),
    });
    expect(pigeon.calls()).toEqual([`GET /contacts/${idOf('ada')}`]);
  });

  test('is null where Bird does not know it', async () => {
    await using pigeon = await startBird({ 'GET /contacts/*': { status: 404 } });
    expect(
      await pigeon.query(
        `{ bird { contact(id: "${idOf('ada')}") { displayName } } node(id: "${gid('BirdContact', 'ada')}") { id } }`,
      ),
    ).toEqual({ bird: { contact: null }, node: null });
  });

  test('is read once however often it is named', async () => {
    await using pigeon = await startBird({ 'GET /contacts/*': { body: contactRow('ada') } });
    const { bird } = await pigeon.query(`{ bird {
      one: contact(id: "${idOf('ada')}") { displayName } two: contact(id: "${gid('BirdContact', 'ada')}") { displayName }
    } }`);
    expect(bird).toEqual({ one: { displayName: 'contact ada' }, two: { displayName: 'contact ada' } });
    expect(pigeon.calls()).toHaveLength(1);
  });

  test('has all its identifiers read page by page, and is not read itself', async () => {
    const list = `GET /contacts/${idOf('ada')}/identifiers`;
    const identifier = (value: string) => ({
      key: 'emailaddress',
      value,
      properties: { verified: true },
      createdAt: moment(0),
    });
    await using pigeon = await startBird({
      'GET /channels/messages': page([messageRow('m')]),
      [list]: ({ params }) =>
        params.has('pageToken')
          ? page([identifier('b@example.com')])
          : page([identifier('a@example.com')], 'more'),
    });
    const { bird } = await pigeon.query(
      '{ bird { messages { nodes { contact { identifiers(first: 1000) { nodes { key value properties createdAt } pageInfo { hasNextPage } } } } } } }',
    );
    expect(bird.messages.nodes[0].contact.identifiers).toEqual({
      nodes: [identifier('a@example.com'), identifier('b@example.com')],
      pageInfo: { hasNextPage: false },
    });
    expect(pigeon.calls()).toEqual([
      'GET /channels/messages?limit=20',
      `${list}?limit=100`,
      `${list}?limit=100&pageToken=more`,
    ]);
  });
});

test('a contact’s empty attributes are asked for by their keys, anew for each contact', async () => {
  await using pigeon = await startBird({
    'GET /contacts': page([contactRow('ada'), contactRow('bob')]),
    'GET /contacts/*': ({ params }) => ({
      body: contactRow('ada', {
        attributes: {
          language: 'nl',
          ...Object.fromEntries(params.getAll('attribute').map((key) => [key, null])),
        },
      }),
    }),
  });
  const { bird } = await pigeon.query(
    '{ bird { contacts { nodes { attributes some: attributes(keys: ["language", "team"]) } } } }',
  );
  const both = { attributes: { language: 'nl' }, some: { language: null, team: null } };
  expect(bird.contacts.nodes).toEqual([both, both]);
  expect(pigeon.calls()).toEqual([
    'GET /contacts?limit=20',
    `GET /contacts/${idOf('ada')}?attribute=language&attribute=team`,
    `GET /contacts/${idOf('bob')}?attribute=language&attribute=team`,
  ]);
});

test('a list of contacts spares their single calls', async () => {
  await using pigeon = await startBird({
    'GET /contacts': page([contactRow('ada'), contactRow('bob')]),
    'GET /channels/messages': page([]),
  });
  const { bird } = await pigeon.query(
    '{ bird { contacts(first: 50, reverse: true) { nodes { displayName messages { nodes { id } } } } } }',
  );
  expect(bird.contacts.nodes).toHaveLength(2);
  expect(pigeon.calls().filter((call) => call.startsWith('GET /contacts'))).toEqual([
    'GET /contacts?reverse=true&limit=50',
  ]);
});

describe('a search', () => {
  test('is a POST by an identifier, and its contacts are not read again', async () => {
    await using pigeon = await startBird({ 'POST /contacts/search': page([contactRow('ada')]) });
    const { bird } = await pigeon.query(
      '{ bird { searchContacts(identifier: { key: "emailaddress", value: "ada@example.com" }) { nativeId displayName } } }',
    );
    expect(bird.searchContacts).toEqual([{ nativeId: idOf('ada'), displayName: 'contact ada' }]);
    expect(pigeon.calls()).toEqual(['POST /contacts/search']);
    expect(pigeon.bird.asked[0]?.body).toEqual({
      identifier: { key: 'emailaddress', value: 'ada@example.com' },
    });
  });

  test('may be by an address on a platform', async () => {
    await using pigeon = await startBird({ 'POST /contacts/search': page([]) });
    const { bird } = await pigeon.query('{ bird { searchContacts(platformAddress: "31612345678") { id } } }');
    expect(bird.searchContacts).toEqual([]);
    expect(pigeon.bird.asked[0]?.body).toEqual({ platformAddress: '31612345678' });
  });

  test('finds nobody where Bird says 404', async () => {
    await using pigeon = await startBird({ 'POST /contacts/search': { status: 404 } });
    const { bird } = await pigeon.query('{ bird { searchContacts(platformAddress: "1") { id } } }');
    expect(bird.searchContacts).toEqual([]);
  });

  test('is made again after a lost answer, being a read', async () => {
    let asked = 0;
    await using pigeon = await startBird({
      'POST /contacts/search': () => (asked++ === 0 ? { destroy: true } : page([contactRow('ada')])),
    });
    const { bird } = await pigeon.query('{ bird { searchContacts(platformAddress: "1") { nativeId } } }');
    expect(bird.searchContacts).toEqual([{ nativeId: idOf('ada') }]);
    expect(pigeon.calls()).toHaveLength(2);
  });

  test.each(['', '(identifier: { key: "k", value: "v" }, platformAddress: "1")'])(
    'needs exactly one thing to search by: searchContacts%s',
    async (args) => {
      await using pigeon = await startBird();
      const { extensions } = await pigeon.refusal(`{ bird { searchContacts${args} { id } } }`);
      expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', ['identifier']]);
      expect(pigeon.calls()).toEqual([]);
    },
  );
});
