import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Clock } from '../../src/sandbox/clock.ts';
import { courierApi } from '../../src/sandbox/courier/api.ts';
import type { Dictionary } from '../../src/sandbox/dictionary.ts';
import type { ContractOperation } from '../../src/sandbox/operation.ts';
import { answering, listen } from '../../src/sandbox/server.ts';
import { createWorld } from '../../src/sandbox/world.ts';
import { ask, started } from './ask.ts';
import { contracts, fixtures, pathOf, requiredQuery, rowsOf, SEED, sampleOf } from './samples.ts';

let running: Awaited<ReturnType<typeof started>>;
beforeAll(async () => {
  running = await started({ seed: SEED });
});
afterAll(() => running.sandbox.close());

const acting = { 'individual-id': fixtures.courierIndividualId };
const draft = () =>
  rowsOf('courier', 'user-emails').find(({ attributes }) => attributes.status === 'draft')?.id;
const send = {
  receiver: { contacts: [{ id: fixtures.birdContactId }] },
  body: { type: 'text', text: { text: 'Hello' } },
};

/** Bodies that a schema alone does not tell. */
const BODIES: Dictionary = {
  'PATCH /v1/messaging-channels/{id}/': {
    data: {
      id: rowsOf('courier', 'messaging-channels')[0]?.id,
      type: 'messaging-channels',
      attributes: [{ op: 'replace', path: '/label', value: 'vip' }],
    },
  },
  'POST /v1/messaging-channels/{id}/preferences/': {
    'individual-id': fixtures.courierServiceIndividualId,
    values: [{ name: 'notify', value: 'none' }],
  },
  'PATCH /v1/messaging-messages/{id}/': {
    data: {
      id: rowsOf('courier', 'messaging-messages')[0]?.id,
      type: 'messaging-messages',
      attributes: { message: 'Changed', removed: false },
    },
  },
  'POST /v1/messaging-channels/': {
    data: {
      type: 'messaging-channels',
      attributes: {
        'organization-id': fixtures.courierOrganizationId,
        'individual-ids': fixtures.tricky.twoRecords,
      },
    },
  },
  'POST /v1/messaging-messages/': {
    data: {
      type: 'messaging-messages',
      attributes: { 'channel-id': fixtures.courierChannelId, message: 'Hello', ...acting },
    },
  },
  'POST /v1/texts/': {
    data: {
      type: 'texts',
      attributes: { 'account-id': fixtures.courierTextAccountId, message: 'Hello', target: '+12025550142' },
    },
  },
  'POST /v1/purge-data/': {
    data: {
      type: 'system-purges',
      attributes: { 'entity-type': 'individual', 'entity-id': fixtures.tricky.contradictingContact },
    },
  },
  'POST /workspaces/{workspaceId}/channels/{channelId}/messages': send,
  'POST /workspaces/{workspaceId}/channels/{channelId}/batch/messages': { messageRequests: [send, send] },
  'POST /workspaces/{workspaceId}/contacts/search': {
    identifier: { key: 'phonenumber', value: '+12025550142' },
  },
  'POST /workspaces/{workspaceId}/webhook-subscriptions': {
    service: 'channels',
    event: 'sms.outbound',
    url: 'https://pigeon.example.com/webhooks/bird',
  },
  'PATCH /workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}': { status: 'inactive' },
  'POST /workspaces/{workspaceId}/attribute-definitions': {
    key: 'shoeSize',
    displayName: 'Shoe size',
    type: 'number',
    cardinality: 'one',
    pii: false,
    readOnly: false,
  },
  'PATCH /workspaces/{workspaceId}/contacts/{contactId}': { attributes: { shoeSize: 39 } },
  'PATCH /workspaces/{workspaceId}/contacts/identifiers/{key}/{value}': { attributes: { vip: true } },
  'DELETE /workspaces/{workspaceId}/contacts/{contactId}/identifiers': {
    key: 'phonenumber',
    value: fixtures.phone,
  },
};

/** What comes of a request where that is no success: nothing to send, nothing uploaded, nobody there, another host. */
const STATUSES: Record<string, number> = {
  'POST /v1/messaging-attachments/{id}/process-upload/': 400,
  'POST /v1/messaging-bulk-attachments/{id}/process-upload/': 400,
  'POST /v1/purge-data/': 404,
  'POST /v1/user-emails/{id}/send/': 409,
  'GET /workspaces/{workspaceId}/channels/{channelId}/media/{fileId}': 404,
  'GET /workspaces/{workspaceId}/messages/{messageId}/media/{fileId}': 404,
  'POST /tracking/track': 404,
};

