import { readFileSync } from 'node:fs';
import { CORE_SCHEMA, load } from 'js-yaml';
import { expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import type { Prepared } from '../support/upstream.ts';
import {
  channelRow,
  contactRow,
  contract,
  listRow,
  messageRow,
  page,
  startBird,
  subscriptionRow,
} from './bird.ts';

const [SMS, M, ADA, GROUP, HOOK] = ['sms', 'm', 'ada', 'group', 'hook'].map((word) => `"${idOf(word)}"`);

const LIST = `"${idOf('list')}"`;
const CONNECTOR = `"${idOf('connector')}"`;

const READS = `{ bird {
  channels(first: 100, platform: ["sms"], status: [ACTIVE], reverse: true) { nodes { group { id } } }
  channel(id: ${SMS}) { name media(fileId: "f") { url } contact(id: ${ADA}, identifierValue: "+31612345678") { isPermanentSession }
    messages(first: 1000, direction: INCOMING, created: { since: "2026-01-01T00:00:00Z" }) { nodes { text } } }
  channelGroup(id: ${GROUP}) { platformId }
  messages(sender: ["+31612345678"], failureCode: [15001], reverse: false) { nodes { interactions { type } } }
  message(id: ${M}, channelId: ${SMS}) { text media(fileId: "f") { url } }
  contacts(first: 100) { nodes { displayName } }
  contact(id: "${idOf('bob')}") { displayName identifiers(first: 100) { nodes { value } } messages { nodes { id } }
    lists { nodes { name } } attributes(keys: ["team"]) }
  lists { nodes { name } }
  list(id: ${LIST}) { name contacts(first: 100, reverse: true) { nodes { id } } }
  attributeDefinitions(first: 100) { nodes { key } }
  attributeDefinition(id: "preferredLanguage") { key }
  connectors(first: 100, templateRef: "sms-messagebird:1") { nodes { name } }
  connector(id: ${CONNECTOR}) { name }
  phoneLookup(number: "+12025550142") { operator }
  trackingConfiguration(applicationId: "${idOf('app')}", signature: "2024-04-08T08-33-12_6240e235a4") { apiEndpoint }
  searchContacts(identifier: { key: "emailaddress", value: "ada@example.com" }) { id }
  availableWebhooks(service: CHANNELS) { events { name } }
  webhookSubscriptions(first: 100, searchFilters: { service: "channels" }) { nodes { event } }
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
  sendBirdMessages(input: { channelId: ${SMS}, messages: [
    { recipients: [{ contactId: ${ADA} }], body: { text: { text: "hello" } } }
    { recipients: [{ contactId: ${ADA} }], template: { projectId: "p" } }
  ] }) { batchId }
  one: prepareBirdUpload(input: { contentType: "image/png" }) { mediaUrl }
  other: prepareBirdUpload(input: { channelId: ${SMS}, contentType: "image/png" }) { mediaUrl }
  createBirdConnector(input: {
    name: "Clinic", connectorTemplateRef: "sms-messagebird:1", arguments: { channelMessageType: "transactional" },
    securityArguments: { token: { value: "secret" } }, channelConversationalStatusEnabled: null
  }) { connector { id } }
  deleteBirdConnector(input: { id: ${CONNECTOR} }) { id }
  createBirdAttributeDefinition(input: {
    key: "team", displayName: "Team", type: STRING, cardinality: MANY, pii: false, readOnly: false,
    format: { type: "emailAddress" }, acl: [{ roleId: "${idOf('role')}", read: true, write: false }]
  }) { attributeDefinition { key } }
  createBirdList(input: { name: "Flu shots", description: null, consentType: DOUBLE }) { list { id } }
  updateBirdList(input: { id: ${LIST}, name: "Shots", consentType: null }) { list { id } }
  addBirdListContacts(input: { listId: ${LIST}, contacts: [${ADA}] }) { itemsProcessed }
  removeBirdListContacts(input: {
    listId: ${LIST}, contacts: null, identifiers: [{ key: "k", value: "v" }]
  }) { itemsProcessed }
  deleteBirdList(input: { id: ${LIST} }) { id }
  lookUpBirdPhone(input: { phoneNumber: "+12025550142" }) { operator }
  trackBirdEvent(input: {
    applicationId: "${idOf('app')}", signature: "s", event: "booked", identifiers: [{ key: "k", value: "v" }],
    properties: { a: 1 }, context: {}
  }) { messageId }
}`;

const UPLOAD = { mediaUrl: 'https://m', uploadUrl: 'https://u', uploadMethod: 'POST', uploadFormData: {} };

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
  'POST /channels/*/batch/messages': { status: 202, body: { id: idOf('batch') } },
  'POST /channel-media/presigned-upload': { body: UPLOAD },
  'POST /channels/*/presigned-upload': { body: UPLOAD },
  'GET /channels/*/media/*': { body: { url: 'https://example.com/f' } },
  'GET /messages/*/media/*': { body: { url: 'https://example.com/f' } },
  'GET /connectors': page([{ id: idOf('connector') }]),
  'GET /connectors/*': { body: { id: idOf('connector') } },
  'POST /connectors': { status: 201, body: { id: idOf('connector') } },
  'DELETE /connectors/*': { status: 204 },
  'GET /contacts/*/lists': page([listRow('list')]),
  'GET /attribute-definitions': page([{ key: 'team' }]),
  'GET /attribute-definitions/*': { body: { key: 'preferredLanguage' } },
  'POST /attribute-definitions': { status: 201, body: { key: 'team' } },
  'GET /lists': page([listRow('list')]),
  'POST /lists': { status: 201, body: listRow('list') },
  'GET /lists/*': { body: listRow('list') },
  'PATCH /lists/*': { body: listRow('list') },
  'DELETE /lists/*': { status: 204 },
  'GET /lists/*/contacts': page([contactRow('ada')]),
  'POST /lists/*/contacts': { status: 201, body: { itemsProcessed: 1 } },
  'DELETE /lists/*/contacts': { body: { itemsProcessed: 1 } },
  'GET /network-lookup': { body: { operator: 'o' } },
  'POST /network-lookup': { body: { operator: 'o' } },
};

/** What left-out.yaml says of Bird. */
const leftOut = (
  (load(readFileSync(new URL('../../schema/left-out.yaml', import.meta.url), 'utf8'), {
    schema: CORE_SCHEMA,
  }) ?? []) as { readonly api: string }[]
).filter(({ api }) => api === 'bird');

test('every operation of Bird’s document is reached, and asked as it documents', async () => {
  expect(leftOut).toEqual([]);
  await using pigeon = await startBird(ANSWERS);
  pigeon.answers({
    'GET /applications/*/signature/*': {
      body: {
        apiEndpoint: pigeon.bird.url,
        tracking: { writeKey: 'write-key', endpoint: `${pigeon.bird.url}/tracking/track` },
      },
    },
  });
  pigeon.bird.answers({ 'POST /tracking/track': { status: 202, raw: '' } });
  await pigeon.query(READS);
  await pigeon.query(CHANGES);
  const judged = pigeon.bird.asked.map(contract.judge);
  expect(judged.flatMap(({ faults }) => faults)).toEqual([]);
  expect([...new Set(judged.map(({ name }) => name))].toSorted()).toEqual(contract.documented.toSorted());
});
