import type { Answer, Call, Handler } from '../call.ts';
import { notFound, Refusal } from '../refusal.ts';
import { invalid, many, one, userOf } from './answers.ts';
import type { Account, Email, Text, TextStatus } from './rows.ts';
import { sidOf } from './texts-and-emails-at-start.ts';

const WORDS: TextStatus[] = [
  'accepted',
  'queued',
  'sending',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'received',
];

/** Receivers whom texts never reach, by their digits, and what the provider says. */
const UNREACHABLE: Readonly<Record<string, { ahead: TextStatus[]; error: string }>> = {
  '12025550199': {
    ahead: ['queued', 'sending', 'sent', 'undelivered'],
    error: '30003: unreachable destination handset',
  },
  '12025550198': { ahead: ['queued', 'failed'], error: '21612: no route to this destination' },
};

interface CreateText {
  'account-id': string;
  'callback-status-url'?: string;
  'callback-url'?: string;
  message: string;
  'number-id'?: string;
  target: string;
}

interface CreateEmail {
  'auto-send'?: boolean;
  'individual-id': string;
  message?: string;
  'message-html'?: string;
  'sender-organization-id'?: string;
  subject: string;
  to?: string;
}

function shownText({ id, attributes }: Text): object {
  return { id, type: 'texts', attributes };
}

function shownEmail({ id, attributes }: Email): object {
  return { id, type: 'user-emails', attributes };
}

function textOf(call: Call): Text {
  const text = call.world.courier.texts.get(call.at('id'));
  if (!text) throw notFound('text');
  return text;
}

function emailOf(call: Call): Email {
  const email = call.world.courier.emails.get(call.at('id'));
  if (!email) throw notFound('user email');
  return email;
}

const shownAccount = ({ id, attributes }: Account): object => ({ id, type: 'text-accounts', attributes });

