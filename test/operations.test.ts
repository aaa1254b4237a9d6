import { type GraphQLObjectType, getNamedType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { globalId } from '../src/graph/ids.ts';
import { type Claim, ledger } from '../src/graph/ledger.ts';
import { fixtureIds } from '../src/sandbox/fixture-ids.ts';
import { schema } from '../src/schema.ts';
import { fieldOf, requestOf } from './support/operations.ts';
import { type LiveGateway, startLiveGateway } from './support/sandbox.ts';

let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await startLiveGateway();
});
afterAll(() => gateway.close());

/** What the sandbox’s people have of courier’s things that are not rows of the contract. */
const KNOWN: Readonly<Record<string, string>> = {
  individuals: fixtureIds.courierIndividualId,
  'individual-groups': fixtureIds.courierGroupId,
  users: fixtureIds.courierUserId,
  organizations: fixtureIds.courierOrganizationId,
  'messaging-channels': fixtureIds.courierChannelId,
  'messaging-messages': fixtureIds.courierMessageId,
  'text-accounts': fixtureIds.courierTextAccountId,
  'text-account-numbers': fixtureIds.courierTextNumberId,
  texts: fixtureIds.courierTextId,
  'user-emails': fixtureIds.courierEmailId,
};

/** What the sandbox has of Bird’s things, by their names in the contract. */
const IN_BIRD: Readonly<Record<string, string>> = {
  AttributeDefinition: 'careTeam',
  Channel: fixtureIds.birdChannelId,
  ChannelGroup: fixtureIds.birdChannelGroupId,
  Connector: fixtureIds.birdConnectorId,
  Contact: fixtureIds.birdContactId,
  List: fixtureIds.birdListId,
  Message: fixtureIds.birdShowcaseId('photo'),
  WebhookSubscription: fixtureIds.birdWebhookSubscriptionId,
};

const idOf = (name: string): string => IN_BIRD[name] ?? KNOWN[name] ?? fixtureIds.courierRowId(name);

/** The global id of a thing of each type that has a path of one. */
const nodeOf = (typename: string): string | undefined => {
  const inBird = IN_BIRD[typename.replace(/^Bird/, '')];
  if (typename.startsWith('Bird') && inBird) {
    const channel = typename === 'BirdMessage' ? [fixtureIds.birdChannelId] : [];
    return globalId(typename, [fixtureIds.birdWorkspaceId, ...channel, inBird].join('/'));
  }
  const single = Object.values((schema.getType('Courier') as GraphQLObjectType).getFields()).find(
    (field) => getNamedType(field.type).name === typename && field.args.some(({ name }) => name === 'id'),
  );
  const call = ledger().find((claim) => single && fieldOf(claim).field === single);
  const [, , collection] = call?.path.split('/') ?? [];
  return collection === undefined ? undefined : globalId(typename, idOf(collection));
};

const name = ({ method, path }: Claim) => `${method} ${path}`;
const courier = ledger().filter(({ api }) => api === 'courier');
const bird = ledger().filter(({ api }) => api === 'bird');

type Given = Readonly<Record<string, unknown>>;

