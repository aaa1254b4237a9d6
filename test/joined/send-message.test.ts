import { describe, expect, test } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import type { MessageChange } from '../../src/ports.ts';
import { type Front, startFront } from '../courier/front.ts';
import { channel, created, message, one } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';
import { JWT_AUTH, tokenOf } from '../support/tokens.ts';
import type { Prepared } from '../support/upstream.ts';
import { birdChannel, birdContact, birdId, birdMessage, WORKSPACE } from './bird.ts';

const NEVER = new Promise(() => {});
const LINE = birdId('BirdChannel', 'line');
const TALK = globalId('CourierChannel', idOf('talk'));
const AT_BIRD = `POST ${WORKSPACE}/channels/${idOf('line')}/messages`;
const AT_COURIER = 'POST /v1/messaging-messages/';
/** What is read before a send: the channel, and who has the number. */
const CHANNEL = `GET ${WORKSPACE}/channels/${idOf('line')}`;
const SEARCH = `POST ${WORKSPACE}/contacts/search`;
const ACCEPTED: Prepared = { status: 202, body: birdMessage('sent', 'line') };
const CREATED = created(message('sent', { 'channel-id': idOf('talk'), 'user-type': 'provider' }));

type Options = Parameters<typeof startFront>[0];

/** Both upstreams with a channel each, which take what is sent. */
const front = ({ bird, courier, ...options }: Options = {}): Promise<Front> =>
  startFront({
    bird: {
      [AT_BIRD]: ACCEPTED,
      [CHANNEL]: { body: birdChannel('line') },
      [SEARCH]: { body: { results: [] } },
      [`GET ${WORKSPACE}/contacts/${idOf('ada')}`]: {
        body: birdContact('ada', [['phonenumber', '+12025550100']]),
      },
      [`GET ${WORKSPACE}/channels/*`]: { status: 404 },
      ...bird,
    },
    courier: {
      [AT_COURIER]: CREATED,
      [`GET /v1/messaging-channels/${idOf('talk')}/`]: one(channel('talk')),
      'GET /v1/messaging-channels/*/': { status: 404 },
      ...courier,
    },
    ...options,
  });

const SEND = `mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) { message { __typename id source status text channel { id } } }
}`;

/** What was sent, to whichever upstream. */
const sent = ({ bird, courier }: Front) =>
  [...bird.asked, ...courier.asked]
    .filter(({ method, path }) => method === 'POST' && !path.endsWith('/search'))
    .map(({ body }) => body);

describe('sendMessage over a channel of Bird', () => {
  test('sends words to a number or an address', async () => {
    await using both = await front();
    const input = { channelId: LINE, to: '+12025550100', text: 'Hello', reference: 'visit 7' };
    const data = await both.data(SEND, { input });
    expect(data.sendMessage.message).toMatchObject({
      __typename: 'BirdMessage',
      id: birdId('BirdMessage', 'line', 'sent'),
      source: 'BIRD',
      status: 'ACCEPTED',
      channel: { id: LINE },
    });
    expect(both.bird.calls()).toEqual([CHANNEL, SEARCH, AT_BIRD]);
    expect(both.courier.asked).toEqual([]);
    expect(sent(both)).toEqual([
      {
        receiver: { contacts: [{ identifierValue: '+12025550100' }] },
        body: { type: 'text', text: { text: 'Hello' } },
        reference: 'visit 7',
      },
    ]);
  });

  test.each([
    ['a global id', birdId('BirdContact', 'ada')],
    ['a native id', idOf('ada')],
  ])('sends words to a contact by %s', async (_, contactId) => {
    await using both = await front();
    await both.data(SEND, { input: { channelId: LINE, contactId, text: 'Hello' } });
    expect(sent(both)).toEqual([
      { receiver: { contacts: [{ id: idOf('ada') }] }, body: { type: 'text', text: { text: 'Hello' } } },
    ]);
  });

  test.each<[object, string]>([
    [{}, 'input.to'],
    [{ to: '' }, 'input.to'],
    [{ to: '+12025550100', contactId: idOf('ada') }, 'input.to'],
    [{ to: '+12025550100', individualId: idOf('amina') }, 'input.individualId'],
    [{ contactId: globalId('CourierIndividual', idOf('amina')) }, 'input.contactId'],
    [{ contactId: globalId('BirdContact', `${idOf('elsewhere')}/${idOf('ada')}`) }, 'input.contactId'],
    [{ contactId: 'ada' }, 'input.contactId'],
    [{ to: '+12025550100', text: '  ' }, 'input.text'],
    [{ to: '+12025550100', idempotencyKey: '' }, 'input.idempotencyKey'],
  ])('sends nothing with %j', async (more, field) => {
    await using both = await front();
    const error = await both.error(SEND, { input: { channelId: LINE, text: 'Hello', ...more } });
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', fields: [field] });
    expect([...both.bird.asked, ...both.courier.asked]).toEqual([]);
  });

  test('points to the input that Bird refused', async () => {
    await using both = await front({
      bird: {
        [AT_BIRD]: {
          status: 422,
          body: {
            code: 'InvalidPayload',
            message: 'no',
            details: { 'receiver.contacts.0.identifierValue': ['no +12025550100'], 'body.text.text': ['no'] },
          },
        },
      },
    });
    const error = await both.error(SEND, { input: { channelId: LINE, to: '+12025550100', text: 'Hello' } });
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', fields: ['input.to', 'input.text'] });
    expect(JSON.stringify(error)).not.toContain('+1202');
  });
});

