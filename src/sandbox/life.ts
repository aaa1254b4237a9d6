import { htmlBody, textBody } from './bird/bodies.ts';
import { compose, keyOf } from './bird/compose.ts';
import { interactionOf } from './bird/interaction.ts';
import { outcomeOf } from './bird/outcomes.ts';
import { advance, announce } from './bird/progress.ts';
import { isNewTo, post, receiptOf } from './courier/messages.ts';
import type { Dictionary } from './dictionary.ts';
import type { Row } from './row.ts';
import { notice, opener, reply } from './talk.ts';
import type { World } from './world.ts';

const CHANGED = ['last-modified-at', 'last-modified-time', 'updatedAt'];

/**
 * Life moves on once: each message on its way goes one status further, what arrived is read, what was read is perhaps
 * answered, and now and then somebody writes unasked.
 */
export function liveOn(world: World): void {
  for (const row of world.bird.rows.all('Message')) birdMoves(world, row);
  for (const message of world.courier.rows.all('messaging-messages')) courierMoves(world, message);
  for (const { rows } of [world.courier, world.bird])
    for (const [type, table] of rows.tables)
      if (type !== 'Message') for (const row of table.all()) step(world, row);
  const { random } = world;
  if (random.happens(0.12)) somebodyWrites(world);
  if (random.happens(0.15)) weRemind(world);
  if (random.happens(0.12)) somebodyPosts(world);
}

/** Makes the next change of a row; that of a text is raised as an event, for the address that its sender gave. */
function step(world: World, row: Row): void {
  const next = row.ahead.shift();
  if (!next) return;
  Object.assign(row.attributes, next);
  const at = world.clock.stamp();
  for (const name of CHANGED) if (name in row.attributes) row.attributes[name] = at;
  if (row.type === 'texts') world.tell({ api: 'courier', text: structuredClone(row) });
}

function birdMoves(world: World, row: Row): void {
  const { attributes: message, own } = row;
  if (message.status === 'scheduled' && Date.parse(message.scheduledFor ?? '') > world.clock.now()) return;
  if (advance(world, row)) return;
  const act = own.after.shift();
  const channel = world.bird.rows.get('Channel', message.channelId);
  if (!act || !channel) return;
  if (act === 'answer') {
    const [receiver] = message.receiver.contacts ?? [];
    const contact = receiver && world.bird.rows.get('Contact', receiver.id);
    if (contact) arrives(world, channel, contact, reply(world.random), message.id, receiver.identifierValue);
    return;
  }
  const id = world.fresh('bird-interaction');
  const interaction = interactionOf(message, channel.attributes.platformId, id, act, world.clock.stamp());
  own.interactions.push(interaction);
  announce(world, row, 'interaction', interaction);
}

/** Adds a message from a contact. */
function arrives(world: World, channel: Row, contact: Row, text: string, to?: string, value?: string): void {
  const { platformId } = channel.attributes;
  const key = keyOf(platformId);
  const body = textBody(text, key === 'emailaddress' ? { metadata: { subject: 'Re: your message' } } : {});
  const answers = to !== undefined && platformId === 'whatsapp';
  const row = compose({
    id: world.fresh('bird-message'),
    channel,
    contact,
    incoming: true,
    at: world.clock.stamp(),
    more: { body, ...(answers ? { replyTo: { id: to, type: 'message' } } : {}) },
    ...(value === undefined ? {} : { identifier: { key, value } }),
  });
  world.bird.rows.add(row);
  announce(world, row, 'inbound');
}

/** A contact that a channel can reach, picked at random. */
function pair(world: World): { channel: Row; contact: Row } | undefined {
  const { rows } = world.bird;
  const isActive = ({ attributes }: Row) => attributes.status === 'active' && attributes.identifier;
  const channel = world.random.pick(rows.all('Channel').filter(isActive));
  const wanted = keyOf(channel.attributes.platformId);
  const contacts = rows
    .all('Contact')
    .filter(({ attributes }) => attributes.identifiers.some(({ key }: Dictionary) => key === wanted));
  return contacts.length > 0 ? { channel, contact: world.random.pick(contacts) } : undefined;
}

function somebodyWrites(world: World): void {
  const two = pair(world);
  if (two) arrives(world, two.channel, two.contact, opener(world.random));
}

function weRemind(world: World): void {
  const two = pair(world);
  if (!two) return;
  const { channel, contact } = two;
  const { platformId } = channel.attributes;
  const text = notice(world.random, contact.attributes.name?.split(' ')[0] ?? 'there');
  const body = platformId === 'email-messagebird' ? htmlBody('A short notice', text) : textBody(text);
  const at = world.clock.stamp();
  const row = compose({ id: world.fresh('bird-message'), channel, contact, at, more: { body } });
  const [receiver] = row.attributes.receiver.contacts;
  const { ahead, after } = outcomeOf(receiver.identifierValue, platformId);
  row.ahead = ahead;
  row.own.after = after;
  world.bird.rows.add(row);
  announce(world, row, 'outbound');
}

/** Lets one more member of a channel read a message of today, and perhaps answer it. */
function courierMoves(world: World, message: Row): void {
  const { attributes, own } = message;
  if (attributes.draft || attributes.removed || Date.parse(attributes['posted-time']) < world.clock.start)
    return;
  const channel = world.courier.rows.get('messaging-channels', attributes['channel-id']);
  const service = world.courier.service.individualId;
  const reader: Dictionary | undefined = channel?.attributes.subscribers.find(
    ({ id }: Dictionary) => id !== service && isNewTo(message, id),
  );
  if (!channel || !reader) return;
  const at = world.clock.stamp();
  attributes['read-receipts'].push(receiptOf(reader.id, at));
  attributes['last-modified-time'] = at;
  if (own.waits && !channel.attributes.archived) {
    own.waits = false;
    post(world, { channel, authorId: reader.id, text: reply(world.random) });
  }
}

function somebodyPosts(world: World): void {
  const isOpen = ({ attributes }: Row) => !attributes.archived && attributes.subscribers.length > 2;
  const channels = world.courier.rows.all('messaging-channels').filter(isOpen);
  if (channels.length === 0) return;
  const channel = world.random.pick(channels);
  const { individualId } = world.courier.service;
  const others: Dictionary[] = channel.attributes.subscribers.filter(
    ({ id }: Dictionary) => id !== individualId,
  );
  post(world, { channel, authorId: world.random.pick(others).id, text: opener(world.random) });
}
