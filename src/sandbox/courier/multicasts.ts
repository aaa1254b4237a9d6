import type { Call, Handler } from '../call.ts';
import type { Behaviour, Collection } from '../collection.ts';
import type { Dictionary } from '../dictionary.ts';
import type { Row } from '../row.ts';
import { groupSummary, subscribe } from './channels.ts';
import { actorOf, userOf } from './dialect.ts';
import { isNewTo, messagesIn, post } from './messages.ts';

const TEMPLATES = [
  'appointment-reminder',
  'visit-summary',
  'welcome',
  'courier.account.multicast.NotificationTemplate',
];

/** The individuals that ids of individuals and of groups come to, each once. */
function everybody(call: Call, individuals: string[] = [], groups: string[] = []): string[] {
  const { rows } = call.world.courier;
  const members = groups.flatMap((id) => rows.attributes('individual-groups', id).individuals ?? []);
  return [...new Set([...individuals, ...members.map(({ id }: Dictionary) => id as string)])];
}

/** Sends a template to individuals: each gets a notification, if there is a user to get it. */
function notify(call: Call, collection: Collection, individuals: string[], body: Dictionary): void {
  const { title = 'News', message = 'There is something new for you.' } =
    body['template-data'] ?? body.data ?? {};
  const push = { title, body: message, category: 'message', data: {} };
  const data = { apn: push, fcm: push, sms: { bodies: [message] }, web: { title, body: message } };
  for (const id of individuals) {
    const user = userOf(call.world.courier.rows, id);
    const shared = { 'individual-id': id, 'organization-id': body['organization-id'] };
    if (user) collection.make(call, 'user-notifications', { ...shared, 'user-id': user.id, data });
    const sent = {
      'template-id': body['template-id'],
      'template-data': body['template-data'] ?? body.data ?? {},
    };
    collection.make(call, 'user-multicasts', { ...shared, ...sent });
  }
}

/** Posts a bulk message into the channel of each individual it is for. */
function postToAll(call: Call, collection: Collection, bulk: Row): void {
  const { rows, service } = call.world.courier;
  const { attributes, own } = bulk;
  attributes['posted-time'] = call.world.clock.stamp();
  const senderId = attributes['sender-individual-id'] ?? service.individualId;
  for (const id of everybody(call, attributes['individual-ids'], attributes['individual-group-ids'])) {
    const isTheirs = (row: Row) => row.own['individual-ids']?.join() === id && !row.attributes.archived;
    let channel = rows.all('messaging-channels').find(isTheirs);
    if (!channel && own['auto-create-channel']) {
      const organization = rows.attributes('individuals', id)['owner-id'];
      channel = collection.make(call, 'messaging-channels', {
        'individual-ids': [id],
        'organization-id': organization,
      });
      subscribe(channel, [senderId]);
    }
    const text = attributes.message ?? attributes['message-js']?.en_US ?? '';
    if (channel) post(call.world, { channel, authorId: senderId, text, more: { source: 'bulk' } });
  }
}

/** What is special about what goes to many at once, and about what waits for one. */
export function multicastBehaviours(collection: () => Collection): Record<string, Behaviour> {
  const posts = (bulk: Row, call: Call) => postToAll(call, collection(), bulk);
  return {
    'messaging-bulk-messages': {
      narrows: { 'include-posted': (row, value) => value === true || row.attributes.draft },
      made: (row, call) => !row.attributes.draft && posts(row, call),
      changed: (row, call, before) => before.draft && !row.attributes.draft && posts(row, call),
    },
    multicasts: {
      begins: { status: 'pending' },
      shows: ({ attributes }, { world }) => ({
        'individual-group': groupSummary(world, attributes['individual-group-id']),
        'user-name': userOf(world.courier.rows, attributes['individual-id'])?.attributes.username,
      }),
      made(row, call) {
        const { rows } = call.world.courier;
        const { own, attributes } = row;
        const group: string | undefined = own['filter-value']?.['individual-group-id'];
        const isTheirs = ({ attributes: one }: Row) => one['owner-id'] === own['organization-id'];
        const all = rows
          .all('individuals')
          .filter(isTheirs)
          .map(({ id }) => id);
        const receivers = group ? everybody(call, [], [group]) : all;
        attributes['individual-id'] = actorOf(call).id;
        attributes['individual-ids'] = receivers;
        if (group) attributes['individual-group-id'] = group;
        attributes['template-args'] = attributes.data;
        row.ahead = [{ status: 'running' }, { status: 'completed' }];
        notify(call, collection(), receivers, { ...attributes, 'organization-id': own['organization-id'] });
      },
    },
    'user-notifications': {
      begins: { acknowledged: false, active: true },
      order: (one, other) => (one.attributes['created-at'] < other.attributes['created-at'] ? 1 : -1),
      narrows: {
        'filter[category]': ({ attributes }, value) => attributes.data.apn?.category === value,
        'individual-id': 'individual-id',
      },
      changed(row, { body, world }) {
        const isEarlier = ({ attributes: one }: Row) =>
          one['user-id'] === row.attributes['user-id'] && one['created-at'] < row.attributes['created-at'];
        if (body['ack-previous'])
          for (const one of world.courier.rows.all('user-notifications').filter(isEarlier))
            one.attributes.acknowledged = true;
      },
    },
    // without the switch, the caller's own devices alone
    'user-devices': {
      twins: ['token'],
      made: (row, call) => {
        row.attributes['individual-id'] ??= actorOf(call).id;
      },
      narrows: {
        'all-users': ({ attributes }, value, { world }) =>
          value === true || attributes['individual-id'] === world.courier.service.individualId,
      },
    },
    'badge-counts': { twins: ['individual-id', 'organization-id', 'type'] },
    'org-preferences': { twins: ['organization-id', 'name'], begins: { explicit: true } },
  };
}

