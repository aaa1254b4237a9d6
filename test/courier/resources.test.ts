import { idOf } from '../support/ids.ts';
import { conforms, conformsInSilence } from './conforms.ts';
import { at, resource } from './samples.ts';

const native = (name: string) => ({ nativeId: idOf(name) });

conforms('CourierIndividual', {
  path: '/v1/individuals/{id}/',
  field: 'individual',
  sample: resource('individuals', 'amina', {
    'account-type': 'patient',
    'birth-date': '1986-04-17',
    'first-name': 'Amina',
    'last-modified-time': at(1),
    'last-name': 'Diallo',
    'owner-id': idOf('clinic'),
    'preferred-name': 'Mina',
  }),
  selection: `accountType birthDate firstName lastModifiedTime lastName ownerId owner { nativeId } preferredName`,
  reads: {
    accountType: 'patient',
    birthDate: '1986-04-17',
    firstName: 'Amina',
    lastModifiedTime: at(1),
    lastName: 'Diallo',
    ownerId: idOf('clinic'),
    owner: native('clinic'),
    preferredName: 'Mina',
  },
});

conforms('CourierIndividualGroup', {
  path: '/v1/individual-groups/{id}/',
  field: 'individualGroup',
  sample: resource('individual-groups', 'family', {
    individuals: [{ id: idOf('amina') }, { id: idOf('moussa') }],
    'last-sync-time': at(2),
    leaders: [{ id: idOf('farah') }],
    name: 'Family Diallo',
    'organization-id': idOf('clinic'),
    'parent-id': idOf('everybody'),
  }),
  selection: `individuals { individual { nativeId } } lastSyncTime leaders { individual { nativeId } } name
    organization { nativeId } parentId`,
  reads: {
    individuals: [{ individual: native('amina') }, { individual: native('moussa') }],
    lastSyncTime: at(2),
    leaders: [{ individual: native('farah') }],
    name: 'Family Diallo',
    organization: native('clinic'),
    parentId: idOf('everybody'),
  },
});

conforms('CourierOrganization', {
  path: '/v1/organizations/{id}/',
  field: 'organization',
  sample: resource('organizations', 'clinic', {
    classification: 'clinic',
    'display-name': 'Harbour Clinic',
    'last-modified-time': at(3),
    name: 'harbour',
    'provider-type': 'hospital',
    timezone: 'America/New_York',
  }),
  selection: `classification displayName lastModifiedTime name providerType timezone`,
  reads: {
    classification: 'clinic',
    displayName: 'Harbour Clinic',
    lastModifiedTime: at(3),
    name: 'harbour',
    providerType: 'hospital',
    timezone: 'America/New_York',
  },
  list: { field: 'organizations', max: 1000 },
});

conforms('CourierUser', {
  path: '/v1/users/{id}/',
  field: 'user',
  sample: resource('users', 'user of amina', {
    'auto-sign-up': false,
    'communication-preferences': { email: true },
    email: 'amina@example.com',
    'email-verified': true,
    'first-name': 'Amina',
    'last-name': 'Diallo',
    'last-sync-time': at(4),
    locale: 'en_US',
    'locale-explicit': true,
    notifications: ['email', 'push'],
    phone: '+12025550100',
    'phone-unsubscribed': false,
    'phone-verified': true,
    'primary-individual-id': idOf('amina'),
    'sms-mode': 'disabled',
    state: 'active',
    tz: 'America/New_York',
    'tz-explicit': false,
    username: 'amina',
  }),
  selection: `autoSignUp communicationPreferences email emailVerified firstName lastName lastSyncTime locale
    localeExplicit notifications phone phoneUnsubscribed phoneVerified primaryIndividual { nativeId } smsMode
    state tz tzExplicit username`,
  reads: {
    autoSignUp: false,
    communicationPreferences: { email: true },
    email: 'amina@example.com',
    emailVerified: true,
    firstName: 'Amina',
    lastName: 'Diallo',
    lastSyncTime: at(4),
    locale: 'en_US',
    localeExplicit: true,
    notifications: ['email', 'push'],
    phone: '+12025550100',
    phoneUnsubscribed: false,
    phoneVerified: true,
    primaryIndividual: native('amina'),
    smsMode: 'disabled',
    state: 'active',
    tz: 'America/New_York',
    tzExplicit: false,
    username: 'amina',
  },
  list: { field: 'users', max: 1000 },
});

