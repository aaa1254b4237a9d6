import type { Call, Handler } from '../call.ts';
import type { Behaviour, Collection } from '../collection.ts';
import type { Dictionary } from '../dictionary.ts';
import { notFound, Refusal } from '../refusal.ts';
import { type Row, rowOf } from '../row.ts';
import type { World } from '../world.ts';
import { actorOf, invalid, userOf } from './dialect.ts';

/** Whether somebody has still to read a message: not its author, who knows it. */
export function isNewTo({ attributes }: Row, individualId: string): boolean {
  return (
    !attributes.draft &&
    attributes['individual-id'] !== individualId &&
    !attributes['read-receipts'].some((one: Dictionary) => one['individual-id'] === individualId)
  );
}

/** The messages of a channel, oldest first. */
export function messagesIn({ courier }: World, channelId: string): Row[] {
  return courier.rows
    .all('messaging-messages')
    .filter(({ attributes }) => attributes['channel-id'] === channelId)
    .sort((a, b) => (a.attributes['posted-time'] < b.attributes['posted-time'] ? -1 : 1));
}

/** That somebody has read a message. */
export function receiptOf(individualId: string, at: string): Dictionary {
  return { 'individual-id': individualId, 'ack-time': at, 'ack-user-time': at };
}

/** A message that nobody has read or reacted to yet. */
export function messageOf(id: string, at: string, attributes: Dictionary): Row {
  const plain = { draft: false, removed: false, source: 'app', destination: {} };
  const lists = { attachments: [], reactions: [], 'read-receipts': [] };
  const times = { 'posted-time': at, 'last-modified-time': at };
  return rowOf('messaging-messages', id, { ...plain, ...lists, ...times, ...attributes });
}

/** Puts a message into a channel, which moves to the top of the list unless the message is a draft. */
export function post(
  world: World,
  { channel, authorId, text, more = {} }: { channel: Row; authorId: string; text: string; more?: Dictionary },
): Row {
  const at = world.clock.stamp();
  if (!more.draft) channel.attributes['last-modified-time'] = at;
  const user = userOf(world.courier.rows, authorId)?.id;
  const attributes = {
    'channel-id': channel.id,
    'individual-id': authorId,
    ...(user && { 'user-id': user }),
    message: text,
    ...more,
  };
  return world.courier.rows.add(messageOf(world.fresh('courier-message'), at, attributes));
}

/** Marks a message and all before it as read by an individual. */
function acknowledge({ world }: Call, message: Row, individualId: string): void {
  const at = world.clock.stamp();
  for (const earlier of messagesIn(world, message.attributes['channel-id']))
    if (
      earlier.attributes['posted-time'] <= message.attributes['posted-time'] &&
      isNewTo(earlier, individualId)
    )
      earlier.attributes['read-receipts'].push(receiptOf(individualId, at));
}

/** What is special about messages: receipts, reactions and what a removed one still says. */
export const messageBehaviours: Record<string, Behaviour> = {
  'messaging-messages': {
    order: (one, other) => (one.attributes['posted-time'] < other.attributes['posted-time'] ? 1 : -1),
    shows({ attributes }, call) {
      const { rows } = call.world.courier;
      const actorId = actorOf(call).id;
      const words = attributes.removed ? '' : attributes.message;
      const username = (individualId: string) =>
        userOf(call.world.courier.rows, individualId)?.attributes.username;
      const receipts: Dictionary[] = attributes['read-receipts'];
      return {
        ack: receipts.some((one) => one['individual-id'] === actorId),
        attachments: attributes.attachments.map(({ id }: Dictionary) => ({
          id,
          ...(call.flag('thumbnail') ? {} : { thumbnail: undefined }),
        })),
        message: words,
        phrases: { en_US: words },
        reactions: attributes.reactions.map((one: Dictionary) => ({
          ...one,
          'user-name': username(one['individual-id']),
        })),
        'user-name': username(attributes['individual-id']),
        'user-type': rows.attributes('individuals', attributes['individual-id'])['account-type'],
      };
    },
    narrows: {
      acknowledged: (row, value, call) => isNewTo(row, actorOf(call).id) !== value,
      'channel-id': 'channel-id',
      'filter[text]': ({ attributes }, value) =>
        !attributes.removed && attributes.message.toLowerCase().includes(String(value).toLowerCase()),
    },
    changed({ attributes }, call, before) {
      const actor = actorOf(call);
      // in a change it names who acts
      attributes['individual-id'] = before['individual-id'];
      const refused = (status: number, code: string, says: string) => {
        Object.assign(attributes, before);
        return new Refusal(status, code, says);
      };
      if (actor.id !== before['individual-id'] && actor.attributes['account-type'] !== 'provider')
        throw refused(403, 'NotAuthor', 'Only its author may change a message');
      if (attributes.draft && !before.draft)
        throw refused(409, 'AlreadyPosted', 'A posted message is no draft any more');
      if (!attributes.draft && before.draft) attributes['posted-time'] = attributes['last-modified-time'];
      const channel = call.world.courier.rows.get('messaging-channels', attributes['channel-id']);
      if (channel) channel.attributes['last-modified-time'] = attributes['last-modified-time'];
    },
  },
};