describe('sendMessage over a channel of courier', () => {
  test.each([
    ['nobody said', {}, {}],
    [
      'a global id',
      { individualId: globalId('CourierIndividual', idOf('farah')) },
      { 'individual-id': idOf('farah') },
    ],
    ['a native id', { individualId: idOf('farah') }, { 'individual-id': idOf('farah') }],
  ])('posts words as %s', async (_, who, attributes) => {
    await using both = await front();
    const data = await both.data(SEND, { input: { channelId: TALK, text: 'Hello', ...who } });
    expect(data.sendMessage.message).toMatchObject({
      __typename: 'CourierMessage',
      source: 'COURIER',
      status: 'SENT',
      channel: { id: TALK },
    });
    expect(both.courier.calls()).toEqual([`GET /v1/messaging-channels/${idOf('talk')}/`, AT_COURIER]);
    expect(both.bird.asked).toEqual([]);
    expect(sent(both)).toEqual([
      {
        data: {
          type: 'messaging-messages',
          attributes: { 'channel-id': idOf('talk'), message: 'Hello', ...attributes },
        },
      },
    ]);
  });

  test.each<[object, string]>([
    [{ to: '+12025550100' }, 'input.to'],
    [{ contactId: idOf('ada') }, 'input.contactId'],
    [{ reference: 'visit 7' }, 'input.reference'],
    [{ individualId: birdId('BirdContact', 'ada') }, 'input.individualId'],
    [{ individualId: 'farah' }, 'input.individualId'],
    [{ text: '\n' }, 'input.text'],
  ])('posts nothing with %j', async (more, field) => {
    await using both = await front();
    const error = await both.error(SEND, { input: { channelId: TALK, text: 'Hello', ...more } });
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', fields: [field] });
    expect([...both.bird.asked, ...both.courier.asked]).toEqual([]);
  });

  test('points to the input that courier refused', async () => {
    const refused = ['individual-id', 'channel-id', 'message'].map((name) => ({
      source: { pointer: `/data/attributes/${name}` },
    }));
    await using both = await front({ courier: { [AT_COURIER]: { status: 400, body: { errors: refused } } } });
    expect(await both.error(SEND, { input: { channelId: TALK, text: 'Hello' } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: ['input.individualId', 'input.channelId', 'input.text'],
    });
  });
});

describe('sendMessage with a native channel id', () => {
  const toBird = { channelId: idOf('line'), to: '+12025550100', text: 'Hello' };
  const toCourier = { channelId: idOf('talk'), text: 'Hello' };

  test('asks both and sends over the one that knows it', async () => {
    await using both = await front();
    expect((await both.data(SEND, { input: toBird })).sendMessage.message.source).toBe('BIRD');
    expect((await both.data(SEND, { input: toCourier })).sendMessage.message.source).toBe('COURIER');
    expect(sent(both)).toHaveLength(2);
  });

  test.each<[string, Prepared]>([
    ['says nothing', { until: NEVER }],
    ['is down', { status: 500 }],
  ])('sends over the one that knows it while the other %s', async (_, wrong) => {
    await using inBird = await front({ courier: { 'GET /v1/messaging-channels/*/': wrong } });
    expect((await inBird.data(SEND, { input: toBird })).sendMessage.message.source).toBe('BIRD');
    await using inCourier = await front({ bird: { [`GET ${WORKSPACE}/channels/*`]: wrong } });
    expect((await inCourier.data(SEND, { input: toCourier })).sendMessage.message.source).toBe('COURIER');
  });

  test('that neither knows is NOT_FOUND and sends nothing', async () => {
    await using both = await front();
    const error = await both.error(SEND, { input: { ...toBird, channelId: idOf('nowhere') } });
    expect(error).toMatchObject({ code: 'NOT_FOUND', fields: ['input.channelId'] });
    expect(sent(both)).toEqual([]);
  });

  test('that may be the other’s sends nothing while that one cannot be asked', async () => {
    await using both = await front({ bird: { [`GET ${WORKSPACE}/channels/*`]: { status: 500 } } });
    const error = await both.error(SEND, { input: { ...toBird, channelId: idOf('nowhere') } });
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', upstream: { api: 'bird', method: 'GET' } });
    expect(sent(both)).toEqual([]);
  });
});

test.each([birdId('BirdMessage', 'line', 'x'), globalId('CourierMessage', idOf('x')), 'nonsense', ''])(
  'sendMessage refuses what is no channel: %s',
  async (channelId) => {
    await using both = await front();
    expect(await both.error(SEND, { input: { channelId, to: '+12025550100', text: 'Hello' } })).toMatchObject(
      {
        code: 'BAD_USER_INPUT',
        fields: ['input.channelId'],
      },
    );
    expect([...both.bird.asked, ...both.courier.asked]).toEqual([]);
  },
);

describe('an idempotency key', () => {
  const overBird = { channelId: LINE, to: '+12025550100', text: 'Hello', idempotencyKey: 'visit 7' };
  const overCourier = { channelId: TALK, text: 'Hello', idempotencyKey: 'visit 7' };
  const each = [
    ['Bird', overBird, AT_BIRD],
    ['courier', overCourier, AT_COURIER],
  ] as const;

  /** Fronts whose send is answered by these, one after the other. */
  const answering = (operation: string, ...answers: readonly Prepared[]) => {
    let count = 0;
    const next: Prepared = (asked) => {
      const answer = answers[Math.min(count++, answers.length - 1)] ?? {};
      return typeof answer === 'function' ? answer(asked) : answer;
    };
    const prepared = { [operation]: next };
    return front({ bird: prepared, courier: prepared, deadlineMs: 300 });
  };

  test.each(each)('sends once over %s however often it comes', async (_, input) => {
    await using both = await front();
    const first = await both.data(SEND, { input });
    expect(await both.data(SEND, { input })).toEqual(first);
    expect(await both.data(SEND, { input: { ...input, reference: null, contactId: null } })).toEqual(first);
    expect(sent(both)).toHaveLength(1);
  });

  test.each(each)('sends once over %s also at the same time', async (_, input) => {
    await using both = await front();
    const all = await Promise.all(Array.from({ length: 5 }, () => both.data(SEND, { input })));
    expect(new Set(all.map((data) => JSON.stringify(data))).size).toBe(1);
    const { body } = await both.gateway.ask(
      'mutation ($input: SendMessageInput!) { a: sendMessage(input: $input) { message { id } } b: sendMessage(input: $input) { message { id } } }',
      { input },
    );
    expect(body.data.a).toEqual(body.data.b);
    expect(sent(both)).toHaveLength(1);
  });

  test.each(each)('that was used for something else over %s is CONFLICT', async (_, input) => {
    await using both = await front();
    await both.data(SEND, { input });
    for (const other of [{ text: 'Goodbye' }, { channelId: input.channelId === LINE ? TALK : LINE }]) {
      expect(await both.error(SEND, { input: { ...input, ...other } })).toMatchObject({
        code: 'CONFLICT',
        fields: ['input.idempotencyKey'],
      });
    }
    expect(sent(both)).toHaveLength(1);
  });

  test.each(each)('may be used again over %s after a refusal', async (_, input, operation) => {
    const good = operation === AT_BIRD ? ACCEPTED : CREATED;
    await using both = await answering(operation, { status: 422, body: {} }, good);
    expect(await both.error(SEND, { input })).toMatchObject({ code: 'BAD_USER_INPUT' });
    await both.data(SEND, { input });
    await both.data(SEND, { input });
    expect(sent(both)).toHaveLength(2);
  });

  const lost: [string, Prepared][] = [
    ['a dropped connection', { destroy: true }],
    ['silence', { until: NEVER }],
    ['a proxy’s 502', { status: 502 }],
    ['an answer that cannot be read', { status: 201, raw: '{' }],
    ['an answer without the message', { status: 201, body: {} }],
  ];
  test.each(each.flatMap((one) => lost.map((how) => [one[0], how[0], one[1], one[2], how[1]] as const)))(
    'is not sent again over %s after %s',
    async (_, __, input, operation, answer) => {
      await using both = await answering(operation, answer, operation === AT_BIRD ? ACCEPTED : CREATED);
      expect(await both.error(SEND, { input })).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      expect(await both.error(SEND, { input })).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      expect(sent(both)).toHaveLength(1);
    },
  );

  test.each(each)(
    'finds what became of a send over %s whose client went away',
    async (_, input, operation) => {
      const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
      const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
      const good = operation === AT_BIRD ? ACCEPTED : CREATED;
      await using both = await answering(operation, () => {
        arrive();
        return { ...(good as object), until: answered };
      });
      const { promise: noticed, resolve: notice } = Promise.withResolvers<void>();
      const { promise: reading, resolve: read } = Promise.withResolvers<void>();
      both.bird.onGone(notice);
      both.bird.answers({
        [`GET ${WORKSPACE}/contacts/${idOf('grace')}`]: () => {
          read();
          return { until: NEVER };
        },
      });
      const client = new AbortController();
      const leave = (query: string, variables = {}) =>
        both.gateway.ask(query, variables, { signal: client.signal }).catch(() => 'gone');
      const gone = [
        leave(SEND, { input }),
        // A read that ends with its client, so that the test sees when Pigeon has noticed.
        leave(`{ bird { contact(id: "${idOf('grace')}") { displayName } } }`),
      ];
      await Promise.all([arrived, reading]);
      client.abort();
      expect(await Promise.all(gone)).toEqual(['gone', 'gone']);
      await noticed;
      const again = both.data(SEND, { input });
      answer();
      expect((await again).sendMessage.message.id).toBeTruthy();
      expect(sent(both)).toHaveLength(1);
    },
  );

  test('of one caller does not meet another’s', async () => {
    await using both = await front({ auth: JWT_AUTH });
    const scope = 'bird:read bird:write courier:read courier:write';
    for (const sub of ['ada', 'grace', 'ada']) {
      const authorization = `Bearer ${await tokenOf({ sub, scope })}`;
      const { body } = await both.gateway.ask(SEND, { input: overBird }, { headers: { authorization } });
      expect(body.errors).toBeUndefined();
    }
    expect(sent(both)).toHaveLength(2);
  });

  test('of one courier credential does not meet another’s', async () => {
    await using both = await front({ courierForwards: true });
    for (const name of ['ada', 'grace', 'ada']) {
      const headers = { 'x-courier-authorization': `Bearer ${name}` };
      const { body } = await both.gateway.ask(SEND, { input: overCourier }, { headers });
      expect(body.errors).toBeUndefined();
    }
    const posts = both.courier.asked.filter(({ method }) => method === 'POST');
    expect(posts.map(({ headers }) => headers.authorization)).toEqual(['Bearer ada', 'Bearer grace']);
  });

  test('is not needed', async () => {
    await using both = await front();
    const { idempotencyKey: _, ...input } = overBird;
    await both.data(SEND, { input });
    await both.data(SEND, { input });
    expect(sent(both)).toHaveLength(2);
  });
});

test.each([
  ['Bird', { channelId: LINE, to: '+12025550100', text: 'Hello' }, 'BirdMessage'],
  ['courier', { channelId: TALK, text: 'Hello' }, 'CourierMessage'],
])('what sendMessage sends over %s is recorded once', async (_, input, typename) => {
  const recorded: MessageChange[] = [];
  await using both = await front({
    changes: {
      record: async (changes) => {
        recorded.push(...changes);
      },
      seen: async () => new Map(),
    },
  });
  const keyed = { ...input, idempotencyKey: 'once' };
  await both.data(SEND, { input: keyed });
  await both.data(SEND, { input: keyed });
  expect(recorded).toMatchObject([
    {
      messageId:
        typename === 'BirdMessage'
          ? birdId('BirdMessage', 'line', 'sent')
          : globalId('CourierMessage', idOf('sent')),
      channelId: input.channelId,
      added: true,
      via: 'MUTATION',
    },
  ]);
  expect(JSON.stringify(recorded)).not.toMatch(/Hello|\+1202/);
});
