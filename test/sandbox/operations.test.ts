import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { birdApi } from '../../src/sandbox/bird/api.ts';
import { Clock } from '../../src/sandbox/clock.ts';
import { contractOf } from '../../src/sandbox/contract.ts';
import { courierApi } from '../../src/sandbox/courier/api.ts';
import { fixtureIdsOf } from '../../src/sandbox/fixture-ids.ts';
import { serve } from '../../src/sandbox/server.ts';
import { createWorld } from '../../src/sandbox/world.ts';
import { ask, started } from './ask.ts';

const SEED = 5;
const mark = fixtureIdsOf(SEED);
const world = createWorld(SEED, new Clock(new Date()));
const apis = {
  bird: birdApi(world, contractOf('bird')),
  courier: courierApi(world, contractOf('courier')),
};

const channel = `/workspaces/{workspaceId}/channels/${mark.birdChannelId}`;
const contact = `/workspaces/{workspaceId}/contacts/${mark.birdContactId}`;
const subscriptions = '/workspaces/{workspaceId}/webhook-subscriptions';
const subscription = `${subscriptions}/${mark.birdWebhookSubscriptionId}`;
const conversation = `/v1/messaging-channels/${mark.courierChannelId}/`;
const message = `/v1/messaging-messages/${mark.courierMessageId}/`;
const acting = { 'individual-id': mark.courierIndividualId };
const created = (type: string, attributes: object) => ({ data: { type, attributes } });
const changed = (type: string, id: string, attributes: object) => ({ data: { type, id, attributes } });
const range = 'startAt=2020-01-01T00:00:00Z&endAt=2099-01-01T00:00:00.000Z';