/** What comes of the same request once more, with all that can be said, where that is something else. */
const AGAIN: Record<string, number> = {
  'POST /v1/messaging-channels/': 409,
  'POST /v1/messaging-messages/{id}/delete-reaction/': 404,
  'POST /workspaces/{workspaceId}/attribute-definitions': 409,
  'POST /workspaces/{workspaceId}/contacts': 409,
  'DELETE /workspaces/{workspaceId}/connectors/{connectorId}': 404,
  'DELETE /workspaces/{workspaceId}/contacts/{contactId}': 404,
  'DELETE /workspaces/{workspaceId}/contacts/{contactId}/identifiers': 404,
  'DELETE /workspaces/{workspaceId}/lists/{listId}': 404,
  'DELETE /workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}': 404,
};

const METHODS = ['GET', 'PATCH', 'POST', 'DELETE'];

/** Reads come first, and deletions last, of the innermost first, so that there is something to ask for until then. */
const ordered = (operations: readonly ContractOperation[]) =>
  operations.toSorted(
    (a, b) =>
      METHODS.indexOf(a.method) - METHODS.indexOf(b.method) ||
      (a.method === 'DELETE' ? b.path.length - a.path.length : a.path.localeCompare(b.path)),
  );

const bodyOf = (api: 'bird' | 'courier', operation: ContractOperation, path: string, everything: boolean) => {
  if (operation.consumes.length === 0) return undefined;
  if (BODIES[operation.key]) return BODIES[operation.key];
  const body = sampleOf(api, operation.contract, operation.bodySchema, everything) as Dictionary;
  const [, , , id] = path.split('/');
  if (body.data?.id) body.data.id = id;
  if (body.data && 'meta' in body) body.meta = {};
  if (body.data?.attributes?.['individual-id'] && operation.path.includes('messaging'))
    body.data.attributes['individual-id'] = fixtures.courierServiceIndividualId;
  return body;
};

describe.each(['bird', 'courier'] as const)('%s', (api) => {
  it.each(ordered(contracts[api].operations).map((operation) => [operation.key, operation] as const))(
    'answers %s as its contract says',
    async (key, operation) => {
      const path = pathOf(api, operation);
      const query = new URLSearchParams(requiredQuery(api, operation));
      for (const everything of [false, true]) {
        const body = bodyOf(api, operation, path, everything);
        const headers = Object.fromEntries(
          operation.known.header.map(({ name }) => [name, fixtures.birdWorkspaceId]),
        );
        const { status, body: answer } = await ask(
          running.sandbox,
          api,
          operation.method,
          `${path}?${query}`,
          body,
          headers,
        );
        const expected = (everything && AGAIN[key]) || (STATUSES[key] ?? operation.success);
        expect(status, JSON.stringify(answer)?.slice(0, 400)).toBe(expected);
      }
    },
  );

  it('shows no field that its contract does not have', async () => {
    for (const operation of contracts[api].operations.filter(({ method }) => method === 'GET')) {
      const query = new URLSearchParams(requiredQuery(api, operation));
      const { status, body } = await ask(running.sandbox, api, 'GET', `${pathOf(api, operation)}?${query}`);
      if (status !== 200 || typeof body !== 'object') continue;
      const rows: Dictionary[] = [body.data ?? body.results ?? []].flat();
      for (const row of rows) {
        const schema = operation.contract.resolved(
          operation.answerSchema.properties?.data ?? operation.answerSchema,
        );
        const item = operation.contract.resolved(schema.items ?? schema.properties?.results?.items ?? schema);
        const holder = row.attributes && api === 'courier' ? row.attributes : row;
        const known = operation.contract.resolved(
          api === 'courier' && row.attributes ? item.properties.attributes : item,
        );
        if (known.properties)
          expect(Object.keys(known.properties), operation.key).toEqual(
            expect.arrayContaining(Object.keys(holder)),
          );
      }
    }
  });
});

it('sends a draft, once', async () => {
  const path = `/user-emails/${draft()}/send/`;
  expect(await running.courier('POST', path, {})).toMatchObject({
    status: 201,
    body: { data: { attributes: { status: 'sending' } } },
  });
  expect(await running.courier('POST', path, {})).toMatchObject({ status: 409 });
});

it('answers 500 and says why when it would break a contract', async () => {
  const world = createWorld(SEED, new Clock(new Date()));
  const api = courierApi(world, contracts.courier);
  api.handlers['GET /v1/organizations/{id}/'] = () => ({ status: 200, body: { data: { id: 7 } } });
  const listening = await listen();
  listening.answer(answering(api, world, () => {}));
  const answer = await fetch(`${listening.url}/v1/organizations/${fixtures.courierOrganizationId}/`, {
    headers: { authorization: `Bearer ${world.courier.token}` },
  });
  expect(answer.status).toBe(500);
  expect(await answer.text()).toContain('breaks its contract');
  await listening.close();
});
