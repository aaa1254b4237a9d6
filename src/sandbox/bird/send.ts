import type { Call, Handler } from '../call.ts';
import type { Collection } from '../collection.ts';
import type { Dictionary } from '../dictionary.ts';
import { Refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import { compose, contactEnd, keyOf } from './compose.ts';
import { contactWith, newContact, refuseIdentifier } from './contact.ts';
import { invalid, rowAt } from './dialect.ts';
import { outcomeOf } from './outcomes.ts';
import { announce } from './progress.ts';

const SOON = 10 * 60_000;
const TOO_FAR = 35 * 24 * 3_600_000;

/** The operations that send messages. */
export function sendHandlers(collection: Collection): Record<string, Handler> {
  return {
    'POST /workspaces/{workspaceId}/channels/{channelId}/messages': (call) => {
      const channel = sendingChannel(call);
      return collection.one(call, sent(call, channel, call.body));
    },

    // each is checked later; what fails a check is kept as a rejected message
    'POST /workspaces/{workspaceId}/channels/{channelId}/batch/messages': (call) => {
      const channel = sendingChannel(call);
      const batchId = call.world.fresh('bird-batch');
      for (const send of call.body.messageRequests) {
        const { attributes } = tried(call, channel, send);
        attributes.batchId = batchId;
      }
      return { status: 202, body: { id: batchId } };
    },
  };
}

function sendingChannel(call: Call): Row {
  const channel = rowAt(call.world, 'Channel', call.at('channelId'));
  const { status } = channel.attributes;
  if (status !== 'active' && status !== 'warning')
    throw new Refusal(409, 'ChannelNotActive', `The channel is ${status} and cannot send`);
  return channel;
}

/** Sends one message of a batch; what cannot be sent becomes a rejected message to nobody. */
function tried(call: Call, channel: Row, send: Dictionary): Row {
  try {
    return sent(call, channel, send);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { world } = call;
    const [first = {}] = send.receiver.contacts;
    const value = first.identifierValue ?? first.platformAddress ?? first.id ?? '';
    const contact = { ...channel, attributes: { identifiers: [], name: value } };
    const [{ says = error.message } = {}] = error.faults;
    const why = {
      status: 'rejected',
      details: 'invalid_input',
      reason: `details: the receiver ${says}; reason: invalid_input; code: 11002`,
      failure: {
        code: 11_002,
        description: 'Invalid input',
        source: { code: '11002', name: 'pre-processing' },
      },
    };
    const row = compose({
      id: world.fresh('bird-message'),
      channel,
      contact,
      identifier: { key: keyOf(channel.attributes.platformId), value },
      at: world.clock.stamp(),
      more: { ...told(send), ...why },
    });
    row.attributes.receiver.contacts = [{ identifierValue: value, type: 'to' }];
    world.bird.rows.add(row);
    announce(world, row, 'outbound');
    return row;
  }
}

function sent(call: Call, channel: Row, send: Dictionary): Row {
  const { world } = call;
  const { platformId } = channel.attributes;
  const receivers: Dictionary[] = send.receiver.contacts;
  if (receivers.length > 1 && platformId !== 'email-messagebird')
    throw invalid('body', '/receiver/contacts', 'must hold one receiver on this platform');
  const wait = send.scheduledFor ? Date.parse(send.scheduledFor) - world.clock.now() : 0;
  if (wait > TOO_FAR) throw invalid('body', '/scheduledFor', 'must not be more than 35 days ahead');
  const ends = receivers.map((receiver, index) => endOf(call, channel, receiver, index));
  const [first] = ends;
  if (!first) throw invalid('body', '/receiver/contacts', 'must hold a receiver');
  const { contact, key, value } = first;
  const row = compose({
    id: world.fresh('bird-message'),
    channel,
    contact,
    identifier: { key, value },
    at: world.clock.stamp(),
    more: { ...told(send), ...(wait > SOON ? { status: 'scheduled' } : {}) },
  });
  const { ahead, after, fails } = outcomeOf(value, platformId);
  row.ahead = wait > SOON ? [{ status: 'accepted' }, ...ahead] : ahead;
  // half of those who can will write back
  row.own.after = fails || !world.random.happens(0.5) ? after : [...after, 'answer'];
  row.own.notify = send.notification?.url;
  row.attributes.receiver.contacts = ends.map((end, index) => ({
    ...contactEnd(end.contact, end.key, end.value),
    type: receivers[index]?.type ?? 'to',
  }));
  const { annotations } = send.sender?.connector ?? {};
  if (annotations) row.attributes.sender.connector.annotations = annotations;
  world.bird.rows.add(row);
  announce(world, row, 'outbound');
  return row;
}

/** What a message keeps of the send as it was. */
function told({
  body,
  template,
  reference,
  replyTo,
  meta,
  tags,
  scheduledFor,
  shortLinks,
}: Dictionary): Dictionary {
  return {
    ...(body ? { body } : {}),
    ...(reference === undefined ? {} : { reference }),
    ...(template ? { template } : {}),
    ...(meta ? { meta } : {}),
    ...(replyTo ? { replyTo } : {}),
    ...(tags ? { tags: tags.map((tag: string) => tag.toLowerCase()) } : {}),
    ...(scheduledFor ? { scheduledFor: new Date(scheduledFor).toISOString() } : {}),
    ...(shortLinks ? { shortLinks } : {}),
  };
}

function endOf(
  { world }: Call,
  channel: Row,
  { id, identifierKey, identifierValue, platformAddress }: Dictionary,
  index: number,
): { contact: Row; key: string; value: string } {
  const at = `/receiver/contacts/${index}`;
  const wanted = keyOf(channel.attributes.platformId);
  if (identifierKey && identifierKey !== wanted)
    throw invalid('body', `${at}/identifierKey`, `must be ${wanted} on this platform`);
  if (id !== undefined) {
    const contact = world.bird.rows.get('Contact', id);
    if (!contact) throw invalid('body', `${at}/id`, 'is not a contact of this workspace');
    const { identifiers } = contact.attributes;
    const value = identifierValue ?? identifiers.find(({ key }: Dictionary) => key === wanted)?.value;
    if (value === undefined) throw invalid('body', `${at}/id`, `has no ${wanted}`);
    return { contact, key: wanted, value };
  }
  const value = identifierValue ?? platformAddress;
  if (value === undefined) throw invalid('body', at, 'must have an id or an identifierValue');
  refuseIdentifier({ key: wanted, value }, `${at}/identifierValue`);
  const contact = contactWith(world, wanted, value) ?? newContact(world, [{ key: wanted, value }], {});
  return { contact, key: wanted, value };
}
