import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import type { Prepared } from '../support/upstream.ts';
import { type Front, startFront } from './front.ts';
import { channel, created, message, one, resource } from './samples.ts';

let front: Front;
beforeAll(async () => {
  front = await startFront();
});
afterAll(() => front[Symbol.asyncDispose]());

const ID = idOf('thing');
const CHANNEL = `/v1/messaging-channels/${ID}/`;
const MESSAGE = `/v1/messaging-messages/${ID}/`;
const text = resource('texts', 'thing', { status: 'accepted', message: 'Hello' });

interface Case {
  readonly name: string;
  readonly input: object;
  readonly selection: string;
  readonly asks: string;
  readonly body: unknown;
  readonly answer: Prepared;
  readonly gives: object;
}

/** What is peculiar; all that every change has in common is asked by the table of operations. */
const cases: readonly Case[] = [
  {
    name: 'createCourierChannel',
    input: {
      organizationId: idOf('clinic'),
      individualGroupId: idOf('family'),
      individualIds: [idOf('amina'), Buffer.from(`CourierIndividual:${idOf('farah')}`).toString('base64')],
      name: 'Knee',
      label: 'knee',
      floating: true,
      subscriptionType: 'none',
      textNumberId: idOf('number'),
      eventSettings: { enabled: false },
    },
    selection: 'channel { name }',
    asks: 'POST /v1/messaging-channels/',
    body: {
      data: {
        type: 'messaging-channels',
        attributes: {
          'event-settings': { enabled: false },
          floating: true,
          'individual-group-id': idOf('family'),
          'individual-ids': [idOf('amina'), idOf('farah')],
          label: 'knee',
          name: 'Knee',
          'organization-id': idOf('clinic'),
          'subscription-type': 'none',
          'text-number-id': idOf('number'),
        },
      },
    },
    answer: created(channel('thing', { name: 'Knee' })),
    gives: { channel: { name: 'Knee' } },
  },
  {
    name: 'updateCourierChannel',
    input: {
      id: ID,
      patch: [
        { op: 'replace', path: '/name', value: 'Knee' },
        { op: 'replace', path: '/label', value: null },
        { op: 'replace', path: '/event-settings', value: { enabled: true, since: [1, 'two'] } },
        { op: 'remove', path: '/bookmark' },
      ],
    },
    selection: 'channel { name }',
    asks: `PATCH ${CHANNEL}`,
    body: {
      data: {
        id: ID,
        type: 'messaging-channels',
        attributes: [
          { op: 'replace', path: '/name', value: 'Knee' },
          { op: 'replace', path: '/label', value: null },
          { op: 'replace', path: '/event-settings', value: { enabled: true, since: [1, 'two'] } },
          { op: 'remove', path: '/bookmark' },
        ],
      },
    },
    answer: one(channel('thing', { name: 'Knee' })),
    gives: { channel: { name: 'Knee' } },
  },
  {
    name: 'archiveCourierChannel',
    input: { id: Buffer.from(`CourierChannel:${ID}`).toString('base64') },
    selection: 'channel { nativeId archived }',
    asks: `POST ${CHANNEL}archive/`,
    body: {},
    answer: created(channel('thing', { archived: true })),
    gives: { channel: { nativeId: ID, archived: true } },
  },
  {
    name: 'setCourierChannelSms',
    input: {
      id: ID,
      active: true,
      initialMessage: 'Hello',
      initialMessageJs: { enUS: 'Hello', esUS: 'Hola' },
    },
    selection: 'channel { withSms }',
    asks: `POST ${CHANNEL}sms/`,
    body: {
      active: true,
      'initial-message': 'Hello',
      'initial-message-js': { en_US: 'Hello', es_US: 'Hola' },
    },
    answer: created(channel('thing', { 'with-sms': true })),
    gives: { channel: { withSms: true } },
  },
  {
    name: 'postCourierMessage',
    input: {
      channelId: idOf('channel'),
      individualId: idOf('farah'),
      message: 'Hello',
      draft: false,
      autoAck: '',
      includeDestinations: ['sms'],
    },
    selection: 'message { text status }',
    asks: 'POST /v1/messaging-messages/',
    body: {
      data: {
        type: 'messaging-messages',
        attributes: {
          'auto-ack': '',
          'channel-id': idOf('channel'),
          draft: false,
          'include-destinations': ['sms'],
          'individual-id': idOf('farah'),
          message: 'Hello',
        },
      },
    },
    answer: created(message('thing', { message: 'Hello', 'user-type': 'provider' })),
    gives: { message: { text: 'Hello', status: 'SENT' } },
  },
  {
    name: 'updateCourierMessage',
    input: { id: ID, message: 'Better words', draft: false, removed: true, individualId: idOf('farah') },
    selection: 'message { status }',
    asks: `PATCH ${MESSAGE}`,
    body: {
      data: {
        id: ID,
        type: 'messaging-messages',
        attributes: {
          draft: false,
          'individual-id': idOf('farah'),
          message: 'Better words',
          removed: true,
        },
      },
    },
    answer: one(message('thing', { removed: true })),
    gives: { message: { status: 'DELETED' } },
  },
  ...['DISLIKE', 'LIKE', 'LOL', 'LOVE', 'SAD', 'WOW'].flatMap((reactionType) =>
    ['add', 'delete'].map((verb) => ({
      name: `${verb === 'add' ? 'add' : 'remove'}CourierMessageReaction`,
      input: { id: ID, reactionType, individualId: idOf('farah') },
      selection: 'message { reactions { reactionType } }',
      asks: `POST ${MESSAGE}${verb}-reaction/`,
      body: { 'individual-id': idOf('farah'), 'reaction-type': reactionType.toLowerCase() },
      answer: created(message('thing', { reactions: [{ 'reaction-type': 'wow' }] })),
      gives: { message: { reactions: [{ reactionType: 'WOW' }] } },
    })),
  ),
  {
    name: 'sendCourierText',
    input: {
      accountId: Buffer.from(`CourierTextAccount:${idOf('account')}`).toString('base64'),
      callbackJson: { key: [1] },
      callbackOneOff: true,
      callbackStatusUrl: 'https://example.com/status',
      callbackUrl: 'https://example.com/answers',
      expectedResponses: ['yes', 'no'],
      message: 'Hello',
      numberId: idOf('number'),
      organizationId: idOf('clinic'),
      target: '+12025550100',
    },
    selection: 'text { status text }',
    asks: 'POST /v1/texts/',
    body: {
      data: {
        type: 'texts',
        attributes: {
          'account-id': idOf('account'),
          'callback-json': { key: [1] },
          'callback-one-off': true,
          'callback-status-url': 'https://example.com/status',
          'callback-url': 'https://example.com/answers',
          'expected-responses': ['yes', 'no'],
          message: 'Hello',
          'number-id': idOf('number'),
          'organization-id': idOf('clinic'),
          target: '+12025550100',
        },
      },
    },
    answer: created(text),
    gives: { text: { status: 'ACCEPTED', text: 'Hello' } },
  },
  {
    name: 'callBackCourierText',
    input: { id: ID, body: { MessageStatus: 'delivered', Parts: [1, 2] } },
    selection: 'answer',
    asks: `POST /v1/texts/${ID}/callback/`,
    body: { MessageStatus: 'delivered', Parts: [1, 2] },
    answer: { status: 204 },
    gives: { answer: {} },
  },
];

