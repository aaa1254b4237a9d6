import type { Call, Handler } from '../call.ts';
import type { Behaviour, Collection } from '../collection.ts';
import type { Dictionary } from '../dictionary.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';
import { actorOf, invalid, reachOf, userOf } from './dialect.ts';
import { isNewTo, messagesIn, post } from './messages.ts';
import { patched } from './patched.ts';

/** Adds individuals to those who take part in a channel, each once. */
export function subscribe(channel: Row, ids: readonly string[], admin = false): void {
  const { subscribers } = channel.attributes;
  for (const id of ids)
    if (!subscribers.some((one: Dictionary) => one.id === id)) subscribers.push(subscriberOf(id, admin));
}

/** Somebody who takes part in a channel. */
export function subscriberOf(id: string, admin: boolean): Dictionary {
  return { id, admin, pinned: false, 'communication-preferences': { notify: 'all' } };
}

/** The group that a row is for, as the row tells it. */
export function groupSummary(world: World, groupId: string | undefined): Dictionary | undefined {
  const { rows } = world.courier;
  const group = rows.get('individual-groups', groupId)?.attributes;
  if (!group) return undefined;
  const ids = (people: Dictionary[]): string[] => people.map(({ id }) => id);
  return {
    'individual-ids': ids(group.individuals),
    individuals: ids(group.individuals).map((id) => {
      const { 'owner-id': owner, ...individual } = rows.attributes('individuals', id);
      return {
        id,
        name: `${individual['first-name']} ${individual['last-name']}`,
        owner: { id: owner, type: 'organization' },
        verified: userOf(world.courier.rows, id)?.attributes['email-verified'] ?? false,
      };
    }),
    'individuals-count': group.individuals.length,
    'leader-ids': ids(group.leaders),
    leaders: ids(group.leaders).map((id) => ({ id })),
    name: group.name,
    'organization-id': group['organization-id'],
  };
}

/** What the acting individual has not read in a channel, newest last. */
function unread(channel: Row, call: Call): Row[] {
  const actorId = actorOf(call).id;
  return messagesIn(call.world, channel.id).filter((message) => isNewTo(message, actorId));
}

function shows(channel: Row, call: Call): Dictionary {
  const { world } = call;
  const { attributes } = channel;
  const actorId = actorOf(call).id;
  const posted = messagesIn(world, channel.id).filter((message) => !message.attributes.draft);
  const last = posted.at(-1);
  const fresh = posted.filter((message) => isNewTo(message, actorId)).length;
  const bookmark = world.courier.rows
    .all('messaging-bookmarks')
    .findLast((row) => row.attributes.channel.id === channel.id);
  const group = groupSummary(world, attributes['individual-group-id']);
  return {
    ...(bookmark && { bookmark: { id: bookmark.id, 'message-id': bookmark.attributes.message?.id } }),
    'caller-has-new-message': fresh > 0,
    'caller-new-message-count': fresh,
    ...(group && { 'individual-group': group }),
    ...(last && { 'last-message': { id: last.id, ...(last.attributes.removed && { message: '' }) } }),
    ...(group && call.flag('use-group-name') !== false && { name: group.name }),
    subscribers: attributes.subscribers.map((one: Dictionary) => {
      const user = reachOf(world.courier.rows, one.id)?.attributes ?? {};
      return {
        ...one,
        'auto-sign-up': user['auto-sign-up'] ?? false,
        'communication-preferences': {
          ...user['communication-preferences'],
          ...one['communication-preferences'],
        },
        ...(user.email && { email: user.email }),
        'email-verified': user['email-verified'] ?? false,
        ...(user.phone && { 'phone-number': user.phone }),
        'phone-number-unsubscribed': user['phone-unsubscribed'] ?? false,
        'phone-number-verified': user['phone-verified'] ?? false,
      };
    }),
  };
}

/** Completes a new channel; refuses one that has the same organization, group and individuals as another. */
function made(channel: Row, call: Call): void {
  const { rows, service } = call.world.courier;
  const { attributes, own } = channel;
  const group = rows.get('individual-groups', attributes['individual-group-id'])?.attributes;
  const members: string[] = own['individual-ids'] ?? [];
  const sameAs = (one: Row) =>
    !one.attributes.floating &&
    one.attributes['org-id'] === own['organization-id'] &&
    one.attributes['individual-group-id'] === attributes['individual-group-id'] &&
    [...(one.own['individual-ids'] ?? [])].sort().join() === [...members].sort().join();
  const twin = rows.all('messaging-channels').find(sameAs);
  if (twin && !attributes.floating && (members.length > 0 || group))
    throw new Refusal(409, 'DuplicateChannel', 'Such a channel exists', [], { id: twin.id });
  attributes['org-id'] = own['organization-id'];
  attributes['owner-id'] = service.individualId;
  attributes.name ??= group?.name ?? 'New channel';
  attributes['with-sms'] = own['text-number-id'] !== undefined;
  attributes.subscribers = [];
  subscribe(channel, [service.individualId], true);
  subscribe(channel, [...members, ...(group?.individuals ?? []).map(({ id }: Dictionary) => id)]);
}

