import type { GraphQLInputObjectType } from 'graphql';
import { fixtureIds } from '../../src/sandbox/fixture-ids.ts';
import { schema } from '../../src/schema.ts';
import { exampleInput, type Given } from './example-input.ts';
import type { preparing } from './preparing.ts';

/** What is given in place of examples; several, where one request cannot say everything. */
export type Asking = Given | readonly Given[];

const inputNamed = (name: string) => schema.getType(name) as GraphQLInputObjectType;

const membersOf = (oneOf: string): string[] => Object.keys(inputNamed(oneOf).getFields());

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
export const IN_BIRD: Readonly<Record<string, string>> = {
  AttributeDefinition: 'careTeam',
  Channel: fixtureIds.birdChannelId,
  ChannelGroup: fixtureIds.birdChannelGroupId,
  Connector: fixtureIds.birdConnectorId,
  Contact: fixtureIds.birdContactId,
  List: fixtureIds.birdListId,
  Message: fixtureIds.birdShowcaseId('photo'),
  WebhookSubscription: fixtureIds.birdWebhookSubscriptionId,
  Workspace: fixtureIds.birdWorkspaceId,
};

export const idOf = (name: string): string => IN_BIRD[name] ?? KNOWN[name] ?? fixtureIds.courierRowId(name);

/** An application whose events Bird takes. */
const APPLICATION = {
  applicationId: fixtureIds.birdApplicationId,
  signature: fixtureIds.birdApplicationSignature,
};

/** What a message of Bird cannot say of itself without contradicting itself. */
const MESSAGE: Given = {
  template: undefined,
  'BirdMessageInput.template': undefined,
  'BirdRecipientInput.contactId': fixtureIds.birdContactId,
  'BirdRecipientInput.identifierKey': undefined,
  'BirdRecipientInput.identifierValue': undefined,
  'BirdReplyToInput.id': fixtureIds.birdMessageId,
  scheduledFor: new Date(Date.now() + 3_600_000).toISOString(),
  'BirdMessageInput.scheduledFor': new Date(Date.now() + 3_600_000).toISOString(),
};

/** The same with a template in place of a body. */
const TEMPLATE: Given = Object.fromEntries(
  ['', 'BirdMessageInput.'].flatMap((holder) => [
    [`${holder}body`, undefined],
    [`${holder}template`, exampleInput(inputNamed('BirdTemplateInput'), 'template')],
  ]),
);

/** The same to somebody who is no contact yet. */
const TO_IDENTIFIER: Given = {
  'BirdRecipientInput.contactId': undefined,
  'BirdRecipientInput.identifierKey': 'phonenumber',
  'BirdRecipientInput.identifierValue': fixtureIds.phone,
};

/** What a contact is told apart by. */
const identifier = (value: string) => ({ key: 'emailaddress', value });

const SERVICE = fixtureIds.courierServiceIndividualId;

/** What cannot be made up by the contract alone, by operation: the sandbox’s people see to their own rights and files. */
export const givenBy = ({
  read,
  attached,
  recorded,
  posted,
  drafted,
  uploaded,
}: ReturnType<typeof preparing>): Readonly<Record<string, () => Asking | Promise<Asking>>> => ({
  'POST /workspaces/{workspaceId}/contacts/search': () => [
    { identifier: identifier(fixtureIds.email), platformAddress: undefined },
    { identifier: undefined, platformAddress: '12025550142' },
  ],
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
  'GET /workspaces/{workspaceId}/applications/{applicationId}/signature/{signature}': () => APPLICATION,
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
  'POST /workspaces/{workspaceId}/connectors': () => ({ securityArguments: {} }),
  'POST /workspaces/{workspaceId}/contacts': () => ({
    identifiers: [{ ...identifier('new@example.com'), properties: { source: 'desk' } }],
    attributes: { careTeam: 'Heart' },
  }),
  'PATCH /workspaces/{workspaceId}/contacts/{contactId}': () => {
    const attributes = { careTeam: 'Heart' };
    const second = [identifier('second@example.com')];
    // Either all identifiers are said, or what comes and goes.
    return [
      { attributes, identifiers: undefined, addIdentifiers: second, removeIdentifiers: second },
      {
        attributes,
        identifiers: [identifier(fixtureIds.email)],
        addIdentifiers: undefined,
        removeIdentifiers: undefined,
      },
    ];
  },
  'POST /workspaces/{workspaceId}/channels/{channelId}/batch/messages': () => [
    MESSAGE,
    { ...MESSAGE, ...TEMPLATE },
  ],
  'POST /workspaces/{workspaceId}/channels/{channelId}/messages': () => [
    ...membersOf('BirdMessageBodyInput').map((kind) => ({ ...MESSAGE, BirdMessageBodyInput: kind })),
    ...membersOf('BirdMessageActionInput').map((kind) => ({
      ...MESSAGE,
      BirdMessageBodyInput: 'text',
      BirdMessageActionInput: kind,
    })),
    { ...MESSAGE, ...TEMPLATE },
    { ...MESSAGE, ...TO_IDENTIFIER },
  ],
  'POST /workspaces/{workspaceId}/webhook-subscriptions': () => ({
    url: 'https://example.com/',
    event: 'sms.outbound',
    eventFilters: [{ key: 'channelId', value: fixtureIds.birdChannelId }],
  }),
  'PATCH /workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}': () => ({
    url: 'https://example.com/',
    eventFilters: [{ key: 'platformId', value: 'whatsapp' }],
  }),
  'POST /tracking/track': async () => {
    const { bird } = await read(
      'query ($applicationId: ID!, $signature: String!) { bird { trackingConfiguration(applicationId: $applicationId, signature: $signature) { tracking { writeKey } } } }',
      APPLICATION,
    );
    const { writeKey } = bird.trackingConfiguration.tracking;
    return { ...APPLICATION, writeKey, workspaceId: fixtureIds.birdWorkspaceId };
  },
  'POST /workspaces/{workspaceId}/channel-media/presigned-upload': () => ({
    channelId: undefined,
    contentType: 'image/png',
  }),
  'POST /workspaces/{workspaceId}/channels/{channelId}/presigned-upload': () => ({
    contentType: 'image/png',
  }),
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
});