/** What cannot be made up by the contract alone, by operation: the sandbox’s people see to their own rights and files. */
const GIVEN: Readonly<Record<string, () => Given | Promise<Given>>> = {
  'POST /workspaces/{workspaceId}/contacts/search': () => ({
    identifier: { key: 'emailaddress', value: fixtureIds.email },
    platformAddress: undefined,
  }),
  'GET /workspaces/{workspaceId}/channels/{channelId}/media/{fileId}': () => ({
    fileId: fixtureIds.birdFileId,
  }),
  'GET /workspaces/{workspaceId}/messages/{messageId}/media/{fileId}': () => ({
    fileId: fixtureIds.birdFileId,
  }),
  'GET /workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}/logs/details': () => ({
    requestId: fixtureIds.birdWebhookRequestId,
  }),
  'GET /workspaces/{workspaceId}/network-lookup': () => ({ number: fixtureIds.phone }),
  'POST /workspaces/{workspaceId}/network-lookup': () => ({ phoneNumber: fixtureIds.phone }),
  'GET /workspaces/{workspaceId}/channels/{channelId}/contacts/{contactId}': () => ({
    id: fixtureIds.birdContactId,
  }),
  'GET /workspaces/{workspaceId}/applications/{applicationId}/signature/{signature}': () => ({
    applicationId: fixtureIds.birdApplicationId,
    signature: fixtureIds.birdApplicationSignature,
  }),
  'GET /v1/messaging-attachments/': async () => ({ messageId: (await attached()).messageId }),
  'GET /v1/messaging-attachments/{id}/': async () => ({ id: (await attached()).id }),
  'PATCH /v1/messaging-attachments/{id}/': async () => ({ id: (await attached()).id }),
  'GET /v1/video-compositions/': async () => ({ videoChannelId: (await recorded()).channelId }),
  'GET /v1/video-compositions/{id}/': async () => ({ id: (await recorded()).compositionId }),
  'GET /v1/video-participants/{id}/': async () => ({ id: (await recorded()).participantId }),
  'PATCH /v1/video-participants/{id}/': async () => ({
    id: (await recorded()).participantId,
    audioState: 'muted',
  }),
  'POST /v1/video-channels/{id}/participant-audio-states/': async () => {
    const { channelId, participantId } = await recorded();
    return { id: channelId, participants: [{ id: participantId, audioState: 'muted' }] };
  },
  'PATCH /v1/messaging-channels/{id}/': () => ({
    patch: [{ op: 'replace', path: '/name', value: 'Heart care' }],
  }),
  'POST /v1/messaging-channels/{id}/preferences/': () => ({
    individualId: SERVICE,
    values: [{ name: 'notify', value: 'all' }],
  }),
  'POST /v1/messaging-messages/': () => ({ individualId: SERVICE }),
  'PATCH /v1/messaging-messages/{id}/': async () => ({
    id: await posted(),
    individualId: SERVICE,
    draft: false,
  }),
  'POST /v1/messaging-attachments/{id}/process-upload/': async () => ({
    id: await uploaded('prepareCourierAttachment', {
      messageId: await posted(),
      contentType: 'image/png',
      filename: 'a.png',
    }),
    individualId: SERVICE,
  }),
  'POST /v1/messaging-bulk-attachments/{id}/process-upload/': async () => ({
    id: await uploaded('prepareCourierBulkAttachment', {
      bulkMessageId: idOf('messaging-bulk-messages'),
      contentType: 'image/png',
      filename: 'a.png',
    }),
  }),
  'POST /v1/user-email-attachments/{id}/process-upload/': async () => ({
    id: await uploaded('prepareCourierEmailAttachment', {
      emailId: await drafted(),
      contentType: 'image/png',
      filename: 'a.png',
    }),
  }),
  'POST /v1/user-emails/{id}/send/': async () => ({ id: await drafted() }),
  'POST /v1/texts/': () => ({
    target: fixtureIds.phone,
    callbackUrl: 'https://example.com/',
    callbackStatusUrl: 'https://example.com/',
  }),
  'POST /v1/purge-data/': () => ({
    entityId: idOf('voice-surveys'),
    confirmEntityId: idOf('voice-surveys'),
    entityType: 'voice-survey',
  }),
};

const SERVICE = fixtureIds.courierServiceIndividualId;

/** Asks the gateway for what a test needs beforehand. */
const data = async (document: string, variables: object = {}) => {
  const { body } = await gateway.ask(document, variables);
  expect(body.errors).toBeUndefined();
  return body.data;
};

/** A message with a file. */
const attached = async () => {
  const { courier } = await data(
    `{ courier { messages(first: 200, channelId: "${fixtureIds.courierChannelId}") { nodes { nativeId attachments { nativeId } } } } }`,
  );
  const message = courier.messages.nodes.find(
    ({ attachments }: { attachments?: unknown[] }) => attachments?.length,
  );
  return { messageId: message.nativeId as string, id: message.attachments[0].nativeId as string };
};

/** A video channel with a recording. */
const recorded = async () => {
  const { courier } = await data(
    `{ courier { videoChannels(individualId: "${fixtureIds.courierIndividualId}") { nodes { nativeId compositions { nativeId } participants { nativeId } } } } }`,
  );
  const channel = courier.videoChannels.nodes.find(
    ({ compositions }: { compositions?: unknown[] }) => compositions?.length,
  );
  return {
    channelId: channel.nativeId as string,
    compositionId: channel.compositions[0].nativeId as string,
    participantId: channel.participants[0].nativeId as string,
  };
};