/** What is special about channels, and about their list as an inbox. */
export const channelBehaviours: Record<string, Behaviour> = {
  'messaging-channels': {
    begins: {
      archived: false,
      'can-enable-sms': true,
      'event-settings': { enabled: true },
      floating: false,
      'group-provider-ack': false,
      'subscription-type': 'none',
    },
    made,
    shows,
    // the one that changed last comes first
    order: (one, other) =>
      one.attributes['last-modified-time'] < other.attributes['last-modified-time'] ? 1 : -1,
    narrows: {
      'organization-id': 'org-id',
      'participant-id': (row, value) => row.attributes.subscribers.some(({ id }: Dictionary) => id === value),
    },
  },
  'communication-messages': {
    narrows: {
      'organization-id': 'org-id',
      'filter[bookmarked]': (row, value, { world }) =>
        world.courier.rows
          .all('messaging-bookmarks')
          .some(({ attributes }) => attributes.channel.id === row.id) === value,
      'filter[text]': (row, value, { world }) =>
        [row.attributes.name, ...messagesIn(world, row.id).map(({ attributes }) => attributes.message)].some(
          (text) => text.toLowerCase().includes(String(value).toLowerCase()),
        ),
      'filter[type]': (row, value) => kindOf(row) === value,
    },
    sorts: {
      'ack-timestamp': (row, call) => {
        const actorId = actorOf(call).id;
        const read = messagesIn(call.world, row.id).flatMap(({ attributes }) =>
          attributes['read-receipts'].filter((one: Dictionary) => one['individual-id'] === actorId),
        );
        return (
          read
            .map((one) => one['ack-time'])
            .sort()
            .at(-1) ?? ''
        );
      },
      'last-timestamp': ({ attributes }) => attributes['last-modified-time'],
      'unread-count': (row, call) => unread(row, call).length,
    },
  },
};

/** courier's words for what kind of channel one is: the conversation of a group, a floating one, or one individual's. */
function kindOf({ attributes, own }: Row): string {
  if (attributes['individual-group-id']) return 'group-message';
  if (attributes.floating) return 'open';
  return own['individual-ids']?.length === 1 ? 'direct-message' : 'none';
}

/** The operations on channels that no other row has. */
export function channelHandlers(collection: Collection): Record<string, Handler> {
  const found = (call: Call) => collection.found(call, 'messaging-channels');
  const answered = (call: Call, row: Row) => collection.one(call, collection.touch(call, row));
  const given = (call: Call): string[] =>
    collection.given(call)['individual-ids'] ?? [call.world.courier.service.individualId];
  // archived channels are listed only when they are asked for
  const listed = (call: Call) => {
    const archived = call.flag('filter[archived]') ?? false;
    const channels = call.world.courier.rows.all('messaging-channels');
    const wanted = channels.filter(({ attributes }) => attributes.archived === archived);
    return collection.list(call, 'messaging-channels', wanted);
  };
  return {
    'PATCH /v1/messaging-channels/{id}/': (call) => {
      const row = found(call);
      const { attributes } = collection.dialect.given(call);
      const schema = collection.dialect.attributes('messaging-channels');
      row.attributes = patched(row.attributes, attributes as unknown as Dictionary[], schema);
      return answered(call, row);
    },

    'GET /v1/messaging-channels/{id}/get-profile/': (call) => {
      const id = call.text('profile-individual-id') ?? '';
      actorOf(call);
      if (!found(call).attributes.subscribers.some((one: Dictionary) => one.id === id))
        throw notFound('profile');
      const attributes = { photo: `https://media.example.com/people/${id}.jpg` };
      return { status: 200, body: { data: { id, type: 'individual-profiles', attributes } } };
    },

    'POST /v1/messaging-channels/{id}/preferences/': (call) => {
      const row = found(call);
      const actor = actorOf(call);
      const subscriber = row.attributes.subscribers.find(({ id }: Dictionary) => id === actor.id);
      if (!subscriber) throw invalid('body', '/individual-id', 'is not subscribed to the channel');
      for (const { name, value } of call.body.values) {
        if (name === 'pinned') subscriber.pinned = value === 'true';
        else subscriber['communication-preferences'][name] = value;
      }
      return answered(call, row);
    },

    'POST /v1/messaging-channels/{id}/sms/': (call) => {
      const row = found(call);
      const { active, 'initial-message': plain, 'initial-message-js': localized } = call.body;
      if (active && !row.attributes['can-enable-sms'])
        throw new Refusal(409, 'SmsNotPossible', 'Nobody in this channel can be reached by SMS');
      row.attributes['with-sms'] = active;
      const [number] = call.world.courier.rows.all('text-account-numbers');
      if (active && number) row.attributes['text-number'] ??= { id: number.id };
      const text = plain ?? localized?.en_US;
      if (active && text)
        post(call.world, { channel: row, authorId: call.world.courier.service.individualId, text });
      return answered(call, row);
    },

    'POST /v1/messaging-channels/{id}/subscribe/': (call) => {
      const row = found(call);
      subscribe(row, given(call));
      return answered(call, row);
    },

    'POST /v1/messaging-channels/{id}/unsubscribe/': (call) => {
      const row = found(call);
      const ids = given(call);
      row.attributes.subscribers = row.attributes.subscribers.filter(
        ({ id }: Dictionary) => !ids.includes(id),
      );
      return answered(call, row);
    },

    'GET /v1/messaging-channels/': listed,

    'GET /v1/communication-messages/': listed,
  };
}