conforms('CourierChannel', {
  path: '/v1/messaging-channels/{id}/',
  field: 'channel',
  sample: resource('messaging-channels', 'channel', {
    archived: false,
    bookmark: { id: idOf('bookmark'), 'message-id': idOf('marked') },
    'caller-has-new-message': true,
    'caller-new-message-count': 3,
    'can-enable-sms': true,
    'created-at': at(5),
    'created-by': idOf('farah'),
    'event-settings': { enabled: true },
    floating: false,
    'group-provider-ack': true,
    'individual-group': { name: 'Family Diallo' },
    'individual-group-id': idOf('family'),
    label: 'knee',
    'last-message': {
      id: idOf('newest'),
      message: 'How is the knee?',
      'posted-time': at(6),
      removed: false,
    },
    'last-modified-time': at(7),
    name: 'Amina and the clinic',
    'observation-id': idOf('observation'),
    'org-id': idOf('clinic'),
    'owner-first-name': 'Farah',
    'owner-id': idOf('farah'),
    'owner-last-name': 'Rahimi',
    subscribers: [
      {
        admin: true,
        'auto-sign-up': false,
        'birth-date': '1986-04-17',
        'communication-preferences': { sms: false },
        email: 'amina@example.com',
        'email-verified': true,
        'first-name': 'Amina',
        id: idOf('amina'),
        'last-name': 'Diallo',
        'phone-number': '+12025550100',
        'phone-number-unsubscribed': true,
        'phone-number-verified': false,
        pinned: true,
      },
    ],
    'subscription-type': 'none',
    'text-number': { id: idOf('number') },
    'with-sms': true,
  }),
  selection: `source archived bookmarkedMessageId callerHasNewMessage callerNewMessageCount canEnableSms createdAt
    createdBy eventsEnabled floating groupProviderAck individualGroup { nativeId name } label
    lastMessage { nativeId text postedTime removed } lastModifiedTime name observationId
    organization { nativeId } owner { nativeId firstName lastName }
    subscribers {
      admin autoSignUp birthDate communicationPreferences email emailVerified firstName
      individual { nativeId firstName lastName birthDate } lastName phoneNumber phoneNumberUnsubscribed
      phoneNumberVerified pinned
    }
    subscriptionType textNumberId withSms`,
  reads: {
    source: 'COURIER',
    archived: false,
    bookmarkedMessageId: idOf('marked'),
    callerHasNewMessage: true,
    callerNewMessageCount: 3,
    canEnableSms: true,
    createdAt: at(5),
    createdBy: idOf('farah'),
    eventsEnabled: true,
    floating: false,
    groupProviderAck: true,
    individualGroup: { ...native('family'), name: 'Family Diallo' },
    label: 'knee',
    lastMessage: { ...native('newest'), text: 'How is the knee?', postedTime: at(6), removed: false },
    lastModifiedTime: at(7),
    name: 'Amina and the clinic',
    observationId: idOf('observation'),
    organization: native('clinic'),
    owner: { ...native('farah'), firstName: 'Farah', lastName: 'Rahimi' },
    subscribers: [
      {
        admin: true,
        autoSignUp: false,
        birthDate: '1986-04-17',
        communicationPreferences: { sms: false },
        email: 'amina@example.com',
        emailVerified: true,
        firstName: 'Amina',
        individual: { ...native('amina'), firstName: 'Amina', lastName: 'Diallo', birthDate: '1986-04-17' },
        lastName: 'Diallo',
        phoneNumber: '+12025550100',
        phoneNumberUnsubscribed: true,
        phoneNumberVerified: false,
        pinned: true,
      },
    ],
    subscriptionType: 'none',
    textNumberId: idOf('number'),
    withSms: true,
  },
  list: { field: 'channels', max: 50 },
});

