import type { Dictionary } from '../dictionary.ts';
import { type Row, rowOf } from '../row.ts';

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
export function displayName({ name, identifiers }: Dictionary): string {
  return name ?? identifiers[0]?.value.trim() ?? 'Anonymous';
}

/** The organization's end of a message. */
export function connectorEnd({ attributes: { connectorId: id, identifier, name } }: Row): Dictionary {
  return { connector: { id, identifierValue: identifier, annotations: { name } } };
}

/** The other end of a message: the contact, by the identifier it was reached by. */
export function contactEnd(contact: Row, key: string, value: string): Dictionary {
  const digits = value.replace(/\D/g, '');
  const country =
    key === 'phonenumber' && value.startsWith('+') && COUNTRIES.find(([prefix]) => digits.startsWith(prefix));
  return {
    id: contact.id,
    identifierKey: key,
    identifierValue: value,
    ...(country ? { countryCode: country[1] } : {}),
    platformAddress: key === 'phonenumber' && value.startsWith('+') ? `+${digits}` : value.trim(),
    annotations: { name: displayName(contact.attributes) },
  };
}

/** What a message begins with, in either direction. */
export interface Beginning {
  id: string;
  channel: Row;
  contact: Row;
  /** The identifier that leads to the contact, when it is not its first one for the platform. */
  identifier?: { key: string; value: string };
  incoming?: boolean;
  at: string;
  /** The body of the message, and its other attributes. */
  more?: Dictionary;
}

/** A message between a channel and one contact: outgoing ones are accepted, incoming ones delivered. */
export function compose(beginning: Beginning): Row {
  const { id, channel, contact, identifier, incoming = false, at, more = {} } = beginning;
  const { platformId } = channel.attributes;
  const key = identifier?.key ?? keyOf(platformId);
  const first = contact.attributes.identifiers.find((one: Dictionary) => one.key === key);
  const end = contactEnd(contact, key, identifier?.value ?? first?.value ?? contact.id);
  const message = {
    id,
    channelId: channel.id,
    sender: incoming ? { contact: end } : connectorEnd(channel),
    receiver: incoming ? connectorEnd(channel) : { contacts: [{ ...end, type: 'to' }] },
    direction: incoming ? 'incoming' : 'outgoing',
    status: incoming ? 'delivered' : 'accepted',
    reason: '',
    reference: '',
    platformId,
    chargeableUnits: 1,
    ...(incoming ? taken(platformId, id) : {}),
    lastStatusAt: at,
    createdAt: at,
    updatedAt: at,
    ...more,
  };
  return rowOf('Message', id, message, { after: [], interactions: [] });
}

/** The attributes that a platform adds to a message once it has accepted it. */
export function taken(platformId: string, id: string): Dictionary {
  const platformReference = referenceOf(platformId, id);
  return { parts: [{ platformReference }], platformReferenceId: platformReference };
}

/** The id a platform gives to a message. */
function referenceOf(platformId: string, id: string): string {
  const bare = id.replaceAll('-', '');
  return platformId === 'whatsapp'
    ? `wamid.${Buffer.from(bare).toString('base64url').slice(0, 28)}`
    : bare.slice(0, 16);
}
