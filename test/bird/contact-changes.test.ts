import { describe, expect, test } from 'vitest';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { contactRow, gid, moment, startBird } from './bird.ts';

const CONTACT = `/contacts/${idOf('ada')}`;
const ADA = gid('BirdContact', 'ada');
const PHONE = { key: 'phonenumber', value: '+31612345678' };

const mutationOf = (name: string, payload: string) =>
  `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { result: ${name}(input: $input) { ${payload} } }`;

const CREATE = mutationOf('createBirdContact', 'contact { id displayName }');
const UPDATE = mutationOf('updateBirdContact', 'contact { id displayName }');
const UPSERT = mutationOf('upsertBirdContact', 'contact { id displayName }');
const DELETE = mutationOf('deleteBirdContact', 'id');
const ADD = mutationOf('addBirdContactIdentifier', 'identifier { key value properties createdAt }');
const REMOVE = mutationOf('removeBirdContactIdentifier', 'contactId');

const shown = { result: { contact: { id: ADA, displayName: 'contact ada' } } };

test('a contact is created', async () => {
  await using pigeon = await startBird({ 'POST /contacts': { status: 201, body: contactRow('ada') } });
  const input = {
    displayName: 'Ada',
    identifiers: [PHONE, { key: 'emailaddress', value: 'ada@example.com', properties: { a: 1 } }],
    attributes: { language: 'nl', tags: ['a', 'b'] },
    listIds: [gid('BirdList', 'list')],
  };
  expect(await pigeon.query(CREATE, { input })).toEqual(shown);
  expect(pigeon.calls()).toEqual(['POST /contacts']);
  expect(pigeon.bird.asked[0]?.body).toEqual({
    displayName: 'Ada',
    identifiers: [PHONE, { key: 'emailaddress', value: 'ada@example.com', properties: { a: 1 } }],
    attributes: { language: 'nl', tags: ['a', 'b'] },
    listIds: [idOf('list')],
  });
});

test('a contact may be created in another workspace', async () => {
  await using pigeon = await startBird();
  pigeon.bird.answers({
    [`POST /workspaces/${idOf('elsewhere')}/contacts`]: { status: 201, body: contactRow('ada') },
  });
  const input = { workspaceId: idOf('elsewhere'), displayName: 'Ada' };
  const { result } = await pigeon.query(CREATE, { input });
  expect(Buffer.from(result.contact.id, 'base64').toString()).toBe(
    `BirdContact:${idOf('elsewhere')}/${idOf('ada')}`,
  );
});

test('a contact is updated', async () => {
  await using pigeon = await startBird({ [`PATCH ${CONTACT}`]: { body: contactRow('ada') } });
  const input = {
    id: ADA,
    attributes: { language: null },
    addIdentifiers: [PHONE],
    removeIdentifiers: [{ key: 'emailaddress', value: 'ada@example.com' }],
    addToLists: [idOf('list')],
    allowWritingReadOnly: false,
    strategy: 'FIRST_ALIAS',
  };
  expect(await pigeon.query(UPDATE, { input })).toEqual(shown);
  expect(pigeon.calls()).toEqual([`PATCH ${CONTACT}`]);
  expect(pigeon.bird.asked[0]?.body).toEqual({
    attributes: { language: null },
    addIdentifiers: [PHONE],
    removeIdentifiers: [{ key: 'emailaddress', value: 'ada@example.com' }],
    addToLists: [idOf('list')],
    allowWritingReadOnly: false,
    strategy: 'first_alias',
  });
});

test.each([
  ['emailaddress', 'ada@example.com'],
  ['phonenumber', '+31612345678'],
  ['my-key', "a:b,c;d=e&f$g!h'(i)*~j"],
])('a contact is changed or created by %s %s, which stands in the path as it is', async (key, value) => {
  const call = `PATCH /contacts/identifiers/${key}/${value}`;
  await using pigeon = await startBird({ [call]: { status: 201, body: contactRow('ada') } });
  expect(await pigeon.query(UPSERT, { input: { key, value, attributes: { language: 'nl' } } })).toEqual(
    shown,
  );
  expect(pigeon.calls()).toEqual([call]);
  expect(pigeon.bird.asked[0]?.body).toEqual({ attributes: { language: 'nl' } });
});

