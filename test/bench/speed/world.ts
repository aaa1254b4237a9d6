/** What both upstreams of the benchmark hold: always the same, and what answers should say of it. */
import { idOf } from '../../support/ids.ts';

export const WORKSPACE = idOf('workspace');
export const BIRD_KEY = 'bench';
export const COURIER_TOKEN = 'bench';

/** How many channels and contacts the messages of one page name: as many contacts as Bird answers in a second. */
export const CHANNELS = 8;
export const CONTACTS = 50;

/** How many contacts are individuals of courier too, and in how many channels each of them takes part. */
export const PEOPLE = 20;
export const CHANNELS_EACH = 3;

const MADE = '2026-01-01T00:00:00Z';

export const channelId = (index: number): string => idOf(`channel ${index}`);
export const contactId = (index: number): string => idOf(`contact ${index}`);
/** The contact that an individual is: none of those that messages name, because pages call it by their own number. */
export const ownContactId = (index: number): string => idOf(`own contact ${index}`);
export const individualId = (index: number): string => idOf(`individual ${index}`);
export const talkId = (index: number, nth: number): string => idOf(`talk ${nth} of ${index}`);
export const messageId = (index: number): string => idOf(`message ${index}`);

export const emailOf = (index: number): string => `person.${index}@example.com`;
export const phoneOf = (index: number): string => `+1202555${String(100 + index).padStart(4, '0')}`;

/** Whose address it is. */
export const ownerOf = (email: string): number => Number(/^person\.(\d+)@/.exec(email)?.[1] ?? -1);

/** When a message was written: a second before the one before it. */
export const writtenAt = (index: number): string =>
  new Date(Date.UTC(2026, 0, 31) - index * 1000).toISOString();

export const channelRow = (id: string, name: string) => ({
  id,
  name,
  status: 'active',
  platformId: 'sms',
  connectorId: idOf('connector'),
  createdAt: MADE,
  updatedAt: MADE,
});

export const contactRow = (index: number, id: string, name: string) => ({
  id,
  computedDisplayName: name,
  featuredIdentifiers: [
    { key: 'emailaddress', value: emailOf(index) },
    { key: 'phonenumber', value: phoneOf(index) },
  ],
  identifierCount: 2,
  attributes: { firstName: 'Person', lastName: String(index), country: 'US', language: 'en' },
  isAnonymous: false,
  createdAt: MADE,
  updatedAt: MADE,
});

/** A message of a page; it says in its text what the page was asked for. */
export const messageRow = (index: number, text: string) => ({
  id: messageId(index),
  channelId: channelId(index % CHANNELS),
  sender: { connector: { id: idOf('connector'), identifierValue: '+12025550000' } },
  receiver: {
    contacts: [
      {
        id: contactId(index % CONTACTS),
        identifierKey: 'phonenumber',
        identifierValue: phoneOf(index % CONTACTS),
        platformAddress: phoneOf(index % CONTACTS),
      },
    ],
  },
  body: { type: 'text', text: { text } },
  meta: { order: {}, extraInformation: { useCase: 'transactional' } },
  reference: '',
  parts: [{ platformReference: idOf(`reference ${index}`) }],
  status: 'delivered',
  reason: '',
  direction: 'outgoing',
  chargeableUnits: 1,
  lastStatusAt: writtenAt(index),
  createdAt: writtenAt(index),
  updatedAt: writtenAt(index),
});

export const userRow = (index: number) => ({
  id: idOf(`user ${index}`),
  type: 'users',
  attributes: {
    username: `person.${index}`,
    'first-name': 'Person',
    'last-name': String(index),
    email: emailOf(index),
    'email-verified': true,
    phone: phoneOf(index),
    'phone-verified': true,
    state: 'active',
    locale: 'en_US',
    tz: 'America/New_York',
    'primary-individual-id': individualId(index),
  },
});

export const talkRow = (index: number, nth: number, name: string, lastSaid: string) => ({
  id: talkId(index, nth),
  type: 'messaging-channels',
  attributes: {
    name,
    'organization-id': idOf('organization'),
    archived: false,
    floating: false,
    'last-message': { 'posted-time': lastSaid },
    'last-modified-time': lastSaid,
    'created-time': '2026-01-01 00:00:00',
  },
});