conforms('CourierMessage', {
  path: '/v1/messaging-messages/{id}/',
  field: 'message',
  sample: resource('messaging-messages', 'message', {
    ack: true,
    attachments: [
      {
        'content-size': 512,
        'content-type': 'image/png',
        filename: 'knee.png',
        id: idOf('attachment'),
        removed: false,
        thumbnail: 'iVBORw0KGgo=',
      },
    ],
    'channel-id': idOf('channel'),
    destination: { sms: '+12025550100' },
    draft: false,
    'first-name': 'Amina',
    'individual-id': idOf('amina'),
    'last-modified-time': at(9),
    'last-name': 'Diallo',
    message: 'It still hurts.',
    phrases: { pain: 1 },
    'posted-time': at(8),
    'preferred-name': 'Mina',
    reactions: [
      {
        'first-name': 'Farah',
        'individual-id': idOf('farah'),
        'last-name': 'Rahimi',
        'reaction-type': 'sad',
        'user-name': 'farah',
      },
    ],
    'read-receipts': [
      {
        'ack-time': at(10),
        'ack-user-time': at(11),
        'individual-first-name': 'Farah',
        'individual-id': idOf('farah'),
        'individual-last-name': 'Rahimi',
      },
    ],
    removed: false,
    sentiment: 'negative',
    source: 'web',
    'user-id': idOf('user of amina'),
    'user-name': 'amina',
    'user-type': 'participant',
  }),
  selection: `source direction text status nativeStatus statusAt createdAt acknowledged
    attachments { nativeId filename contentType contentSize thumbnail removed }
    channel { id nativeId source } destination draft
    author { name self individual { nativeId firstName lastName preferredName } contact { nativeId } }
    individual { nativeId firstName lastName preferredName } lastModifiedTime phrases
    reactions { reactionType userName individual { nativeId firstName lastName } }
    readReceipts { ackTime ackUserTime individual { nativeId firstName lastName } }
    removed sentiment origin userId userName userType`,
  reads: {
    source: 'COURIER',
    direction: 'INCOMING',
    text: 'It still hurts.',
    status: 'READ',
    nativeStatus: null,
    statusAt: at(9),
    createdAt: at(8),
    acknowledged: true,
    attachments: [
      {
        nativeId: idOf('attachment'),
        filename: 'knee.png',
        contentType: 'image/png',
        contentSize: 512,
        thumbnail: 'iVBORw0KGgo=',
        removed: false,
      },
    ],
    channel: {
      id: Buffer.from(`CourierChannel:${idOf('channel')}`).toString('base64'),
      nativeId: idOf('channel'),
      source: 'COURIER',
    },
    destination: { sms: '+12025550100' },
    draft: false,
    author: {
      name: 'Mina',
      self: false,
      individual: { ...native('amina'), firstName: 'Amina', lastName: 'Diallo', preferredName: 'Mina' },
      contact: null,
    },
    individual: { ...native('amina'), firstName: 'Amina', lastName: 'Diallo', preferredName: 'Mina' },
    lastModifiedTime: at(9),
    phrases: { pain: 1 },
    reactions: [
      {
        reactionType: 'SAD',
        userName: 'farah',
        individual: { ...native('farah'), firstName: 'Farah', lastName: 'Rahimi' },
      },
    ],
    readReceipts: [
      {
        ackTime: at(10),
        ackUserTime: at(11),
        individual: { ...native('farah'), firstName: 'Farah', lastName: 'Rahimi' },
      },
    ],
    removed: false,
    sentiment: 'negative',
    origin: 'web',
    userId: idOf('user of amina'),
    userName: 'amina',
    userType: 'participant',
  },
  list: {
    field: 'messages',
    args: `channelId: "${idOf('channel')}"`,
    asks: `channel-id=${idOf('channel')}&include-read-receipts=true`,
    max: 1000,
  },
});