test('a contact is created by its identifier alone', async () => {
  const call = 'PATCH /contacts/identifiers/emailaddress/ada@example.com';
  await using pigeon = await startBird({ [call]: { status: 201, body: contactRow('ada') } });
  const input = { key: 'emailaddress', value: 'ada@example.com' };
  expect(await pigeon.query(UPSERT, { input })).toEqual(shown);
  expect(pigeon.bird.asked[0]?.body).toEqual({});
});

test('null clears what Bird takes null for', async () => {
  await using pigeon = await startBird({ [`PATCH ${CONTACT}`]: { body: contactRow('ada') } });
  await pigeon.query(UPDATE, { input: { id: ADA, attributes: null } });
  expect(pigeon.bird.asked[0]?.body).toEqual({ attributes: null });
});

test('a contact is deleted', async () => {
  await using pigeon = await startBird({ [`DELETE ${CONTACT}`]: { status: 204 } });
  expect(await pigeon.query(DELETE, { input: { id: idOf('ada') } })).toEqual({ result: { id: ADA } });
  expect(pigeon.bird.asked[0]?.body).toBeUndefined();
});

test('an identifier is added', async () => {
  const answer = { contactId: idOf('ada'), ...PHONE, properties: { a: 1 }, createdAt: moment(0) };
  await using pigeon = await startBird({ [`POST ${CONTACT}/identifiers`]: { status: 201, body: answer } });
  expect(await pigeon.query(ADD, { input: { contactId: ADA, ...PHONE, properties: { a: 1 } } })).toEqual({
    result: { identifier: { ...PHONE, properties: { a: 1 }, createdAt: moment(0) } },
  });
  expect(pigeon.bird.asked[0]?.body).toEqual({ ...PHONE, properties: { a: 1 } });
});

test('an identifier that Bird does not answer with is the one that was added', async () => {
  await using pigeon = await startBird({ [`POST ${CONTACT}/identifiers`]: { status: 201, raw: '' } });
  expect(await pigeon.query(ADD, { input: { contactId: ADA, ...PHONE } })).toEqual({
    result: { identifier: { ...PHONE, properties: null, createdAt: null } },
  });
});

test('an identifier is taken away by a DELETE with a body', async () => {
  await using pigeon = await startBird({ [`DELETE ${CONTACT}/identifiers`]: { status: 204 } });
  expect(await pigeon.query(REMOVE, { input: { contactId: ADA, ...PHONE } })).toEqual({
    result: { contactId: ADA },
  });
  expect(pigeon.calls()).toEqual([`DELETE ${CONTACT}/identifiers`]);
  expect(pigeon.bird.asked[0]).toMatchObject({
    body: PHONE,
    headers: { 'content-type': 'application/json' },
  });
});

