import type { Handler } from '../call.ts';
import type { Behaviour, Collection } from '../collection.ts';
import type { Dictionary } from '../dictionary.ts';
import { Refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import { invalid, userOf } from './dialect.ts';

/** The words of the SMS provider that a callback may report. */
const WORDS = ['accepted', 'queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'received'];

/** Receivers whom texts never reach, by their digits, and what the provider says. */
const UNREACHABLE: Readonly<Record<string, Dictionary[]>> = {
  '12025550199': [
    ...steps('queued', 'sending', 'sent'),
    { status: 'undelivered', error: '30003: unreachable destination handset' },
  ],
  '12025550198': [...steps('queued'), { status: 'failed', error: '21612: no route to this destination' }],
};

/** The changes of a status that are still to come. */
export function steps(...words: string[]): Dictionary[] {
  return words.map((status) => ({ status }));
}

/** The SMS provider's id of a text. */
export function sidOf(id: string): string {
  return `SM${id.replaceAll('-', '')}`;
}

/** Sends an email: it goes on at the next steps. */
function launch(email: Row, taskId: string): Dictionary {
  const bounces = email.attributes.to.some((to: string) => to.toLowerCase() === 'bounce@example.net');
  email.ahead = [
    bounces
      ? { status: 'failed', result: '550 mailbox unavailable' }
      : { status: 'sent', result: '250 accepted' },
  ];
  return { status: 'sending', 'task-id': taskId };
}

/** What is special about texts, the numbers they go from, and emails. */
export const textBehaviours: Record<string, Behaviour> = {
  'text-account-numbers': {
    begins: {
      alert: false,
      'capability-mms': true,
      'capability-sms': true,
      'capability-voice': true,
      logging: false,
    },
    made({ id, attributes, own }, { world }) {
      const taken = world.courier.rows.all('text-account-numbers').length;
      attributes['phone-number'] =
        `+1${own['area-code'] ?? '202'}55503${String(taken % 100).padStart(2, '0')}`;
      attributes['twilio-id'] = `PN${id.replaceAll('-', '')}`;
      attributes.events = { 'unknown-number': {} };
    },
    changed({ id }, { operation, world }) {
      const logs = world.courier.rows.in('text-number-logs');
      if (operation.path.endsWith('/reset-logs/'))
        for (const log of logs.all()) if (log.own['number-id'] === id) logs.delete(log.id);
    },
  },
  'text-accounts': {
    made(row) {
      row.attributes['twilio-id'] = `AC${row.id.replaceAll('-', '')}`;
    },
  },
  'text-number-info': {
    begins: { status: 'pending', type: '' },
    twins: ['number'],
    made(row) {
      const known = {
        'carrier-name': 'Northern Mobile',
        'mobile-country-code': '310',
        'mobile-network-code': '260',
      };
      row.ahead = [{ status: 'completed', type: 'mobile', error: '', ...known }];
    },
  },
  'text-user-number-maps': { twins: ['user-id', 'organization-id'] },
  'user-consents': {
    begins: { state: 'pending', 'target-id': '' },
    made(row) {
      row.ahead = [{ state: 'accepted' }];
    },
  },
  'user-emails': {
    order: (one, other) => (one.attributes['created-at'] < other.attributes['created-at'] ? 1 : -1),
    made(email, call) {
      const { world } = call;
      const { attributes, own } = email;
      const to =
        attributes.to ?? userOf(world.courier.rows, attributes['individual-id'])?.attributes.email?.trim();
      if (to === undefined)
        throw invalid('body', '/data/attributes/to', 'is required: the individual has no email');
      Object.assign(attributes, { to: [to], status: 'draft', 'user-id': attributes['created-by'] });
      if (own['auto-send']) Object.assign(attributes, launch(email, world.fresh('courier-task')));
    },
    changed(email, { world }, before) {
      if (before.status !== 'draft') throw new Refusal(409, 'AlreadySent', 'The email is no draft any more');
      Object.assign(email.attributes, launch(email, world.fresh('courier-task')));
    },
  },
  texts: {
    made(text, { world }) {
      const { attributes, own, id } = text;
      const at = '/data/attributes';
      const refuse = (name: string, says: string) => invalid('body', `${at}/${name}`, says);
      const numbers = world.courier.rows
        .all('text-account-numbers')
        .filter(({ attributes: number }) => number['account-id'] === own['account-id']);
      const number = numbers.find((one) => one.id === (own['number-id'] ?? one.id));
      if (!number) throw refuse('number-id', 'is no number of the account');
      if (!/^\+[1-9]\d{5,14}$/.test(attributes.target))
        throw refuse('target', 'must be a phone number in E.164');
      if (attributes.message === '') throw refuse('message', 'must not be empty');
      own['number-id'] = number.id;
      Object.assign(attributes, {
        from: number.attributes['phone-number'],
        status: 'accepted',
        'twilio-sid': sidOf(id),
      });
      text.ahead = [
        ...(UNREACHABLE[attributes.target.slice(1)] ?? steps('queued', 'sending', 'sent', 'delivered')),
      ];
    },
  },
};

/** What texts and their accounts can do that no other row can. */
export function textHandlers(collection: Collection): Record<string, Handler> {
  return {
    // the provider's own words; what it does not know of them is passed over
    'POST /v1/texts/{id}/callback/': (call) => {
      const text = collection.found(call, 'texts');
      const status = WORDS.find((word) => word === call.body.MessageStatus);
      if (status) {
        text.ahead = [];
        collection.touch(call, text, { status });
        call.world.tell({ api: 'courier', text: structuredClone(text) });
      }
      return { status: 201 };
    },

    'POST /v1/text-accounts/{id}/claim-number/': (call) => {
      const account = collection.found(call, 'text-accounts');
      const given = { 'account-id': account.id, notes: call.body.notes };
      return collection.one(call, collection.make(call, 'text-account-numbers', given));
    },

    // a number that is known already is asked about again only when that is said
    'POST /v1/text-number-info/': (call) => {
      const { reresolve, ...given } = collection.given(call);
      const isKnown = (row: Row) => row.attributes.number === given.number;
      const known = reresolve ? undefined : call.world.courier.rows.all('text-number-info').find(isKnown);
      return collection.one(call, known ?? collection.make(call, 'text-number-info', given));
    },
  };
}
