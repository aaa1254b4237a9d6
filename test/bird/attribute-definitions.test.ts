import { expect, test } from 'vitest';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { moment, page, startBird } from './bird.ts';

const BUILTIN = {
  key: 'preferredLanguage',
  displayName: 'Preferred language',
  description: '',
  type: 'string',
  cardinality: 'one',
  pii: false,
  readOnly: false,
  builtin: true,
  group: 'standard',
  createdAt: '0001-01-01T00:00:00Z',
};

const ID = Buffer.from(`BirdAttributeDefinition:${WORKSPACE_ID}/preferredLanguage`).toString('base64');

test.each([
  ['its key', 'attributeDefinition(id: "preferredLanguage")'],
  ['its global id', `attributeDefinition(id: "${ID}")`],
])('an attribute definition is read by %s', async (_, field) => {
  await using pigeon = await startBird({ 'GET /attribute-definitions/preferredLanguage': { body: BUILTIN } });
  const { bird } = await pigeon.query(`{ bird { result: ${field} {
    id nativeId key definitionId displayName type nativeType cardinality createdAt
  } } }`);
  expect(bird.result).toEqual({
    id: ID,
    nativeId: 'preferredLanguage',
    key: 'preferredLanguage',
    definitionId: null,
    displayName: 'Preferred language',
    type: 'STRING',
    nativeType: 'string',
    cardinality: 'ONE',
    // Bird’s own attributes are said to be made in the year 1.
    createdAt: null,
  });
  expect(pigeon.calls()).toEqual(['GET /attribute-definitions/preferredLanguage']);
});

test('attribute definitions without an id are listed, and found again by their global id', async () => {
  const custom = { ...BUILTIN, key: 'careTeam', id: idOf('definition'), createdAt: moment(0) };
  await using pigeon = await startBird({
    'GET /attribute-definitions': page([BUILTIN, custom]),
    'GET /attribute-definitions/*': { body: BUILTIN },
  });
  const { bird } = await pigeon.query(
    '{ bird { attributeDefinitions(reverse: true) { edges { cursor node { id definitionId createdAt } } } } }',
  );
  const [first, second] = bird.attributeDefinitions.edges;
  expect(first.node).toEqual({ id: ID, definitionId: null, createdAt: null });
  expect(second.node).toMatchObject({ definitionId: idOf('definition'), createdAt: moment(0) });
  const { node } = await pigeon.query(`{ node(id: "${ID}") { ... on BirdAttributeDefinition { key } } }`);
  expect(node).toEqual({ key: 'preferredLanguage' });
});

test('an attribute is defined', async () => {
  await using pigeon = await startBird({ 'POST /attribute-definitions': { status: 201, body: BUILTIN } });
  const input = {
    key: 'careTeam',
    displayName: 'Care team',
    type: 'STRING',
    cardinality: 'MANY',
    pii: true,
    readOnly: false,
    indexMapping: { fields: [{ name: 'careTeam', type: 'string' }] },
    acl: [{ roleId: idOf('role'), read: true, write: false }],
  };
  const QUERY =
    'mutation ($input: CreateBirdAttributeDefinitionInput!) { createBirdAttributeDefinition(input: $input) { attributeDefinition { id } } }';
  await pigeon.query(QUERY, { input });
  expect(pigeon.bird.asked[0]?.body).toEqual({ ...input, type: 'string', cardinality: 'many' });
  const { extensions } = await pigeon.refusal(QUERY, { input: { ...input, key: 'a b' } });
  expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', ['input.key']]);
});
