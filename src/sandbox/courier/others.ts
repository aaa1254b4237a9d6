import type { Call, Handler } from '../call.ts';
import type { Behaviour, Collection } from '../collection.ts';
import { type Dictionary, isDictionary } from '../dictionary.ts';
import { notFound } from '../refusal.ts';
import type { Row } from '../row.ts';
import { invalid } from './dialect.ts';

const PENDING = (row: Row, value: unknown) => value === true || row.own.pending !== true;

/** Files that were announced and then uploaded; what a message has of them. */
const FILES: Behaviour = {
  narrows: { 'filter[include-pending]': PENDING },
  changed(row, { operation, world }) {
    if (!operation.path.endsWith('/process-upload/')) return;
    const file = world.files.get(row.own.key);
    if (!file) throw invalid('body', '', 'nothing was uploaded');
    row.own.pending = false;
    const size = row.type === 'user-email-attachments' ? 'size' : 'content-size';
    row.attributes[size] = file.data.length;
    if (size === 'size') row.attributes['ready-to-use'] = true;
    const message = world.courier.rows.get('messaging-messages', row.attributes['message-id']);
    if (message && !message.attributes.attachments.some(({ id }: Dictionary) => id === row.id))
      message.attributes.attachments.push({ id: row.id });
  },
};

/** What is special about files, and about things that only begin or end in a way of their own. */
export const otherBehaviours: Record<string, Behaviour> = {
  'app-credentials': { begins: { archived: false } },
  'ask-reminders': {
    begins: { 'synced-to-alexa': false },
    made(row, { world }) {
      row.attributes['account-id'] = world.fresh('alexa-account');
      row.ahead = [{ 'synced-to-alexa': true, 'alexa-reminder-id': world.fresh('alexa-reminder') }];
    },
  },
  'messaging-attachments': { ...FILES, begins: { removed: false } },
  'messaging-bulk-attachments': FILES,
  'user-email-attachments': {
    ...FILES,
    shows: ({ own }, call) =>
      call.flag('with-link') ? { 'download-link': call.world.files.linkTo(own.key) } : {},
  },
  'messaging-bookmarks': {
    made(row, { world }) {
      const { own, id } = row;
      const bookmarks = world.courier.rows.in('messaging-bookmarks');
      if (own['allow-multi-message']) return;
      for (const one of bookmarks.all())
        if (one.id !== id && one.attributes.channel.id === own['channel-id']) bookmarks.delete(one.id);
      row.attributes['organization-id'] = world.courier.rows.attributes(
        'messaging-channels',
        own['channel-id'],
      )['org-id'];
    },
  },
  'messaging-operations': {
    begins: { status: 'pending', logs: {}, args: {} },
    made(row) {
      row.ahead = [{ status: 'running' }, { status: 'completed', logs: { moved: 3, failed: 0 } }];
    },
  },
  'messaging-plugins': { begins: { enabled: true } },
  'messaging-responders': { begins: { enabled: true } },
  organizations: {
    narrows: {
      'filter[name]': ({ attributes }, value) =>
        [attributes.name, attributes['display-name']].some((name) =>
          name.toLowerCase().includes(String(value).toLowerCase()),
        ),
    },
  },
  users: {
    narrows: {
      // those whose own individual it is, and those who may act for it
      'filter[individual-id]': ({ attributes, own }, value) =>
        attributes['primary-individual-id'] === value || own['acts-for'].includes(value),
    },
  },
};

/** Uploads, plug-ins' words, Alexa's calls, and the end of what is kept about somebody. */
export function otherHandlers(collection: Collection): Record<string, Handler> {
  const announced = (call: Call, type: string): Dictionary => {
    const given = collection.given(call);
    const upload = call.world.files.announce(given['content-type'] ?? 'application/octet-stream', type);
    const own = { pending: true, key: upload.key };
    const row = collection.make(call, type, given, own);
    if (type === 'user-email-attachments') Object.assign(row.attributes, { 'ready-to-use': false, size: 0 });
    return {
      id: row.id,
      'expiration-time': Math.floor(call.world.clock.now() / 1000) + 3600,
      'upload-data': upload.fields,
      'upload-url': upload.url,
    };
  };
  return {
    'POST /v1/messaging-attachments/': (call) => ({
      status: 201,
      body: { data: announced(call, 'messaging-attachments') },
    }),
    'POST /v1/messaging-bulk-attachments/': (call) => ({
      status: 201,
      body: { data: announced(call, 'messaging-bulk-attachments') },
    }),
    'POST /v1/user-email-attachments/': (call) => ({
      status: 201,
      body: announced(call, 'user-email-attachments'),
    }),

    'POST /v1/aggregation-requests/': (call) => {
      collection.given(call);
      const data = { id: call.world.fresh('aggregation'), type: 'aggregation-requests', attributes: {} };
      return { status: 201, body: { data, meta: {} } };
    },

    'POST /v1/ask-entries/': () => ({
      status: 200,
      body: {
        version: '1.0',
        response: {
          outputSpeech: { type: 'PlainText', text: 'You have no reminders for today.' },
          shouldEndSession: true,
        },
      },
    }),

    'POST /v1/ask-subscriptions/{id}/send/': (call) => {
      collection.found(call, 'ask-subscriptions');
      return { status: 201, body: {} };
    },

    'POST /v1/messaging-plugins/{id}/expand/': (call) => {
      const { attributes } = collection.found(call, 'messaging-plugins');
      collection.given(call);
      const { answer = `${attributes.args?.city ?? 'Harbour'}: 18 degrees and sunny.` } =
        attributes.args ?? {};
      return { status: 201, body: { message: answer } };
    },

    // the thing itself, what belongs to it by an attribute, and its place in lists
    'POST /v1/purge-data/': (call) => {
      const { 'entity-id': given, 'entity-type': kind, archive } = call.body.data.attributes;
      const { rows } = call.world.courier;
      const id = given.toLowerCase();
      if (!rows.get(`${kind}s`, id)) throw notFound(kind);
      for (const [, table] of rows.tables)
        for (const row of table.all()) {
          const isOne = row.id === id || Object.values(row.attributes).includes(id);
          if (isOne && archive && 'archived' in row.attributes) row.attributes.archived = true;
          else if (isOne) table.delete(row.id);
          else row.attributes = without(row.attributes, id);
        }
      return { status: 201 };
    },
  };
}

/** Attributes without the entries of lists that are, or are about, an id. */
function without(attributes: Dictionary, id: string): Dictionary {
  const isAbout = (one: unknown) => one === id || (isDictionary(one) && Object.values(one).includes(id));
  const kept = Object.entries(attributes).map(([name, value]) => [
    name,
    Array.isArray(value) && value.some(isAbout) ? value.filter((one) => !isAbout(one)) : value,
  ]);
  return Object.fromEntries(kept);
}