/** The operations on texts, their accounts, and emails. */
export const textAndEmailHandlers: Record<string, Handler> = {
  'GET /v1/text-accounts/': (call) => {
    const organization = call.text('organization-id')?.toLowerCase();
    const wanted = call.world.courier.accounts
      .all()
      .filter(({ attributes }) => !organization || attributes['organization-id'] === organization);
    return many(call, wanted, shownAccount);
  },

  'GET /v1/text-accounts/{id}/': (call) => {
    const account = call.world.courier.accounts.get(call.at('id'));
    if (!account) throw notFound('text account');
    return one(200, shownAccount(account));
  },

  'GET /v1/texts/': (call) => {
    const account = call.text('account-id')?.toLowerCase();
    const number = call.text('filter[number-id]')?.toLowerCase();
    const target = call.text('filter[target]');
    if (target !== undefined && !/^\+[1-9]\d{5,14}$/.test(target))
      throw invalid('query', 'filter[target]', 'must be a phone number in E.164');
    const wanted = call.world.courier.texts
      .all()
      .filter((text) => text.accountId === account && (number === undefined || text.numberId === number))
      .filter(({ attributes }) => target === undefined || attributes.target === target);
    return many(call, wanted.reverse(), shownText);
  },

  'POST /v1/texts/': (call) => {
    const { world } = call;
    const { attributes } = call.body<{ data: { attributes: CreateText } }>().data;
    const at = '/data/attributes';
    const numbers = [...world.courier.numbers].filter(
      ([, { accountId }]) => accountId === attributes['account-id'],
    );
    const [number] = numbers.filter(([id]) => id === (attributes['number-id'] ?? id));
    if (numbers.length === 0) throw invalid('body', `${at}/account-id`, 'is no account');
    if (!number) throw invalid('body', `${at}/number-id`, 'is no number of the account');
    if (!/^\+[1-9]\d{5,14}$/.test(attributes.target))
      throw invalid('body', `${at}/target`, 'must be a phone number in E.164');
    if (attributes.message === '') throw invalid('body', `${at}/message`, 'must not be empty');
    const outcome = UNREACHABLE[attributes.target.slice(1)];
    const id = world.fresh('courier-text');
    const stamp = world.clock.stamp();
    const text: Text = {
      id,
      accountId: attributes['account-id'],
      numberId: number[0],
      ahead: [...(outcome?.ahead ?? (['queued', 'sending', 'sent', 'delivered'] as const))],
      ...(outcome ? { fails: outcome.error } : {}),
      attributes: {
        ...(attributes['callback-status-url']
          ? { 'callback-status-url': attributes['callback-status-url'] }
          : {}),
        ...(attributes['callback-url'] ? { 'callback-url': attributes['callback-url'] } : {}),
        'created-at': stamp,
        'created-by': world.courier.service.userId,
        from: number[1].number,
        'last-modified-at': stamp,
        message: attributes.message,
        status: 'accepted',
        target: attributes.target,
        'twilio-sid': sidOf(id),
      },
    };
    return one(201, shownText(world.courier.texts.add(text)));
  },

  'GET /v1/texts/{id}/': (call) => one(200, shownText(textOf(call))),

  // the provider's own words; what it does not know of them is passed over
  'POST /v1/texts/{id}/callback/': (call) => {
    const text = textOf(call);
    const { MessageStatus: told } = call.body<{ MessageStatus?: string }>();
    const status = WORDS.find((word) => word === told);
    if (status) {
      text.ahead = [];
      Object.assign(text.attributes, { status, 'last-modified-at': call.world.clock.stamp() });
      call.world.tell({ api: 'courier', text: structuredClone(text) });
    }
    return { status: 201 };
  },

  'GET /v1/user-emails/': (call) => {
    const individual = call.text('individual-id')?.toLowerCase();
    const wanted = call.world.courier.emails
      .all()
      .filter(({ attributes }) => attributes['individual-id'] === individual);
    return many(call, wanted.reverse(), shownEmail);
  },

  'POST /v1/user-emails/': (call) => {
    const { world } = call;
    const {
      'auto-send': sends = false,
      to,
      ...attributes
    } = call.body<{ data: { attributes: CreateEmail } }>().data.attributes;
    const at = '/data/attributes';
    const { userId } = world.courier.service;
    const organization = attributes['sender-organization-id'];
    if (!world.courier.individuals.get(attributes['individual-id']))
      throw invalid('body', `${at}/individual-id`, 'is no individual');
    if (organization !== undefined && !world.courier.organizations.get(organization))
      throw invalid('body', `${at}/sender-organization-id`, 'is no organization');
    const address = to ?? userOf(world, attributes['individual-id'])?.attributes.email?.trim();
    if (address === undefined) throw invalid('body', `${at}/to`, 'is required: the individual has no email');
    const stamp = world.clock.stamp();
    const email: Email = {
      id: world.fresh('courier-email'),
      ahead: [],
      attributes: {
        ...attributes,
        'created-at': stamp,
        'created-by': userId,
        'last-modified-at': stamp,
        status: 'draft',
        to: [address],
        'user-id': userId,
      },
    };
    if (sends) launch(call, email);
    return one(201, shownEmail(world.courier.emails.add(email)));
  },

  'GET /v1/user-emails/{id}/': (call) => one(200, shownEmail(emailOf(call))),

  'POST /v1/user-emails/{id}/send/': (call): Answer => {
    const email = emailOf(call);
    if (email.attributes.status !== 'draft')
      throw new Refusal(409, 'AlreadySent', 'The email is no draft any more');
    launch(call, email);
    return one(201, shownEmail(email));
  },
};

function launch({ world }: Call, email: Email): void {
  const bounces = email.attributes.to.some((address) => address.toLowerCase() === 'bounce@example.net');
  email.ahead = [bounces ? 'failed' : 'sent'];
  Object.assign(email.attributes, { status: 'sending', 'task-id': world.fresh('courier-task') });
  email.attributes['last-modified-at'] = world.clock.stamp();
}