/** A sensible request for every operation: the path as it is asked for, the status it earns, its body. */
const samples: Record<string, [path: string, status: number, body?: unknown][]> = {
  'GET /workspaces/{workspaceId}/channels': [
    [
      `/workspaces/{workspaceId}/channels?limit=1000&platform=sms&platform=whatsapp&status=active&id=${mark.birdChannelId}`,
      200,
    ],
    ['/workspaces/{workspaceId}/channels?useCaseType=transactional&onlyMyChannels=false&reverse=true', 200],
  ],
  'GET /workspaces/{workspaceId}/channels/{channelId}': [[channel, 200]],
  'GET /workspaces/{workspaceId}/channels/{channelId}/contacts/{contactId}': [
    [`${channel}/contacts/${mark.birdContactId}?contactIdentifierValue=`, 200],
    [`/workspaces/{workspaceId}/channels/${mark.birdSmsChannelId}/contacts/${mark.birdContactId}`, 200],
  ],
  'GET /workspaces/{workspaceId}/channel-groups': [['/workspaces/{workspaceId}/channel-groups', 200]],
  'GET /workspaces/{workspaceId}/channel-groups/{channelGroupId}': [
    [`/workspaces/{workspaceId}/channel-groups/${mark.birdChannelGroupId}`, 200],
  ],
  'GET /workspaces/{workspaceId}/channels/messages': [
    ['/workspaces/{workspaceId}/channels/messages?limit=1000', 200],
    [
      `/workspaces/{workspaceId}/channels/messages?channelId=${mark.birdChannelId}&${range}&direction=incoming&countryCode=US`,
      200,
    ],
  ],
  'GET /workspaces/{workspaceId}/channels/{channelId}/messages': [
    [`${channel}/messages?limit=1000&${range}&from=%2B12025550142`, 200],
  ],
  'POST /workspaces/{workspaceId}/channels/{channelId}/messages': [
    [
      `${channel}/messages`,
      202,
      {
        receiver: { contacts: [{ id: mark.birdContactId }] },
        body: { type: 'text', text: { text: 'Hello' } },
      },
    ],
    [
      `/workspaces/{workspaceId}/channels/${mark.birdSmsChannelId}/messages`,
      202,
      {
        receiver: { contacts: [{ identifierValue: '+12025550142' }] },
        template: { projectId: 'p', version: 'latest', locale: 'en' },
      },
    ],
  ],
  'GET /workspaces/{workspaceId}/channels/{channelId}/messages/{messageId}': [
    [`${channel}/messages/${mark.birdMessageId}`, 200],
  ],
  'GET /workspaces/{workspaceId}/channels/{channelId}/messages/{messageId}/interactions': [
    [`${channel}/messages/${mark.birdMessageId}/interactions`, 200],
  ],
  'GET /workspaces/{workspaceId}/contacts': [
    ['/workspaces/{workspaceId}/contacts?limit=100&reverse=true', 200],
  ],
  'POST /workspaces/{workspaceId}/contacts': [
    [
      '/workspaces/{workspaceId}/contacts',
      201,
      { displayName: 'New', identifiers: [{ key: 'emailaddress', value: 'new@example.com' }] },
    ],
  ],
  'POST /workspaces/{workspaceId}/contacts/search': [
    [
      '/workspaces/{workspaceId}/contacts/search',
      200,
      { identifier: { key: 'phonenumber', value: '+12025550142' } },
    ],
  ],
  'PATCH /workspaces/{workspaceId}/contacts/identifiers/{key}/{value}': [
    [
      '/workspaces/{workspaceId}/contacts/identifiers/phonenumber/+12025550142',
      200,
      { attributes: { vip: true } },
    ],
    ['/workspaces/{workspaceId}/contacts/identifiers/emailaddress/second@example.com', 201, {}],
  ],
  'GET /workspaces/{workspaceId}/contacts/{contactId}': [[`${contact}?attribute=shoeSize`, 200]],
  'PATCH /workspaces/{workspaceId}/contacts/{contactId}': [
    [contact, 200, { attributes: { shoeSize: 39 }, addIdentifiers: [{ key: 'customer', value: 'c-17' }] }],
  ],
  'GET /workspaces/{workspaceId}/contacts/{contactId}/identifiers': [
    [`${contact}/identifiers?limit=100`, 200],
  ],
  'POST /workspaces/{workspaceId}/contacts/{contactId}/identifiers': [
    [`${contact}/identifiers`, 201, { key: 'emailaddress', value: 'amina@example.org' }],
  ],
  'DELETE /workspaces/{workspaceId}/contacts/{contactId}/identifiers': [
    [`${contact}/identifiers`, 204, { key: 'phonenumber', value: '+12025550142' }],
  ],
  'DELETE /workspaces/{workspaceId}/contacts/{contactId}': [[contact, 204]],
  'GET /workspaces/{workspaceId}/available-webhooks': [
    ['/workspaces/{workspaceId}/available-webhooks', 200],
    ['/workspaces/{workspaceId}/available-webhooks?service=channels', 200],
  ],
  'GET /workspaces/{workspaceId}/webhook-subscriptions': [
    [subscriptions, 200],
    [`${subscriptions}?limit=100`, 200],
  ],
  'POST /workspaces/{workspaceId}/webhook-subscriptions': [
    [
      subscriptions,
      201,
      {
        service: 'channels',
        event: 'sms.outbound',
        eventFilters: [{ key: 'channelId', value: mark.birdSmsChannelId }],
        url: 'https://pigeon.example.com/webhooks/bird',
        signingKey: 'secret',
        template: 'text',
      },
    ],
    [
      subscriptions,
      201,
      { service: 'conversations', event: 'conversation.created', url: 'https://a.example.com' },
    ],
  ],
  'GET /workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}': [[subscription, 200]],
  'PATCH /workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}': [
    [subscription, 200, { eventFilters: null, url: 'https://b.example.com/c?d=e', signingKey: 'new' }],
    [subscription, 200, { status: 'inactive' }],
  ],
  'GET /workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}/logs': [
    [`${subscription}/logs?limit=1`, 200],
    [`${subscription}/logs?executionStatus=succeeded`, 200],
  ],
  'GET /workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}/logs/details': [
    [`${subscription}/logs/details?requestId=${mark.birdWebhookRequestId}`, 200],
    [`${subscription}/logs/details?requestId=other`, 404],
  ],
  'DELETE /workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}': [[subscription, 204]],

  'GET /v1/individual-groups/{id}/': [[`/v1/individual-groups/${mark.courierGroupId}/`, 200]],
  'GET /v1/individuals/{id}/': [[`/v1/individuals/${mark.courierIndividualId}/`, 200]],
  'POST /v1/individuals/{id}/multicast/': [
    [
      `/v1/individuals/${mark.courierIndividualId}/multicast/`,
      201,
      { 'template-id': 'welcome', 'template-data': { a: 1 } },
    ],
  ],
  'POST /v1/individuals/{id}/recalculate-communication-summary/': [
    [`/v1/individuals/${mark.courierIndividualId}/recalculate-communication-summary/`, 201, {}],
  ],
  'GET /v1/messaging-channels/': [
    ['/v1/messaging-channels/', 200],
    ['/v1/messaging-channels/?filter[archived]=true&use-group-name=false', 200],
    [
      `/v1/messaging-channels/?participant-id=${mark.courierIndividualId}&individual-id=${mark.courierProviderId}&page[limit]=2`,
      200,
    ],
  ],
  'POST /v1/messaging-channels/': [
    [
      '/v1/messaging-channels/',
      201,
      created('messaging-channels', {
        'organization-id': mark.courierOrganizationId,
        name: 'New',
        'individual-ids': [mark.courierIndividualId],
        'individual-group-id': mark.courierGroupId,
      }),
    ],
  ],
  'GET /v1/messaging-channels/{id}/': [[`${conversation}?include-individual-group=true`, 200]],
  'PATCH /v1/messaging-channels/{id}/': [
    [
      conversation,
      200,
      changed('messaging-channels', mark.courierChannelId, [
        { op: 'replace', path: '/label', value: 'vip' },
      ] as never),
    ],
  ],
  'POST /v1/messaging-channels/{id}/archive/': [[`${conversation}archive/`, 201, {}]],
  'POST /v1/messaging-channels/{id}/unarchive/': [[`${conversation}unarchive/`, 201, {}]],
  'GET /v1/messaging-channels/{id}/get-profile/': [
    [
      `${conversation}get-profile/?individual-id=${mark.courierProviderId}&profile-individual-id=${mark.courierIndividualId}`,
      200,
    ],
  ],
  'POST /v1/messaging-channels/{id}/preferences/': [
    [`${conversation}preferences/`, 201, { ...acting, values: [{ name: 'notify', value: 'none' }] }],
  ],
  'POST /v1/messaging-channels/{id}/sms/': [
    [`${conversation}sms/`, 201, { active: true, 'initial-message': 'Now by SMS too' }],
  ],
  'POST /v1/messaging-channels/{id}/subscribe/': [
    [`${conversation}subscribe/`, 201, { 'individual-ids': [mark.tricky.guardian] }],
  ],
  'POST /v1/messaging-channels/{id}/unsubscribe/': [
    [`${conversation}unsubscribe/`, 201, { 'individual-ids': [mark.tricky.guardian] }],
  ],
  'GET /v1/messaging-messages/': [
    [
      `/v1/messaging-messages/?channel-id=${mark.courierChannelId}&include-read-receipts=true&include-phrases=true&thumbnail=true`,
      200,
    ],
    [
      `/v1/messaging-messages/?channel-id=${mark.courierChannelId}&acknowledged=false&filter[cmp-posted-time]=>=2020-01-01T00:00:00Z`,
      200,
    ],
  ],
  'POST /v1/messaging-messages/': [
    [
      '/v1/messaging-messages/',
      201,
      created('messaging-messages', { 'channel-id': mark.courierChannelId, message: 'Hello', ...acting }),
    ],
  ],
  'GET /v1/messaging-messages/{id}/': [[`${message}?individual-id=${mark.courierIndividualId}`, 200]],
  'PATCH /v1/messaging-messages/{id}/': [
    [
      message,
      200,
      changed('messaging-messages', mark.courierMessageId, { message: 'Changed', removed: false }),
    ],
  ],
  'POST /v1/messaging-messages/{id}/ack/': [[`${message}ack/`, 201, { ...acting, 'allow-past': true }]],
  'POST /v1/messaging-messages/{id}/add-reaction/': [
    [`${message}add-reaction/`, 201, { ...acting, 'reaction-type': 'love' }],
  ],
  'POST /v1/messaging-messages/{id}/delete-reaction/': [
    [`${message}delete-reaction/`, 201, { ...acting, 'reaction-type': 'love' }],
  ],
  'GET /v1/messaging-messages/{id}/get-receipts/': [[`${message}get-receipts/`, 200]],
  'GET /v1/organizations/': [['/v1/organizations/?filter[name]=harbour', 200]],
  'GET /v1/organizations/{id}/': [[`/v1/organizations/${mark.courierOrganizationId}/`, 200]],
  'GET /v1/text-accounts/': [[`/v1/text-accounts/?organization-id=${mark.courierOrganizationId}`, 200]],
  'GET /v1/text-accounts/{id}/': [[`/v1/text-accounts/${mark.courierTextAccountId}/`, 200]],
  'GET /v1/texts/': [
    [
      `/v1/texts/?account-id=${mark.courierTextAccountId}&filter[number-id]=${mark.courierTextNumberId}&filter[target]=%2B12025550142`,
      200,
    ],
  ],
  'POST /v1/texts/': [
    [
      '/v1/texts/',
      201,
      created('texts', { 'account-id': mark.courierTextAccountId, message: 'Hello', target: '+12025550142' }),
    ],
  ],
  'GET /v1/texts/{id}/': [[`/v1/texts/${mark.courierTextId}/`, 200]],
  'POST /v1/texts/{id}/callback/': [
    [`/v1/texts/${mark.courierTextId}/callback/`, 201, { MessageStatus: 'undelivered' }],
  ],
  'GET /v1/user-emails/': [[`/v1/user-emails/?individual-id=${mark.courierIndividualId}`, 200]],
  'POST /v1/user-emails/': [
    [
      '/v1/user-emails/',
      201,
      created('user-emails', { ...acting, subject: 'Hello', message: 'Hello', to: mark.email }),
    ],
  ],
  'GET /v1/user-emails/{id}/': [[`/v1/user-emails/${mark.courierEmailId}/`, 200]],
  'POST /v1/user-emails/{id}/send/': [[`/v1/user-emails/${mark.courierEmailId}/send/`, 409, {}]],
  'GET /v1/users/': [['/v1/users/?filter[email]=amina.diallo@example.com&page[limit]=1000', 200]],
  'GET /v1/users/{id}/': [[`/v1/users/${mark.courierUserId}/`, 200]],
  'PATCH /v1/users/{id}/': [
    [
      `/v1/users/${mark.courierUserId}/`,
      200,
      changed('users', mark.courierUserId, { notifications: ['sms'] }),
    ],
  ],
  'POST /v1/users/{id}/multicast/': [
    [`/v1/users/${mark.courierUserId}/multicast/`, 201, { 'template-id': 'welcome', ...acting }],
  ],
  'POST /v1/users/{id}/validate-multicast-params/': [
    [
      `/v1/users/${mark.courierUserId}/validate-multicast-params/`,
      201,
      { 'template-id': 'welcome', data: {}, 'organization-id': mark.courierOrganizationId, ...acting },
    ],
  ],
};

