import { describe, expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import { JWT_AUTH, tokenOf } from '../support/tokens.ts';
import { channelRow, filtered, gid, page, startBird } from './bird.ts';

const CONNECTOR = `/connectors/${idOf('connector')}`;
const ID = gid('BirdConnector', 'connector');

const connectorRow = (word: string, more: object = {}) => ({
  id: idOf(word),
  name: `connector ${word}`,
  connectorTemplateRef: 'sms-messagebird:1',
  arguments: { channelMessageType: 'transactional' },
  channel: { channelId: idOf(`channel of ${word}`), platform: 'sms' },
  ...more,
});

test('connectors lead to their channels, which one call reads', async () => {
  await using pigeon = await startBird({
    'GET /connectors': page([connectorRow('a'), connectorRow('b')]),
    'GET /channels': filtered([channelRow('channel of a'), channelRow('channel of b')]),
  });
  const { bird } = await pigeon.query(
    '{ bird { connectors(first: 50, templateRef: "sms-messagebird:1") { nodes { name arguments channel { platform channel { name } } } } } }',
  );
  expect(bird.connectors.nodes[1]).toEqual({
    name: 'connector b',
    arguments: { channelMessageType: 'transactional' },
    channel: { platform: 'sms', channel: { name: 'channel channel of b' } },
  });
  expect(pigeon.calls()).toEqual([
    'GET /connectors?templateRef=sms-messagebird:1&limit=50',
    `GET /channels?id=${idOf('channel of a')}&id=${idOf('channel of b')}&limit=2`,
  ]);
});

test('a channel leads to its connector, without a call for its id alone', async () => {
  await using pigeon = await startBird({
    'GET /channels': page([channelRow('sms')]),
    [`GET ${CONNECTOR}`]: { body: connectorRow('connector') },
  });
  const ids = await pigeon.query('{ bird { channels { nodes { connectorId connector { id nativeId } } } } }');
  expect(ids.bird.channels.nodes).toEqual([
    { connectorId: idOf('connector'), connector: { id: ID, nativeId: idOf('connector') } },
  ]);
  expect(pigeon.calls()).toEqual(['GET /channels?limit=20']);
  const { bird } = await pigeon.query('{ bird { channels { nodes { connector { name } } } } }');
  expect(bird.channels.nodes).toEqual([{ connector: { name: 'connector connector' } }]);
  expect(pigeon.calls()).toEqual(['GET /channels?limit=20', `GET ${CONNECTOR}`]);
});

const CREATE =
  'mutation ($input: CreateBirdConnectorInput!) { createBirdConnector(input: $input) { connector { id name } } }';
const DELETE = 'mutation ($input: DeleteBirdConnectorInput!) { deleteBirdConnector(input: $input) { id } }';

test('a connector is installed, and its credentials come back nowhere', async () => {
  await using pigeon = await startBird({
    'POST /connectors': { status: 409, body: { code: 'X', message: 's3cret' } },
  });
  const input = {
    name: 'Clinic',
    connectorTemplateRef: 'telegram:1',
    securityArguments: { bot: { token: 's3cret' } },
    invitationToken: null,
  };
  const error = await pigeon.refusal(CREATE, { input });
  expect(JSON.stringify(error)).not.toContain('s3cret');
  expect(error.extensions.code).toBe('CONFLICT');
  pigeon.answers({ 'POST /connectors': { status: 201, body: connectorRow('connector') } });
  expect(await pigeon.query(CREATE, { input })).toEqual({
    createBirdConnector: { connector: { id: ID, name: 'connector connector' } },
  });
  expect(pigeon.bird.asked[1]?.body).toEqual(input);
});

describe('connectors are changed', () => {
  test.each([
    ['bird:write', 'FORBIDDEN'],
    ['bird:write admin', undefined],
  ])('with the scope %s: %s', async (scope, code) => {
    await using pigeon = await startBird(
      {
        'POST /connectors': { status: 201, body: connectorRow('connector') },
        [`DELETE ${CONNECTOR}`]: { status: 204 },
      },
      { auth: JWT_AUTH },
    );
    const headers = { authorization: `Bearer ${await tokenOf({ scope })}` };
    const created = await pigeon.gateway.ask(CREATE, { input: { name: 'Clinic' } }, { headers });
    const deleted = await pigeon.gateway.ask(DELETE, { input: { id: ID } }, { headers });
    expect([created, deleted].map(({ body }) => body.errors?.[0]?.extensions.code)).toEqual([code, code]);
    expect(pigeon.calls()).toEqual(code ? [] : ['POST /connectors', `DELETE ${CONNECTOR}`]);
    if (!code) expect(deleted.body.data).toEqual({ deleteBirdConnector: { id: ID } });
  });
});
