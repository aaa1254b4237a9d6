import type { Channel, Contact, Message, Party, PartyContact } from './rows.ts';

const COUNTRIES: [prefix: string, country: string][] = [
  ['353', 'IE'],
  ['1', 'US'],
  ['31', 'NL'],
  ['33', 'FR'],
  ['44', 'GB'],
  ['46', 'SE'],
  ['49', 'DE'],
];

/** The kind of identifier a platform reaches people by. */
export function keyOf(platformId: string): string {
  if (platformId === 'email-messagebird') return 'emailaddress';
  if (platformId === 'telegram') return 'telegramid';
  if (platformId === 'line') return 'lineid';
  if (platformId === 'instagram') return 'instagramid';
  return 'phonenumber';
}

/** The name Bird shows for a contact. */
export function displayName(contact: Contact): string {
  return contact.name ?? contact.identifiers[0]?.value.trim() ?? 'Anonymous';
}

/** The organization's end of a message. */
export function connectorEnd(channel: Channel): Party {
  return {
    connector: {
      id: channel.connectorId,
      identifierValue: channel.identifier,
      annotations: { name: channel.name },
    },
  };
}

/** The other end of a message: the contact, by the identifier it was reached by. */
export function contactEnd(contact: Contact, key: string, value: string): PartyContact {
  const digits = value.replace(/\D/g, '');
  const country =
    key === 'phonenumber' && value.startsWith('+') && COUNTRIES.find(([prefix]) => digits.startsWith(prefix));
  return {
    id: contact.id,
    identifierKey: key,
    identifierValue: value,
    ...(country ? { countryCode: country[1] } : {}),
    platformAddress: key === 'phonenumber' && value.startsWith('+') ? `+${digits}` : value.trim(),
    annotations: { name: displayName(contact) },
  };
}

/** What a message begins with, in either direction. */
export interface Beginning {
  id: string;
  channel: Channel;
  contact: Contact;
  /** The identifier that leads to the contact, when it is not its first one for the platform. */
  identifier?: { key: string; value: string };
  incoming?: boolean;
  at: string;
  body?: Message['body'];
}

/** A message between a channel and one contact: outgoing ones are accepted, incoming ones delivered. */
export function compose({ id, channel, contact, identifier, incoming, at, body }: Beginning): Message {
  const key = identifier?.key ?? keyOf(channel.platformId);
  const value = identifier?.value ?? contact.identifiers.find((one) => one.key === key)?.value ?? contact.id;
  const end = contactEnd(contact, key, value);
  return {
    id,
    channelId: channel.id,
    sender: incoming ? { contact: end } : connectorEnd(channel),
    receiver: incoming ? connectorEnd(channel) : { contacts: [{ ...end, type: 'to' }] },
    direction: incoming ? 'incoming' : 'outgoing',
    status: incoming ? 'delivered' : 'accepted',
    reason: '',
    reference: '',
    ...(incoming ? { parts: [{ platformReference: referenceOf(channel.platformId, id) }] } : {}),
    ...(body ? { body } : {}),
    lastStatusAt: at,
    createdAt: at,
    updatedAt: at,
  };
}

/** The id a platform gives to a message. */
export function referenceOf(platformId: string, id: string): string {
  const bare = id.replaceAll('-', '');
  return platformId === 'whatsapp'
    ? `wamid.${Buffer.from(bare).toString('base64url').slice(0, 28)}`
    : bare.slice(0, 16);
}