describe('an input is refused by its name, and nothing is sent', () => {
  const upsert = { key: 'emailaddress', value: 'ada@example.com', attributes: {} };
  test.each<[string, string, object, string]>([
    ['a name that is empty', CREATE, { displayName: '' }, 'input.displayName'],
    ['a name that is too long', CREATE, { displayName: 'a'.repeat(151) }, 'input.displayName'],
    ['a workspace that is none', CREATE, { displayName: 'Ada', workspaceId: 'w' }, 'input.workspaceId'],
    ['an update of nothing', UPDATE, { id: ADA }, 'input'],
    ['null where it means nothing', UPDATE, { id: ADA, addToLists: null }, 'input.addToLists'],
    [
      'null inside of a list',
      UPDATE,
      { id: ADA, addIdentifiers: [{ ...PHONE, properties: null }] },
      'input.addIdentifiers.properties',
    ],
    [
      'what is not taken away with an identifier',
      UPDATE,
      { id: ADA, removeIdentifiers: [{ ...PHONE, properties: { a: 1 } }] },
      'input.removeIdentifiers.properties',
    ],
    ['a list that is none', UPDATE, { id: ADA, addToLists: [gid('BirdContact', 'ada')] }, 'input.addToLists'],
    ['a contact that is none', UPDATE, { id: gid('BirdChannel', 'sms'), attributes: {} }, 'input.id'],
    ['a value with a slash', UPSERT, { ...upsert, value: 'a/b' }, 'input.value'],
    ['a value with a space', UPSERT, { ...upsert, value: 'a b' }, 'input.value'],
    ['a value that is encoded', UPSERT, { ...upsert, value: 'a%40b' }, 'input.value'],
    ['a value that leads elsewhere', UPSERT, { ...upsert, value: '..' }, 'input.value'],
    ['a key that leads nowhere', UPSERT, { ...upsert, key: '.' }, 'input.key'],
    ['an empty key', UPSERT, { ...upsert, key: '' }, 'input.key'],
    ['nobody to delete', DELETE, { id: 'ada' }, 'input.id'],
    ['nobody to add to', ADD, { contactId: 'ada', ...PHONE }, 'input.contactId'],
    ['nobody to take from', REMOVE, { contactId: 'ada', ...PHONE }, 'input.contactId'],
  ])('%s', async (_, mutation, input, field) => {
    await using pigeon = await startBird();
    const { extensions } = await pigeon.refusal(mutation, { input });
    expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', [field]]);
    expect(pigeon.calls()).toEqual([]);
  });
});

describe('Bird’s refusal', () => {
  test('of an identifier that another has is a CONFLICT', async () => {
    await using pigeon = await startBird({
      'POST /contacts': { status: 409, body: { code: 'ResourceAlreadyExists', message: 'ada@example.com' } },
    });
    const error = await pigeon.refusal(CREATE, { input: { displayName: 'Ada', identifiers: [PHONE] } });
    expect(error.extensions).toMatchObject({ code: 'CONFLICT', retryable: false, upstream: { status: 409 } });
    expect(JSON.stringify(error)).not.toContain('ada@example.com');
  });

  test.each([
    ['addIdentifiers[0].value', 'input.addIdentifiers'],
    ['body.attributes', 'input.attributes'],
  ])('of %s names %s', async (field, named) => {
    await using pigeon = await startBird({
      [`PATCH ${CONTACT}`]: {
        status: 422,
        body: { code: 'X', message: 'no', details: { [field]: ['bad'] } },
      },
    });
    const { extensions } = await pigeon.refusal(UPDATE, { input: { id: ADA, addIdentifiers: [PHONE] } });
    expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', [named]]);
  });

  test('of a contact that is not there is NOT_FOUND in a mutation', async () => {
    await using pigeon = await startBird({ [`DELETE ${CONTACT}`]: { status: 404 } });
    expect((await pigeon.refusal(DELETE, { input: { id: ADA } })).extensions.code).toBe('NOT_FOUND');
  });

  test.each([
    ['deleteBirdContact', DELETE, { id: ADA }, `DELETE ${CONTACT}`],
    ['createBirdContact', CREATE, { displayName: 'Ada' }, 'POST /contacts'],
  ])(
    'that is lost leaves the outcome of %s unknown, and it is not made again',
    async (_, mutation, input, call) => {
      await using pigeon = await startBird({ [call]: { destroy: true } });
      expect((await pigeon.refusal(mutation, { input })).extensions.code).toBe('OUTCOME_UNKNOWN');
      expect(pigeon.calls()).toEqual([call]);
    },
  );
});

test('a contact of another workspace is changed there', async () => {
  await using pigeon = await startBird();
  const elsewhere = `/workspaces/${idOf('elsewhere')}${CONTACT}`;
  pigeon.bird.answers({ [`DELETE ${elsewhere}`]: { status: 204 } });
  const id = Buffer.from(`BirdContact:${idOf('elsewhere')}/${idOf('ada')}`).toString('base64');
  await pigeon.query(DELETE, { input: { id } });
  expect(pigeon.bird.calls()).toEqual([`DELETE ${elsewhere}`]);
  expect(elsewhere).not.toContain(WORKSPACE_ID);
});