conforms('CourierTextAccount', {
  path: '/v1/text-accounts/{id}/',
  field: 'textAccount',
  sample: resource('text-accounts', 'account', {
    'allow-custom-number': true,
    'created-at': at(12),
    'organization-id': idOf('clinic'),
    'phone-number': '+12025550101',
    'twilio-id': 'AC1',
  }),
  selection: `allowCustomNumber createdAt organization { nativeId } phoneNumber twilioId`,
  reads: {
    allowCustomNumber: true,
    createdAt: at(12),
    organization: native('clinic'),
    phoneNumber: '+12025550101',
    twilioId: 'AC1',
  },
  list: { field: 'textAccounts', max: 1000 },
});

conforms('CourierText', {
  path: '/v1/texts/{id}/',
  field: 'text',
  sample: resource('texts', 'text', {
    'callback-status-url': 'https://example.com/status',
    'callback-url': 'https://example.com/answers',
    'created-at': at(13),
    'created-by': idOf('farah'),
    error: 'none',
    from: '+12025550101',
    'last-modified-at': at(14),
    message: 'See you at nine.',
    status: 'accepted',
    target: '+12025550100',
    'twilio-sid': 'SM1',
  }),
  selection: `source direction text status nativeStatus statusAt createdAt channel { id }
    author { name self individual { nativeId } contact { nativeId } }
    callbackStatusUrl callbackUrl createdBy error from lastModifiedAt target twilioSid`,
  reads: {
    source: 'COURIER',
    direction: 'OUTGOING',
    text: 'See you at nine.',
    status: 'ACCEPTED',
    nativeStatus: 'accepted',
    statusAt: at(14),
    createdAt: at(13),
    channel: null,
    author: { name: null, self: true, individual: null, contact: null },
    callbackStatusUrl: 'https://example.com/status',
    callbackUrl: 'https://example.com/answers',
    createdBy: idOf('farah'),
    error: 'none',
    from: '+12025550101',
    lastModifiedAt: at(14),
    target: '+12025550100',
    twilioSid: 'SM1',
  },
  list: {
    field: 'texts',
    args: `accountId: "${idOf('account')}"`,
    asks: `account-id=${idOf('account')}`,
    max: 1000,
  },
});

conforms('CourierEmail', {
  path: '/v1/user-emails/{id}/',
  field: 'email',
  sample: resource('user-emails', 'email', {
    'created-at': at(15),
    'created-by': idOf('farah'),
    'individual-id': idOf('amina'),
    'last-modified-at': at(16),
    message: 'Dear Amina',
    'message-html': '<p>Dear Amina</p>',
    result: 'ok',
    'sender-organization-id': idOf('clinic'),
    status: 'sent',
    subject: 'Your visit',
    'task-id': 'task-1',
    to: ['amina@example.com'],
    'user-id': idOf('user of amina'),
  }),
  selection: `source direction text status nativeStatus statusAt createdAt channel { id }
    author { name self individual { nativeId } contact { nativeId } }
    createdBy individual { nativeId } lastModifiedAt html result senderOrganization { nativeId } subject taskId to
    userId`,
  reads: {
    source: 'COURIER',
    direction: 'OUTGOING',
    text: 'Dear Amina',
    status: 'SENT',
    nativeStatus: 'sent',
    statusAt: at(16),
    createdAt: at(15),
    channel: null,
    author: { name: null, self: true, individual: null, contact: null },
    createdBy: idOf('farah'),
    individual: native('amina'),
    lastModifiedAt: at(16),
    html: '<p>Dear Amina</p>',
    result: 'ok',
    senderOrganization: native('clinic'),
    subject: 'Your visit',
    taskId: 'task-1',
    to: ['amina@example.com'],
    userId: idOf('user of amina'),
  },
  list: {
    field: 'emails',
    args: `individualId: "${idOf('amina')}"`,
    asks: `individual-id=${idOf('amina')}`,
    max: 1000,
  },
});

conformsInSilence();
