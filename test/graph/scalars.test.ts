import { expect, test } from 'vitest';
import { startTestGateway, WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { startUpstream } from '../support/upstream.ts';

const LIST = `GET /workspaces/${WORKSPACE_ID}/channels`;
const MESSAGES = `GET /workspaces/${WORKSPACE_ID}/channels/messages`;

test('a time that cannot be read is null, and its row stays whole', async () => {
  await using bird = await startUpstream({
    [LIST]: {
      body: {
        results: [
          {
            id: idOf('a'),
            name: 'A',
            status: 'active',
            createdAt: 'yesterday',
            updatedAt: '2026-01-31T12:00:00Z',
          },
          { id: idOf('b'), name: 'B', status: 'active', createdAt: null },
        ],
      },
    },
  });
  await using gateway = await startTestGateway({ bird });
  const { body } = await gateway.ask('{ bird { channels { nodes { name createdAt updatedAt } } } }');
  expect(body).toEqual({
    data: {
      bird: {
        channels: {
          nodes: [
            { name: 'A', createdAt: null, updatedAt: '2026-01-31T12:00:00.000Z' },
            { name: 'B', createdAt: null, updatedAt: null },
          ],
        },
      },
    },
  });
});

test.each(['2026-01-31T12:00:00', '2026-01-31', '2026-02-30T25:00:00Z', 'now', ''])(
  'the DateTime %j is refused, as text and as a variable, and nobody is asked',
  async (moment) => {
    await using bird = await startUpstream();
    await using gateway = await startTestGateway({ bird });
    const said = await gateway.ask(`{ bird { messages(created: { since: "${moment}" }) { nodes { id } } } }`);
    expect(said.body.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    const given = await gateway.ask(
      'query ($since: DateTime) { bird { messages(created: { since: $since }) { nodes { id } } } }',
      { since: moment },
    );
    expect(given.body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(bird.calls()).toEqual([]);
  },
);

test('a DateTime with any zone is asked for in UTC', async () => {
  await using bird = await startUpstream({ [MESSAGES]: { body: { results: [] } } });
  await using gateway = await startTestGateway({ bird });
  const { body } = await gateway.ask(
    'query ($since: DateTime) { bird { messages(created: { since: $since, until: "2026-01-31T12:00:00.25-05:00" }) { nodes { id } } } }',
    { since: '2026-01-31t12:00:00z' },
  );
  expect(body.errors).toBeUndefined();
  expect(bird.asked[0]?.params.get('startAt')).toBe('2026-01-31T12:00:00.000Z');
  expect(bird.asked[0]?.params.get('endAt')).toBe('2026-01-31T17:00:00.250Z');
});