/** What messages can do that no other row can. */
export function messageHandlers(collection: Collection): Record<string, Handler> {
  const found = (call: Call) => collection.found(call, 'messaging-messages');
  return {
    // somebody else's drafts are nobody's business but the service's
    'GET /v1/messaging-messages/': (call) => {
      const actor = actorOf(call);
      const channelId = call.text('channel-id') ?? '';
      if (!call.world.courier.rows.get('messaging-channels', channelId)) throw notFound('messaging channel');
      const isHidden = ({ attributes }: Row) =>
        attributes.draft && call.text('individual-id') && attributes['individual-id'] !== actor.id;
      const messages = messagesIn(call.world, channelId).filter((message) => !isHidden(message));
      return collection.list(call, 'messaging-messages', messages);
    },

    'POST /v1/messaging-messages/': (call) => {
      const actor = actorOf(call);
      const attributes = collection.given(call);
      const channel = call.world.courier.rows.get('messaging-channels', attributes['channel-id']);
      if (!channel || channel.attributes.archived)
        throw new Refusal(409, 'ChannelArchived', 'The channel is archived');
      if (attributes.message.trim() === '')
        throw invalid('body', '/data/attributes/message', 'must not be empty');
      const isMember = channel.attributes.subscribers.some(({ id }: Dictionary) => id === actor.id);
      if (actor.attributes['account-type'] !== 'provider' && !isMember)
        throw new Refusal(403, 'NotSubscribed', 'The individual is not subscribed to the channel');
      const include = attributes['include-destinations'] ?? [];
      const message = post(call.world, {
        channel,
        authorId: actor.id,
        text: attributes.message,
        more: { draft: attributes.draft, destination: include.length > 0 ? { include } : {} },
      });
      if (attributes['auto-ack']) acknowledge(call, message, actor.id);
      // whoever reads it may answer
      message.own.waits = !attributes.draft && call.world.random.happens(0.5);
      return collection.one(call, message);
    },

    'POST /v1/messaging-messages/{id}/ack/': (call) => {
      const message = found(call);
      const actor = actorOf(call);
      acknowledge(call, message, actor.id);
      if (call.body['allow-past'])
        for (const { attributes } of messagesIn(call.world, message.attributes['channel-id']))
          if (attributes['posted-time'] > message.attributes['posted-time'])
            attributes['read-receipts'] = attributes['read-receipts'].filter(
              (one: Dictionary) => one['individual-id'] !== actor.id,
            );
      return collection.one(call, message);
    },

    'POST /v1/messaging-messages/{id}/add-reaction/': (call) => {
      const message = found(call);
      const { reactions } = message.attributes;
      if (reactionAt(message, call) < 0)
        reactions.push({ 'individual-id': actorOf(call).id, 'reaction-type': call.body['reaction-type'] });
      return collection.one(call, collection.touch(call, message));
    },

    'POST /v1/messaging-messages/{id}/delete-reaction/': (call) => {
      const message = found(call);
      const at = reactionAt(message, call);
      if (at < 0) throw notFound('reaction');
      message.attributes.reactions.splice(at, 1);
      return collection.one(call, collection.touch(call, message));
    },

    'GET /v1/messaging-messages/{id}/get-receipts/': (call) => {
      const message = found(call);
      actorOf(call);
      const { rows } = call.world.courier;
      const { subscribers = [] } = rows.attributes('messaging-channels', message.attributes['channel-id']);
      const unread = subscribers.filter(({ id }: Dictionary) => isNewTo(message, id));
      const body = {
        read: message.attributes['read-receipts'],
        unread: unread.map(({ id }: Dictionary) => ({ 'individual-id': id })),
      };
      return { status: 200, body: collection.fields.shown(call.operation.answerSchema, body, rows) };
    },
  };
}

function reactionAt({ attributes }: Row, call: Call): number {
  const { id } = actorOf(call);
  return attributes.reactions.findIndex(
    (one: Dictionary) => one['individual-id'] === id && one['reaction-type'] === call.body['reaction-type'],
  );
}