const run = ({ name, selection }: Case) => {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  return `mutation ($input: ${title}Input!) { answered: ${name}(input: $input) { ${selection} } }`;
};

describe('a mutation', () => {
  test.each(cases.map((one) => [one.name, one] as const))(
    '%s sends what is documented, once',
    async (_, given) => {
      const before = front.courier.asked.length;
      front.courier.answers({ [given.asks]: given.answer });
      const data = await front.data(run(given), { input: given.input });
      expect(data.answered).toEqual(given.gives);
      const [asked, ...others] = front.courier.asked.slice(before);
      expect(others).toEqual([]);
      expect(`${asked?.method} ${asked?.path}`).toBe(given.asks);
      expect(asked?.query).toBe('');
      expect(asked?.body).toEqual(given.body);
    },
  );

  test.each(
    cases
      .filter(({ asks }, index) => cases.findIndex((one) => one.asks === asks) === index)
      .map((one) => [one.name, one] as const),
  )('%s tells what courier refused', async (_, given) => {
    const before = front.courier.asked.length;
    front.courier.answers({ [given.asks]: { status: 403, body: { errors: [{ detail: 'Amina' }] } } });
    const error = await front.error(run(given), { input: given.input });
    expect(error).toMatchObject({
      code: 'UPSTREAM_REFUSED',
      path: 'answered',
      upstream: { api: 'courier', method: given.asks.split(' ')[0], status: 403 },
    });
    expect(JSON.stringify(error)).not.toContain('Amina');
    expect(front.courier.asked).toHaveLength(before + 1);
  });

  test('gives the channel that is there already, and says so', async () => {
    const error = { code: 'DuplicateChannel', detail: 'Amina', meta: { id: idOf('twin') }, status: 409 };
    front.courier.answers({
      'POST /v1/messaging-channels/': { status: 409, body: { errors: [error] } },
      [`GET /v1/messaging-channels/${idOf('twin')}/`]: one(
        resource('messaging-channels', 'twin', { name: 'Heart' }),
      ),
    });
    const create = `mutation { createCourierChannel(input: { organizationId: "${idOf('o')}" }) { existed channel { nativeId name } } }`;
    expect(await front.data(create)).toEqual({
      createCourierChannel: { existed: true, channel: { nativeId: idOf('twin'), name: 'Heart' } },
    });
    front.courier.answers({
      'POST /v1/messaging-channels/': created(resource('messaging-channels', 'new', { name: 'New' })),
    });
    expect(await front.data(create)).toMatchObject({ createCourierChannel: { existed: false } });
  });

  test('is refused as a conflict where the channel that is there cannot be shown', async () => {
    const error = { code: 'DuplicateChannel', detail: 'Amina', meta: { id: idOf('hidden') }, status: 409 };
    front.courier.answers({
      'POST /v1/messaging-channels/': { status: 409, body: { errors: [error] } },
      [`GET /v1/messaging-channels/${idOf('hidden')}/`]: { status: 404, body: { errors: [] } },
    });
    expect(
      await front.error(
        `mutation { createCourierChannel(input: { organizationId: "${idOf('o')}" }) { existed } }`,
      ),
    ).toMatchObject({ code: 'CONFLICT' });
  });

  test.each<[string, string]>([
    [`updateCourierMessage(input: { id: "${ID}" }) { message { id } }`, 'input'],
    [`updateCourierMessage(input: { id: "${ID}", message: null }) { message { id } }`, 'input.message'],
    [
      `postCourierMessage(input: { channelId: "${ID}", message: "x", draft: null }) { message { id } }`,
      'input.draft',
    ],
    [`updateCourierUser(input: { id: "${ID}" }) { user { id } }`, 'input'],
    [`updateCourierChannel(input: { id: "${ID}", patch: [] }) { channel { id } }`, 'input.patch'],
    [`callBackCourierText(input: { id: "${ID}", body: "delivered" }) { answer }`, 'input.body'],
    [
      `multicastToCourierUser(input: { id: "${ID}", templateId: "welcome", data: [1] }) { taskId }`,
      'input.data',
    ],
  ])('that says nothing courier could take is refused without a call: %s', async (field, name) => {
    const before = front.courier.asked.length;
    expect(await front.error(`mutation { ${field} }`)).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [name],
    });
    expect(front.courier.asked).toHaveLength(before);
  });

  test('takes only courier’s own reactions', async () => {
    const before = front.courier.asked.length;
    const { body } = await front.gateway.ask(
      `mutation { addCourierMessageReaction(input: { id: "${ID}", reactionType: CLAP }) { message { id } } }`,
    );
    expect(body.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(front.courier.asked).toHaveLength(before);
  });

  test('shows what it has read without another call', async () => {
    const before = front.courier.asked.length;
    front.courier.answers({ [`POST ${CHANNEL}archive/`]: created(channel('thing', { archived: true })) });
    await front.data(
      `mutation { archiveCourierChannel(input: { id: "${ID}" }) { channel { archived name organization { nativeId } } } }`,
    );
    expect(front.courier.calls().slice(before)).toEqual([`POST ${CHANNEL}archive/`]);
  });
});
