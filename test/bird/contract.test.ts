import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { idOf } from '../support/ids.ts';
import type { Prepared } from '../support/upstream.ts';
import { channelRow, contactRow, contract, messageRow, page, startBird, subscriptionRow } from './bird.ts';

const [SMS, M, ADA, GROUP, HOOK] = ['sms', 'm', 'ada', 'group', 'hook'].map((word) => `"${idOf(word)}"`);

const READS = `{ bird {
  channels(first: 100, platform: ["sms"], status: [ACTIVE], reverse: true) { nodes { group { id } } }
  channel(id: ${SMS}) { name contact(id: ${ADA}, identifierValue: "+31612345678") { isPermanentSession }
    messages(first: 1000, direction: INCOMING, created: { since: "2026-01-01T00:00:00Z" }) { nodes { text } } }
  channelGroup(id: ${GROUP}) { platformId }
  messages(sender: ["+31612345678"], failureCode: [15001], reverse: false) { nodes { interactions { type } } }
  message(id: ${M}, channelId: ${SMS}) { text }
  contacts(first: 100) { nodes { displayName } }
  contact(id: "${idOf('bob')}") { displayName identifiers(first: 100) { nodes { value } } messages { nodes { id } } }
  searchContacts(identifier: { key: "emailaddress", value: "ada@example.com" }) { id }
  availableWebhooks(service: CHANNELS) { events { name } }
  webhookSubscriptions(first: 100) { nodes { event } }
  webhookSubscription(id: ${HOOK}) { logs(first: 100, executionStatus: "failed") { nodes { requestId } }
    logDetails(requestId: "r") }
} }`;

const CHANGES = `mutation {
  sendBirdMessage(input: {
    channelId: ${SMS}, recipients: [{ contactId: ${ADA} }], tags: ["a"], validity: 60, body: { text: { text: "hello" } }
  }) { message { id } }
  createBirdContact(input: { displayName: "Ada", identifiers: [{ key: "k", value: "v" }] }) { contact { id } }
  updateBirdContact(input: { id: ${ADA}, strategy: STRICT_ALIAS, attributes: { language: "nl" } }) { contact { id } }
  upsertBirdContact(input: { key: "emailaddress", value: "ada@example.com", attributes: {} }) { contact { id } }
  addBirdContactIdentifier(input: { contactId: ${ADA}, key: "k", value: "v" }) { identifier { key } }
  removeBirdContactIdentifier(input: { contactId: ${ADA}, key: "k", value: "v" }) { contactId }
  deleteBirdContact(input: { id: ${ADA} }) { id }
  createBirdWebhookSubscription(input: {
    service: CHANNELS, event: "sms.inbound", url: "https://a.example.com", eventFilters: [{ key: "k", value: "v" }],
    signingKey: "s", template: "t"
  }) { subscription { id } }
  updateBirdWebhookSubscription(input: { id: ${HOOK}, eventFilters: [], status: INACTIVE }) { subscription { id } }
  deleteBirdWebhookSubscription(input: { id: ${HOOK} }) { id }
}`;

const ANSWERS: Readonly<Record<string, Prepared>> = {
  'GET /channels': page([channelRow('sms')]),
  'GET /channels/*': { body: channelRow('sms') },
  'GET /channels/*/contacts/*': { body: { serviceWindowExpireAt: null } },
  'GET /channel-groups': page([{ id: idOf('group'), channelIds: [] }]),
  'GET /channel-groups/*': { body: { id: idOf('group'), channelIds: [] } },
  'GET /channels/messages': page([messageRow('m2')]),
  'GET /channels/*/messages': page([]),
  'GET /channels/*/messages/*': { body: messageRow('m') },
  'GET /channels/*/messages/*/interactions': page([]),
  'GET /contacts': page([contactRow('ada')]),
  'GET /contacts/*': { body: contactRow('bob') },
  'GET /contacts/*/identifiers': page([]),
  'POST /contacts/search': page([]),
  'POST /channels/*/messages': { status: 202, body: messageRow('m3') },
  'POST /contacts': { status: 201, body: contactRow('ada') },
  'PATCH /contacts/*': { body: contactRow('ada') },
  'PATCH /contacts/identifiers/*/*': { body: contactRow('ada') },
  'POST /contacts/*/identifiers': { status: 201, body: { key: 'k', value: 'v' } },
  'DELETE /contacts/*/identifiers': { status: 204 },
  'DELETE /contacts/*': { status: 204 },
  'GET /available-webhooks': page([]),
  'GET /webhook-subscriptions': page([]),
  'GET /webhook-subscriptions/*': { body: subscriptionRow('hook') },
  'GET /webhook-subscriptions/*/logs': page([]),
  'GET /webhook-subscriptions/*/logs/details': page([]),
  'POST /webhook-subscriptions': { status: 201, body: subscriptionRow('hook') },
  'PATCH /webhook-subscriptions/*': { body: subscriptionRow('hook') },
  'DELETE /webhook-subscriptions/*': { status: 204 },
};

const read = (name: string) => parse(readFileSync(new URL(`../../schema/${name}`, import.meta.url), 'utf8'));

/** The operations that the graph does not reach. */
const leftOut: readonly string[] = read('left-out.yaml')
  .filter(({ api }: { api: string }) => api === 'bird')
  .map(
    ({ method, path }: { method: string; path: string }) =>
      read('bird.openapi.yaml').paths[path][method.toLowerCase()].operationId,
  );

test('every operation of Bird’s document that is not left out is reached, and asked as it documents', async () => {
  await using pigeon = await startBird(ANSWERS);
  await pigeon.query(READS);
  await pigeon.query(CHANGES);
  const judged = pigeon.bird.asked.map(contract.judge);
  expect(judged.flatMap(({ faults }) => faults)).toEqual([]);
  expect([...new Set(judged.map(({ name }) => name))].toSorted()).toEqual(
    contract.documented.filter((name) => !leftOut.includes(name)).toSorted(),
  );
});