describe.each(['bird', 'courier'] as const)('%s', (name) => {
  const keys = apis[name].contract.operations.map(({ key }) => key).sort();
  let running: Awaited<ReturnType<typeof started>>;
  beforeAll(async () => {
    running = await started({ seed: SEED });
  });
  afterAll(() => running.sandbox.close());

  it('handles every operation of its contract and no other', () => {
    expect(Object.keys(apis[name].handlers).sort()).toEqual(keys);
  });

  it.each(Object.entries(samples).filter(([key]) => key.includes('/v1/') === (name === 'courier')))(
    'answers %s as its contract says',
    async (key, requests) => {
      expect(keys).toContain(key);
      for (const [path, status, body] of requests) {
        const [method = ''] = key.split(' ');
        const whole = path.replace('{workspaceId}', running.sandbox.bird.workspaceId);
        const answer = await ask(running.sandbox, name, method, whole, body);
        expect(answer, JSON.stringify(answer.body)?.slice(0, 300)).toMatchObject({ status });
      }
    },
  );

  it('has a sample of every operation', () => {
    expect(Object.keys(samples)).toEqual(expect.arrayContaining(keys));
  });
});

it('answers 500 and says why when it would break a contract', async () => {
  const key = 'GET /v1/organizations/{id}/';
  const handlers = { ...apis.courier.handlers, [key]: () => ({ status: 200, body: { data: { id: 7 } } }) };
  const listening = await serve({ ...apis.courier, handlers }, world, () => {});
  const path = `/v1/organizations/${mark.courierOrganizationId}/`;
  const answer = await fetch(listening.url + path, {
    headers: { authorization: `Bearer ${world.courier.token}` },
  });
  expect(answer.status).toBe(500);
  expect(await answer.text()).toContain('breaks its contract');
  await listening.close();
});