/** Multicasts to one, counts of what waits for one, and the like. */
export function multicastHandlers(collection: Collection): Record<string, Handler> {
  const task = (call: Call, individuals: string[]) => {
    collection.given(call);
    notify(call, collection, individuals, call.body);
    const data = call.body['template-data'] ?? call.body.data ?? {};
    return {
      status: 201,
      body: {
        'message-data': { ...data, template: call.body['template-id'] },
        'task-id': call.world.fresh('courier-task'),
      },
    };
  };
  return {
    'POST /v1/individuals/{id}/multicast/': (call) => task(call, [collection.found(call, 'individuals').id]),

    'POST /v1/users/{id}/multicast/': (call) => {
      const user = collection.found(call, 'users');
      actorOf(call);
      return task(call, [call.body['individual-id'] ?? user.attributes['primary-individual-id']]);
    },

    'POST /v1/user-multicasts/': (call) =>
      task(call, everybody(call, call.body['individual-ids'], call.body['individual-group-ids'])),

    'POST /v1/users/{id}/validate-multicast-params/': (call) => {
      collection.found(call, 'users');
      actorOf(call);
      const success = TEMPLATES.includes(call.body['template-id']);
      const info = success ? 'all parameters are known' : `the templates are ${TEMPLATES.join(', ')}`;
      return { status: 201, body: { success, info } };
    },

    'POST /v1/bulk-badge-counts/': (call) => {
      for (const value of collection.given(call).values) collection.make(call, 'badge-counts', value);
      return { status: 201 };
    },

    'GET /v1/communication-summaries/': (call) => {
      const { rows } = call.world.courier;
      const { id } = actorOf(call);
      const isMember = ({ attributes }: Row) =>
        attributes.subscribers.some((one: Dictionary) => one.id === id);
      const channels = rows
        .all('messaging-channels')
        .filter((row) => !row.attributes.archived && isMember(row));
      const waiting = channels.flatMap((channel) =>
        messagesIn(call.world, channel.id)
          .filter((message) => isNewTo(message, id))
          .map(({ attributes }) => ({
            sender: attributes['individual-id'] as string,
            type: channel.attributes['individual-group-id'] ? 'group-messages' : 'direct-messages',
          })),
      );
      const counted = (name: 'sender' | 'type') => [...Map.groupBy(waiting, (one) => one[name])];
      const isProvider = ({ sender }: { sender: string }) =>
        rows.attributes('individuals', sender)['account-type'] === 'provider';
      const isFor = ({ attributes }: Row) => attributes['individual-id'] === id && !attributes.acknowledged;
      const isOpen = ({ attributes }: Row) =>
        attributes['channel-state'] !== 'terminated' &&
        attributes.participants.some((one: Dictionary) => one['individual-id'] === id);
      const summary = {
        ...(call.flag('include-senders') && {
          'message-senders': counted('sender').map(([sender, all]) => ({
            'individual-id': sender,
            count: all.length,
          })),
        }),
        'message-types': counted('type').map(([type, all]) => ({ 'message-type': type, count: all.length })),
        messages: waiting.length,
        notifications: rows.all('user-notifications').filter(isFor).length,
        'provider-messages': waiting.filter(isProvider).length,
        'video-channels': rows.all('video-channels').filter(isOpen).length,
      };
      return { status: 200, body: { summary } };
    },
  };
}
