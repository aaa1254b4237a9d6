import { describe, expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import { gid, moment, page, startBird, subscriptionRow } from './bird.ts';

const HOOK = `/webhook-subscriptions/${idOf('hook')}`;
const ID = gid('BirdWebhookSubscription', 'hook');

const mutationOf = (name: string, payload: string) =>
  `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { result: ${name}(input: $input) { ${payload} } }`;

const CREATE = mutationOf('createBirdWebhookSubscription', 'subscription { id event status }');
const UPDATE = mutationOf('updateBirdWebhookSubscription', 'subscription { id event status }');
const DELETE = mutationOf('deleteBirdWebhookSubscription', 'id');

const LOG = {
  requestId: 'r1',
  attemptCount: 36,
  httpStatusCode: 503,
  executionStatus: 'failed',
  createdAt: moment(0),
};

describe('a webhook subscription', () => {
  test.each([
    ['its native id', `bird { webhookSubscription(id: "${idOf('hook')}")`, ' }'],
    ['its global id', `bird { webhookSubscription(id: "${ID}")`, ' }'],
    ['node', `bird: node(id: "${ID}") { ... on BirdWebhookSubscription`, ' }'],
  ])('is read by %s, without its signing key', async (by, opening, closing) => {
    const row = subscriptionRow('hook', {
      eventFilters: [{ key: 'channelId', value: idOf('sms') }],
      signingKey: 'secret',
      organizationId: idOf('organization'),
    });
    await using pigeon = await startBird({ [`GET ${HOOK}`]: { body: row } });
    const { bird } = await pigeon.query(`{ ${opening} {
      id nativeId service nativeService event eventFilters { key value } url template status nativeStatus
      organizationId createdAt updatedAt
    }${closing} }`);
    expect(by === 'node' ? bird : bird.webhookSubscription).toEqual({
      id: ID,
      nativeId: idOf('hook'),
      service: 'CHANNELS',
      nativeService: 'channels',
      event: 'sms.outbound',
      eventFilters: [{ key: 'channelId', value: idOf('sms') }],
      url: 'https://pigeon.example.com/webhooks/bird',
      template: null,
      status: 'ACTIVE',
      nativeStatus: 'active',
      organizationId: idOf('organization'),
      createdAt: moment(0),
      updatedAt: moment(0),
    });
    expect(pigeon.calls()).toEqual([`GET ${HOOK}`]);
  });

  test('that Bird does not know is null', async () => {
    await using pigeon = await startBird({ [`GET ${HOOK}`]: { status: 404 } });
    const { bird } = await pigeon.query(`{ bird { webhookSubscription(id: "${ID}") { event } } }`);
    expect(bird.webhookSubscription).toBeNull();
  });

  test('with words that nobody knew is UNKNOWN, with the words beside it', async () => {
    const row = subscriptionRow('hook', { service: 'fax', status: 'paused' });
    await using pigeon = await startBird({ [`GET ${HOOK}`]: { body: row } });
    const { bird } = await pigeon.query(
      `{ bird { webhookSubscription(id: "${ID}") { service nativeService status nativeStatus eventFilters { key } } } }`,
    );
    expect(bird.webhookSubscription).toEqual({
      service: 'UNKNOWN',
      nativeService: 'fax',
      status: 'UNKNOWN',
      nativeStatus: 'paused',
      eventFilters: null,
    });
  });
});

test('webhook subscriptions are listed page by page', async () => {
  await using pigeon = await startBird({
    'GET /webhook-subscriptions?limit=2': page([subscriptionRow('a'), subscriptionRow('b')], 'next'),
    'GET /webhook-subscriptions?limit=2&pageToken=next': page([subscriptionRow('c')]),
  });
  const QUERY = `query ($after: String) { bird { webhookSubscriptions(first: 2, after: $after) {
    nodes { nativeId } pageInfo { hasNextPage endCursor }
  } } }`;
  const first = (await pigeon.query(QUERY)).bird.webhookSubscriptions;
  expect(first.nodes).toEqual([{ nativeId: idOf('a') }, { nativeId: idOf('b') }]);
  expect(first.pageInfo.hasNextPage).toBe(true);
  const last = (await pigeon.query(QUERY, { after: first.pageInfo.endCursor })).bird.webhookSubscriptions;
  expect(last).toMatchObject({ nodes: [{ nativeId: idOf('c') }], pageInfo: { hasNextPage: false } });
  expect(pigeon.calls()).toEqual([
    'GET /webhook-subscriptions?limit=2',
    'GET /webhook-subscriptions?limit=2&pageToken=next',
  ]);
});

describe('the logs of a webhook subscription', () => {
  const logs = (rest: string) => `{ bird { webhookSubscription(id: "${ID}") { ${rest} } } }`;

  test('are a connection, and say what became of each event', async () => {
    await using pigeon = await startBird({
      [`GET ${HOOK}`]: { body: subscriptionRow('hook') },
      [`GET ${HOOK}/logs`]: page([LOG]),
    });
    const { bird } = await pigeon.query(
      logs(
        'logs(first: 5, executionStatus: "failed") { nodes { requestId attemptCount httpStatusCode executionStatus createdAt } }',
      ),
    );
    expect(bird.webhookSubscription.logs.nodes).toEqual([LOG]);
    expect(pigeon.calls()).toEqual([`GET ${HOOK}`, `GET ${HOOK}/logs?executionStatus=failed&limit=5`]);
  });

  test('have details of every attempt, as Bird has them', async () => {
    const attempts = [{ request: { body: '{}' }, response: { statusCode: 503 } }, { anything: true }];
    await using pigeon = await startBird({
      [`GET ${HOOK}`]: { body: subscriptionRow('hook') },
      [`GET ${HOOK}/logs/details?requestId=r1`]: page(attempts),
      [`GET ${HOOK}/logs/details?requestId=r2`]: { status: 404 },
    });
    const { bird } = await pigeon.query(
      logs('known: logDetails(requestId: "r1") unknown: logDetails(requestId: "r2")'),
    );
    expect(bird.webhookSubscription).toEqual({ known: attempts, unknown: null });
  });

  test('cost only their own field when they cannot be read', async () => {
    await using pigeon = await startBird({
      [`GET ${HOOK}`]: { body: subscriptionRow('hook') },
      [`GET ${HOOK}/logs`]: { status: 403 },
    });
    const { body } = await pigeon.gateway.ask(logs('event logs { nodes { requestId } }'));
    expect(body.data.bird.webhookSubscription).toEqual({ event: 'sms.outbound', logs: null });
    expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_REFUSED']);
  });
});

test('what can be subscribed to is listed, all of it or one service’s', async () => {
  const rows = [
    { service: 'channels', events: [{ name: 'sms.inbound', filterKeys: ['channelId'] }] },
    { service: 'fax', events: [{ name: 'fax.beeped' }] },
  ];
  await using pigeon = await startBird({ 'GET /available-webhooks': page(rows) });
  const { bird } = await pigeon.query(`{ bird {
    availableWebhooks { service nativeService events { name filterKeys } }
    some: availableWebhooks(service: CHANNELS) { service }
  } }`);
  expect(bird.availableWebhooks).toEqual([
    {
      service: 'CHANNELS',
      nativeService: 'channels',
      events: [{ name: 'sms.inbound', filterKeys: ['channelId'] }],
    },
    { service: 'UNKNOWN', nativeService: 'fax', events: [{ name: 'fax.beeped', filterKeys: null }] },
  ]);
  expect(pigeon.calls().toSorted()).toEqual([
    'GET /available-webhooks',
    'GET /available-webhooks?service=channels',
  ]);
});

test('a webhook subscription is created', async () => {
  await using pigeon = await startBird({
    'POST /webhook-subscriptions': {
      status: 201,
      body: subscriptionRow('hook', { signingKey: 'secret' }),
    },
  });
  const input = {
    service: 'CHANNELS',
    event: 'sms.outbound',
    eventFilters: [{ key: 'channelId', value: idOf('sms') }],
    url: 'https://elsewhere.example.com/hook?of=bird',
    signingKey: 'secret',
  };
  expect(await pigeon.query(CREATE, { input })).toEqual({
    result: { subscription: { id: ID, event: 'sms.outbound', status: 'ACTIVE' } },
  });
  expect(pigeon.calls()).toEqual(['POST /webhook-subscriptions']);
  expect(pigeon.bird.asked[0]?.body).toEqual({ ...input, service: 'channels' });
});

test('a webhook subscription is changed', async () => {
  await using pigeon = await startBird({
    [`PATCH ${HOOK}`]: { body: subscriptionRow('hook', { status: 'inactive' }) },
  });
  const input = { id: ID, eventFilters: [], status: 'INACTIVE', signingKey: 'new' };
  expect((await pigeon.query(UPDATE, { input })).result.subscription.status).toBe('INACTIVE');
  expect(pigeon.bird.asked[0]?.body).toEqual({ eventFilters: [], status: 'inactive', signingKey: 'new' });
});

test('null takes the filters of a webhook subscription away', async () => {
  await using pigeon = await startBird({ [`PATCH ${HOOK}`]: { body: subscriptionRow('hook') } });
  await pigeon.query(UPDATE, { input: { id: ID, eventFilters: null } });
  expect(pigeon.bird.asked[0]?.body).toEqual({ eventFilters: null });
});

test('webhook subscriptions are searched by their values', async () => {
  await using pigeon = await startBird({ 'GET /webhook-subscriptions': page([]) });
  const QUERY = 'query ($by: JSON) { bird { webhookSubscriptions(searchFilters: $by) { nodes { id } } } }';
  await pigeon.query(QUERY, { by: { service: 'channels', status: 'active' } });
  expect(pigeon.calls()).toEqual([
    'GET /webhook-subscriptions?SearchFilters[service]=channels&SearchFilters[status]=active&limit=20',
  ]);
  const { extensions } = await pigeon.refusal(QUERY, { by: { service: { a: 1 } } });
  expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', ['searchFilters']]);
});

test('a webhook subscription is deleted', async () => {
  await using pigeon = await startBird({ [`DELETE ${HOOK}`]: { status: 204 } });
  expect(await pigeon.query(DELETE, { input: { id: idOf('hook') } })).toEqual({ result: { id: ID } });
  expect(pigeon.calls()).toEqual([`DELETE ${HOOK}`]);
});

describe('an input is refused by its name, and nothing is sent', () => {
  const create = { service: 'CHANNELS', event: 'sms.inbound', url: 'https://a.example.com' };
  test.each<[string, string, object, string]>([
    ['an address without TLS', CREATE, { ...create, url: 'http://a.example.com' }, 'input.url'],
    ['an address with a port', CREATE, { ...create, url: 'https://a.example.com:8443/' }, 'input.url'],
    ['an address without a name', CREATE, { ...create, url: 'https://127.0.0.1/' }, 'input.url'],
    ['an address with a space', UPDATE, { id: ID, url: 'https://a.example.com/b c' }, 'input.url'],
    ['no service of Bird’s', CREATE, { ...create, service: 'UNKNOWN' }, 'input.service'],
    ['no status of Bird’s', UPDATE, { id: ID, status: 'UNKNOWN' }, 'input.status'],
    ['a workspace that is none', CREATE, { ...create, workspaceId: 'w' }, 'input.workspaceId'],
    ['an update of nothing', UPDATE, { id: ID }, 'input'],
    ['an address that is null', UPDATE, { id: ID, url: null }, 'input.url'],
    ['a subscription that is none', DELETE, { id: gid('BirdChannel', 'sms') }, 'input.id'],
  ])('%s', async (_, mutation, input, field) => {
    await using pigeon = await startBird();
    const { extensions } = await pigeon.refusal(mutation, { input });
    expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', [field]]);
    expect(pigeon.calls()).toEqual([]);
  });
});

describe('Bird’s refusal', () => {
  const input = {
    service: 'CHANNELS',
    event: 'sms.inbound',
    url: 'https://a.example.com',
    signingKey: 'secret',
  };

  test('of the sixth subscription with the same filters is a CONFLICT', async () => {
    await using pigeon = await startBird({
      'POST /webhook-subscriptions': { status: 409, body: { code: 'X', message: 'secret' } },
    });
    const error = await pigeon.refusal(CREATE, { input });
    expect(error.extensions).toMatchObject({ code: 'CONFLICT', upstream: { status: 409 } });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  test('of an event names it', async () => {
    await using pigeon = await startBird({
      'POST /webhook-subscriptions': {
        status: 422,
        body: { code: 'X', message: 'no', details: { event: ['bad'] } },
      },
    });
    const { extensions } = await pigeon.refusal(CREATE, { input });
    expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', ['input.event']]);
  });

  test('that is lost leaves the outcome unknown', async () => {
    await using pigeon = await startBird({ 'POST /webhook-subscriptions': { destroy: true } });
    expect((await pigeon.refusal(CREATE, { input })).extensions.code).toBe('OUTCOME_UNKNOWN');
    expect(pigeon.calls()).toEqual(['POST /webhook-subscriptions']);
  });

  test('of a subscription that is not there is NOT_FOUND in a mutation', async () => {
    await using pigeon = await startBird({ [`DELETE ${HOOK}`]: { status: 404 } });
    expect((await pigeon.refusal(DELETE, { input: { id: ID } })).extensions.code).toBe('NOT_FOUND');
  });
});
