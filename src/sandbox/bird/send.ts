import type { Call, Handler } from '../call.ts';
import { Refusal } from '../refusal.ts';
import { channelOf } from './channels.ts';
import { compose, contactEnd, keyOf } from './compose.ts';
import { contactWith, newContact, refuseIdentifier } from './contact.ts';
import { outcomeOf } from './outcomes.ts';
import { announce } from './progress.ts';
import type { Channel, Contact, Message, MessageRow } from './rows.ts';

const SOON = 10 * 60_000;
const TOO_FAR = 35 * 24 * 3_600_000;

interface Receiver {
  id?: string;
  identifierKey?: string;
  identifierValue?: string;
  platformAddress?: string;
  type?: 'to' | 'cc' | 'bcc';
}

interface Send {
  receiver: { contacts: Receiver[] };
  sender?: { connector?: { identifierValue: string; annotations?: { name: string } } };
  body?: Message['body'];
  template?: Message['template'];
  reference?: string;
  replyTo?: Message['replyTo'];
  meta?: Message['meta'];
  notification?: { url?: string };
  tags?: string[];
  scheduledFor?: string;
  shortLinks?: Message['shortLinks'];
}

/** The operation that sends a message. */
export const sendHandlers: Record<string, Handler> = {
  'POST /workspaces/{workspaceId}/channels/{channelId}/messages': (call) => {
    const channel = channelOf(call.world, call.at('channelId'));
    const send = call.body<Send>();
    if (channel.status !== 'active' && channel.status !== 'warning')
      throw new Refusal(409, 'ChannelNotActive', `The channel is ${channel.status} and cannot send`);
    if (send.receiver.contacts.length > 1 && channel.platformId !== 'email-messagebird')
      throw invalid('/receiver/contacts', 'must hold one receiver on this platform');
    const wait = send.scheduledFor ? Date.parse(send.scheduledFor) - call.world.clock.now() : 0;
    if (wait > TOO_FAR) throw invalid('/scheduledFor', 'must not be more than 35 days ahead');
    const ends = send.receiver.contacts.map((receiver, index) => endOf(call, channel, receiver, index));
    const [first] = ends;
    if (!first) throw invalid('/receiver/contacts', 'must hold a receiver');
    const { contact, key, value } = first;
    const composed = compose({
      id: call.world.fresh('bird-message'),
      channel,
      contact,
      identifier: { key, value },
      at: call.world.clock.stamp(),
      ...(send.body ? { body: send.body } : {}),
    });
    const outcome = outcomeOf(value, channel.platformId);
    const row: MessageRow = {
      id: composed.id,
      message: { ...composed, ...told(send), ...(wait > SOON ? { status: 'scheduled' } : {}) },
      ...outcome,
      ahead: wait > SOON ? ['accepted', ...outcome.ahead] : outcome.ahead,
      // half of those who can will write back
      after: [
        ...outcome.after,
        ...(outcome.outcome || !call.world.random.happens(0.5) ? [] : ['answer' as const]),
      ],
      interactions: [],
      ...(send.notification?.url ? { notify: send.notification.url } : {}),
    };
    row.message.receiver.contacts = ends.map((end, index) => ({
      ...contactEnd(end.contact, end.key, end.value),
      type: send.receiver.contacts[index]?.type ?? 'to',
    }));
    if (send.sender?.connector?.annotations && row.message.sender.connector)
      row.message.sender.connector.annotations = send.sender.connector.annotations;
    call.world.bird.messages.add(row);
    announce(call.world, row, 'outbound', row.message);
    return { status: 202, body: row.message };
  },
};

/** What a message keeps of the send as it was. */
function told({
  reference,
  template,
  meta,
  replyTo,
  tags,
  scheduledFor,
  shortLinks,
}: Send): Partial<Message> {
  return {
    ...(reference === undefined ? {} : { reference }),
    ...(template ? { template } : {}),
    ...(meta ? { meta } : {}),
    ...(replyTo ? { replyTo } : {}),
    ...(tags ? { tags: tags.map((tag) => tag.toLowerCase()) } : {}),
    ...(scheduledFor ? { scheduledFor: new Date(scheduledFor).toISOString() } : {}),
    ...(shortLinks ? { shortLinks } : {}),
  };
}

function endOf(
  { world }: Call,
  channel: Channel,
  { id, identifierKey, identifierValue, platformAddress }: Receiver,
  index: number,
): { contact: Contact; key: string; value: string } {
  const at = `/receiver/contacts/${index}`;
  const wanted = keyOf(channel.platformId);
  if (identifierKey && identifierKey !== wanted)
    throw invalid(`${at}/identifierKey`, `must be ${wanted} on this platform`);
  if (id !== undefined) {
    const contact = world.bird.contacts.get(id);
    if (!contact) throw invalid(`${at}/id`, 'is not a contact of this workspace');
    const value = identifierValue ?? contact.identifiers.find(({ key }) => key === wanted)?.value;
    if (value === undefined) throw invalid(`${at}/id`, `has no ${wanted}`);
    return { contact, key: wanted, value };
  }
  const value = identifierValue ?? platformAddress;
  if (value === undefined) throw invalid(at, 'must have an id or an identifierValue');
  refuseIdentifier({ key: wanted, value }, `${at}/identifierValue`);
  const contact =
    contactWith(world, wanted, value) ?? newContact(world, { identifiers: [{ key: wanted, value }] });
  return { contact, key: wanted, value };
}

function invalid(pointer: string, says: string): Refusal {
  return new Refusal(422, 'InvalidPayload', 'The request did not pass validation', [
    { in: 'body', name: pointer, says },
  ]);
}
