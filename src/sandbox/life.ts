import { htmlBody, textBody } from './bird/bodies.ts';
import { compose, keyOf } from './bird/compose.ts';
import { interactionOf } from './bird/interaction.ts';
import { outcomeOf } from './bird/outcomes.ts';
import { advance, announce } from './bird/progress.ts';
import type { Channel, Contact, MessageRow } from './bird/rows.ts';
import { post } from './courier/post.ts';
import type { Message } from './courier/rows.ts';
import { isNewTo } from './courier/shown.ts';
import { notice, opener, reply } from './talk.ts';
import type { World } from './world.ts';

/**
 * Life moves on once: each message on its way goes one status further, what arrived is read, what was read is perhaps
 * answered, and now and then somebody writes unasked.
 */
export function liveOn(world: World): void {
  for (const row of world.bird.messages.all()) birdMoves(world, row);
  for (const message of world.courier.messages.all()) courierMoves(world, message);
  textsAndEmailsMove(world);
  const { random } = world;
  if (random.happens(0.12)) somebodyWrites(world);
  if (random.happens(0.15)) weRemind(world);
  if (random.happens(0.12)) somebodyPosts(world);
}

function birdMoves(world: World, row: MessageRow): void {
  const { message } = row;
  if (message.status === 'scheduled' && Date.parse(message.scheduledFor ?? '') > world.clock.now()) return;
  if (advance(world, row)) return;
  const act = row.after.shift();
  const channel = world.bird.channels.get(message.channelId);
  if (!act || !channel) return;
  if (act === 'answer') {
    const [receiver] = message.receiver.contacts ?? [];
    const contact = receiver && world.bird.contacts.get(receiver.id);
    if (contact) arrives(world, channel, contact, reply(world.random), message.id, receiver.identifierValue);
    return;
  }
  const at = world.clock.stamp();
  const interaction = interactionOf(message, channel.platformId, world.fresh('bird-interaction'), act, at);
  row.interactions.push(interaction);
  announce(world, row, 'interaction', interaction);
}

/** A message from a contact comes in. */
function arrives(
  world: World,
  channel: Channel,
  contact: Contact,
  text: string,
  to?: string,
  value?: string,
): void {
  const key = keyOf(channel.platformId);
  const message = compose({
    id: world.fresh('bird-message'),
    channel,
    contact,
    incoming: true,
    at: world.clock.stamp(),
    body: textBody(text, key === 'emailaddress' ? { metadata: { subject: 'Re: your message' } } : {}),
    ...(value === undefined ? {} : { identifier: { key, value } }),
  });
  if (to !== undefined && channel.platformId === 'whatsapp') message.replyTo = { id: to, type: 'message' };
  const row: MessageRow = { id: message.id, message, ahead: [], after: [], interactions: [] };
  world.bird.messages.add(row);
  announce(world, row, 'inbound', message);
}

/** Somebody with whom a channel can talk, picked at random. */
function pair(world: World): { channel: Channel; contact: Contact } | undefined {
  const channel = world.random.pick(world.bird.channels.all().filter(({ status }) => status === 'active'));
  const contacts = world.bird.contacts
    .all()
    .filter(({ identifiers }) => identifiers.some(({ key }) => key === keyOf(channel.platformId)));
  return contacts.length > 0 ? { channel, contact: world.random.pick(contacts) } : undefined;
}

function somebodyWrites(world: World): void {
  const two = pair(world);
  if (two) arrives(world, two.channel, two.contact, opener(world.random));
}

function weRemind(world: World): void {
  const two = pair(world);
  if (!two) return;
  const name = two.contact.name?.split(' ')[0] ?? 'there';
  const text = notice(world.random, name);
  const message = compose({
    id: world.fresh('bird-message'),
    channel: two.channel,
    contact: two.contact,
    at: world.clock.stamp(),
    body: two.channel.platformId === 'email-messagebird' ? htmlBody('A short notice', text) : textBody(text),
  });
  const [receiver] = message.receiver.contacts ?? [];
  const outcome = outcomeOf(receiver?.identifierValue ?? '', two.channel.platformId);
  const row: MessageRow = { id: message.id, message, ...outcome, interactions: [] };
  world.bird.messages.add(row);
  announce(world, row, 'outbound', message);
}

/** A message of today is read by one more of the others; whoever reads may answer. */
function courierMoves(world: World, message: Message): void {
  if (message.draft || message.removed || Date.parse(message.postedAt) < world.clock.start) return;
  const channel = world.courier.channels.get(message.channelId);
  const service = world.courier.service.individualId;
  const reader = channel?.subscribers.find(
    ({ individualId }) => individualId !== service && isNewTo(message, individualId),
  );
  if (!channel || !reader) return;
  const { individualId } = reader;
  const at = world.clock.stamp();
  message.receipts.push({ individualId, at });
  message.modifiedAt = at;
  if (message.answered === false && !channel.archived) {
    message.answered = true;
    post(world, { channel, authorId: individualId, text: reply(world.random) });
  }
}

function somebodyPosts(world: World): void {
  const channels = world.courier.channels
    .all()
    .filter(({ archived, subscribers }) => !archived && subscribers.length > 2);
  if (channels.length === 0) return;
  const channel = world.random.pick(channels);
  const others = channel.subscribers.filter(
    ({ individualId }) => individualId !== world.courier.service.individualId,
  );
  post(world, { channel, authorId: world.random.pick(others).individualId, text: opener(world.random) });
}

/** Texts and emails on their way go one step further. */
function textsAndEmailsMove(world: World): void {
  for (const text of world.courier.texts.all()) {
    const status = text.ahead.shift();
    if (!status) continue;
    Object.assign(text.attributes, { status, 'last-modified-at': world.clock.stamp() });
    if (text.ahead.length === 0 && text.fails) text.attributes.error = text.fails;
    world.tell({ api: 'courier', text: structuredClone(text) });
  }
  for (const email of world.courier.emails.all()) {
    const status = email.ahead.shift();
    if (!status) continue;
    const result = status === 'failed' ? '550 mailbox unavailable' : '250 accepted';
    Object.assign(email.attributes, { status, result, 'last-modified-at': world.clock.stamp() });
  }
}