/** A message of the service’s own. */
const posted = async (): Promise<string> => {
  const { postCourierMessage } = await data(
    `mutation { postCourierMessage(input: { channelId: "${fixtureIds.courierChannelId}", message: "x", individualId: "${SERVICE}" }) { message { nativeId } } }`,
  );
  return postCourierMessage.message.nativeId;
};

/** An email that is still a draft. */
const drafted = async (): Promise<string> => {
  const { createCourierEmail } = await data(
    `mutation { createCourierEmail(input: { individualId: "${fixtureIds.courierIndividualId}", subject: "x", message: "x" }) { email { nativeId } } }`,
  );
  return createCourierEmail.email.nativeId;
};

/** The id of a file whose bytes have been uploaded as a browser would. */
const uploaded = async (mutation: string, input: object): Promise<string> => {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const { [mutation]: slot } = await data(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { nativeId uploadUrl uploadData } }`,
    { input },
  );
  const form = new FormData();
  for (const [name, value] of Object.entries(slot.uploadData ?? {})) form.append(name, String(value));
  form.append('file', new Blob([PICTURE], { type: 'image/png' }), 'a.png');
  expect((await fetch(slot.uploadUrl, { method: 'POST', body: form })).status).toBeLessThan(300);
  return slot.nativeId;
};

/** The smallest picture there is. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const ask = async (operation: Claim, all: boolean) => {
  const given = (await GIVEN[name(operation)]?.()) ?? {};
  const { document, variables, path } = requestOf(operation, all, { idOf, nodeOf }, given);
  const { body } = await gateway.ask(document, variables);
  expect(
    body.errors?.map(({ message, extensions: { fields } }) => [message, fields, variables]) ?? [],
  ).toEqual([]);
  return path.reduce<unknown>(
    (at, step) =>
      (Array.isArray(at)
        ? (at.find((row) => row[step]?.nodes?.length > 0) ?? at[0])
        : (at as Record<string, unknown> | null))?.[step],
    body.data,
  );
};

/** Lists below rows of which not every one has some. */
const MAY_BE_EMPTY = ['GET /v1/user-devices/{id}/get-logs/'];

describe('every read of courier', () => {
  const reads = courier.filter(({ safe }) => safe);

  test.each(reads.map((claim) => [name(claim), claim] as const))('%s is answered whole', async (_, claim) => {
    const got = await ask(claim, false);
    expect(got).not.toBeNull();
    const { nodes } = got as { nodes?: unknown[] };
    if (nodes && !MAY_BE_EMPTY.includes(name(claim))) expect(nodes.length).toBeGreaterThan(0);
  });

  test.each(reads.map((claim) => [name(claim), claim] as const))(
    '%s takes all its arguments',
    async (_, claim) => {
      await ask(claim, true);
    },
  );
});

/** Files that are uploaded for a channel: nobody has uploaded one. */
const MAY_BE_NULL = ['GET /workspaces/{workspaceId}/channels/{channelId}/media/{fileId}'];

describe('every read of Bird', () => {
  const reads = bird.filter(({ safe }) => safe);

  test.each(reads.map((claim) => [name(claim), claim] as const))('%s is answered whole', async (_, claim) => {
    const got = await ask(claim, false);
    if (!MAY_BE_NULL.includes(name(claim))) expect(got).not.toBeNull();
  });

  test.each(reads.map((claim) => [name(claim), claim] as const))(
    '%s takes all its arguments',
    async (_, claim) => {
      await ask(claim, true);
    },
  );
});

describe('every change of courier', () => {
  const changes = courier.filter(({ safe }) => !safe);

  test.each(changes.map((claim) => [name(claim), claim] as const))(
    '%s is made with all that it takes',
    async (_, claim) => {
      await ask(claim, true);
    },
  );
});

test('nothing that is documented was left uncalled', () => {
  const asked = gateway.sandbox.asked.map(({ api, method, url }) => ({
    api,
    method,
    path: url.split('?')[0] ?? '',
  }));
  const isAsked = ({ api, method, path }: Claim) => {
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    return asked.some((one) => one.api === api && one.method === method && pattern.test(one.path));
  };
  expect(courier.filter((claim) => !isAsked(claim)).map(name)).toEqual([]);
});
