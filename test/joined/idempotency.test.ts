import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getNamedType, isInputObjectType } from 'graphql';
import { describe, expect, test, vi } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import { ledger } from '../../src/graph/ledger.ts';
import { restOf } from '../../src/graph/rest.ts';
import { redisOutbox } from '../../src/outbox/redis-outbox.ts';
import { openSqliteOutbox } from '../../src/outbox/sqlite-outbox.ts';
import { schema } from '../../src/schema.ts';
import { openStream, type Stream } from '../../src/stream/stream.ts';
import { type Front, startFront } from '../courier/front.ts';
import { created, many, message, one, resource } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';
import { describeWithRedis, startRedis } from '../support/redis.ts';
import { JWT_AUTH, tokenOf } from '../support/tokens.ts';
import type { Asked, Prepared } from '../support/upstream.ts';
import { BEFORE_SENDS, isPost } from './before-sends.ts';
import { birdId, birdMessage, WORKSPACE } from './bird.ts';

const LIST = `GET ${WORKSPACE}/channels/${idOf('line')}/messages`;
const AT_BIRD = `POST ${WORKSPACE}/channels/${idOf('line')}/messages`;
const AT_COURIER = 'POST /v1/messaging-messages/';
const SECRET = 'the biopsy is benign';

const ids = (name: string) => idOf(name);
const document = (name: string, id: string, more = '') =>
  `mutation { ${name}(input: { ${more} idempotencyKey: "k" }) { ${id} } }`;

/** Every kind of send with a key: its mutation, its call, a good answer, and what is read of it again. */
const SENDS: readonly (readonly [
  name: string,
  query: string,
  call: string,
  answer: Prepared,
  reads?: Readonly<Record<string, Prepared>>,
])[] = [
  [
    'sendMessage over Bird',
    document(
      'sendMessage',
      'message { id }',
      `channelId: "${birdId('BirdChannel', 'line')}" to: "+12025550100" text: "${SECRET}"`,
    ),
    AT_BIRD,
    { status: 202, body: birdMessage('sent', 'line') },
    {
      [`GET ${WORKSPACE}/channels/${ids('line')}/messages/${ids('sent')}`]: {
        body: birdMessage('sent', 'line'),
      },
    },
  ],
  [
    'sendMessage over courier',
    document(
      'sendMessage',
      'message { id }',
      `channelId: "${globalId('CourierChannel', ids('channel'))}" text: "${SECRET}"`,
    ),
    AT_COURIER,
    created(message('sent')),
    { [`GET /v1/messaging-messages/${ids('sent')}/`]: one(message('sent')) },
  ],
  [
    'sendBirdMessage',
    document(
      'sendBirdMessage',
      'message { id }',
      `channelId: "${ids('line')}" recipients: [{ identifierValue: "+12025550100" }] body: { text: { text: "${SECRET}" } }`,
    ),
    AT_BIRD,
    { status: 202, body: birdMessage('sent', 'line') },
    {
      [`GET ${WORKSPACE}/channels/${ids('line')}/messages/${ids('sent')}`]: {
        body: birdMessage('sent', 'line'),
      },
    },
  ],
  [
    'postCourierMessage',
    document('postCourierMessage', 'message { id }', `channelId: "${ids('channel')}" message: "${SECRET}"`),
    AT_COURIER,
    created(message('sent')),
    { [`GET /v1/messaging-messages/${ids('sent')}/`]: one(message('sent')) },
  ],
  [
    'sendCourierText',
    document(
      'sendCourierText',
      'text { id }',
      `accountId: "${ids('account')}" target: "+12025550100" message: "${SECRET}"`,
    ),
    'POST /v1/texts/',
    created(resource('texts', 'sent', { status: 'accepted' })),
    { [`GET /v1/texts/${ids('sent')}/`]: one(resource('texts', 'sent', { status: 'sent' })) },
  ],
  [
    'createCourierEmail',
    document(
      'createCourierEmail',
      'email { id }',
      `individualId: "${ids('amina')}" subject: "${SECRET}" autoSend: true`,
    ),
    'POST /v1/user-emails/',
    created(resource('user-emails', 'sent', { status: 'sent' })),
    { [`GET /v1/user-emails/${ids('sent')}/`]: one(resource('user-emails', 'sent', { status: 'sent' })) },
  ],
  [
    'sendCourierEmail',
    document('sendCourierEmail', 'email { id }', `id: "${ids('sent')}"`),
    `POST /v1/user-emails/${ids('sent')}/send/`,
    created(resource('user-emails', 'sent', { status: 'sent' })),
    { [`GET /v1/user-emails/${ids('sent')}/`]: one(resource('user-emails', 'sent', { status: 'sent' })) },
  ],
  [
    'createCourierBulkMessage',
    document('createCourierBulkMessage', 'bulkMessage { id }', `message: "${SECRET}"`),
    'POST /v1/messaging-bulk-messages/',
    created(resource('messaging-bulk-messages', 'sent')),
    { [`GET /v1/messaging-bulk-messages/${ids('sent')}/`]: one(resource('messaging-bulk-messages', 'sent')) },
  ],
  [
    'createCourierMulticast',
    document(
      'createCourierMulticast',
      'multicast { id }',
      `organizationId: "${ids('clinic')}" templateId: "t"`,
    ),
    'POST /v1/multicasts/',
    created(resource('multicasts', 'sent')),
    { [`GET /v1/multicasts/${ids('sent')}/`]: one(resource('multicasts', 'sent')) },
  ],
  [
    'multicastToCourierIndividuals',
    document(
      'multicastToCourierIndividuals',
      'taskId',
      `templateId: "t" templateData: { title: "${SECRET}" }`,
    ),
    'POST /v1/user-multicasts/',
    { status: 201, body: { 'task-id': 'task 7', 'message-data': { title: SECRET } } },
  ],
];

const queryOf = (name: string): string => SENDS.find(([one]) => one === name)?.[1] ?? '';

const inFolder = async (work: (dataDir: string) => Promise<void>): Promise<void> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'pigeon-outbox-'));
  try {
    await work(dataDir);
  } finally {
    await rm(dataDir, { recursive: true });
  }
};

const posts = (front: Front): Asked[] => [...front.bird.asked, ...front.courier.asked].filter(isPost);

test('every mutation that sends something takes an idempotency key', () => {
  const sends = new Set(
    ledger().flatMap(({ api, method, path, send }) => (send ? [`${api} ${method} ${path}`] : [])),
  );
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {}).filter((field) =>
    restOf(field).some(({ api, method, path }) => sends.has(`${api} ${method} ${path}`)),
  );
  const without = fields.filter((field) => {
    const type = getNamedType(field.args[0]?.type);
    return !isInputObjectType(type) || !type.getFields().idempotencyKey;
  });
  // A batch is one call for many messages, which their references tell apart; an upload posts a draft, which is not sent.
  expect(without.map(({ name }) => name)).toEqual(['prepareUpload', 'sendBirdMessages']);
  expect(fields.length).toBeGreaterThanOrEqual(12);
});

describe.each(
  SENDS.map(([name, query, call, answer, reads = {}]) => [name, { query, call, answer, reads }] as const),
)('%s with a key', (_, { query, call, answer, reads }) => {
  const prepared = { ...BEFORE_SENDS, [call]: answer, ...reads };

  test('gives the same result after a restart, sends once and stores nothing of what it says', async () => {
    await inFolder(async (dataDir) => {
      const start = () =>
        startFront({ bird: prepared, courier: prepared, sends: openSqliteOutbox({ dataDir }) });
      let first: unknown;
      {
        await using front = await start();
        first = await front.data(query);
        expect(posts(front)).toHaveLength(1);
      }
      await using front = await start();
      expect(await front.data(query)).toEqual(first);
      expect(posts(front)).toEqual([]);
      expect(await front.data('{ pendingSends { key } }')).toEqual({ pendingSends: [] });
      for (const file of await readdir(dataDir)) {
        const bytes = await readFile(join(dataDir, file));
        expect(bytes.includes(SECRET) || bytes.includes('+1202')).toBe(false);
      }
    });
  });

  test.each<[string, Prepared]>([
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['408', { status: 408 }],
    ['nothing', { destroy: true }],
  ])('is not sent again after %s, also by another process', async (__, lost) => {
    await inFolder(async (dataDir) => {
      for (const round of [1, 2]) {
        await using front = await startFront({
          bird: { ...BEFORE_SENDS, [call]: lost },
          courier: { ...BEFORE_SENDS, [call]: lost },
          sends: openSqliteOutbox({ dataDir }),
        });
        expect(await front.error(query)).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
        expect(await front.error(query)).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
        expect(posts(front)).toHaveLength(round === 1 ? 1 : 0);
        const { pendingSends } = await front.data('{ pendingSends { key mutation since state } }');
        expect(pendingSends).toMatchObject([{ key: 'k', mutation: query.split(/[ (]+/)[2] }]);
      }
    });
  });
});

describe('a lost send', () => {
  /** A Bird that carries out what it answers 500 to. */
  const losing = () => {
    const taken: object[] = [];
    return {
      taken,
      prepared: {
        ...BEFORE_SENDS,
        [AT_BIRD]: ({ body }: Asked) => {
          const { meta } = body as { meta?: object };
          taken.push(birdMessage('sent', 'line', { meta, createdAt: new Date().toISOString() }));
          return { status: 500 };
        },
        [LIST]: () => ({ body: { results: [birdMessage('other', 'line'), ...taken] } }),
      } satisfies Record<string, Prepared>,
    };
  };
  const query = queryOf('sendMessage over Bird');

  test('over Bird is found by its mark when its caller asks again', async () => {
    const bird = losing();
    await using front = await startFront({ bird: bird.prepared });
    expect(await front.error(query)).toMatchObject({ code: 'OUTCOME_UNKNOWN', upstream: { status: 500 } });
    front.bird.answers({
      [`GET ${WORKSPACE}/channels/${ids('line')}/messages/${ids('sent')}`]: { body: bird.taken[0] },
    });
    const { sendMessage } = await front.data(query);
    expect(sendMessage.message.id).toBe(birdId('BirdMessage', 'line', 'sent'));
    expect(posts(front)).toHaveLength(1);
    expect(await front.data('{ pendingSends { key } }')).toEqual({ pendingSends: [] });
  });

  test('is found in the background, told on the stream once, and leaves the list', async () => {
    const bird = losing();
    let stream: Stream | undefined;
    await using front = await startFront({
      bird: bird.prepared,
      stream: ({ publicUrl, services }) => {
        stream = openStream({
          dataDir: ':memory:',
          birdKeys: [],
          publicUrl,
          workspaceId: undefined,
          settling: { services, everyMs: 50 },
          warn: services.warn,
        });
        return stream;
      },
    });
    const events = front.gateway.watch('subscription { messageAdded { messageId via } }');
    const told = events.next();
    await vi.waitFor(() => expect(stream?.counts.subscribers).toBe(1));
    expect(await front.error(query)).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    const list = '{ pendingSends { key mutation source state since } }';
    expect(await front.data(list)).toMatchObject({
      pendingSends: [{ key: 'k', mutation: 'sendMessage', source: 'BIRD', state: 'UNKNOWN' }],
    });
    expect((await told).value.data).toEqual({
      messageAdded: { messageId: birdId('BirdMessage', 'line', 'sent'), via: 'RECONCILED' },
    });
    expect(await front.data(list)).toEqual({ pendingSends: [] });
    expect(posts(front)).toHaveLength(1);
    expect(front.bird.calls().filter((call) => call.startsWith(LIST))).toHaveLength(1);
    await events.return?.();
  });

  test('over courier is found by author, words and time, and is no other send’s message', async () => {
    const sent = message('sent', { 'user-type': 'provider', message: SECRET });
    await using front = await startFront({
      courier: {
        [AT_COURIER]: { status: 503 },
        'GET /v1/messaging-messages/': many([
          sent,
          message('hers', { message: SECRET }),
          message('other', { 'user-type': 'provider', message: 'other words' }),
        ]),
        [`GET /v1/messaging-messages/${ids('sent')}/`]: one(sent),
      },
    });
    const post = (key: string) =>
      `mutation { postCourierMessage(input: { channelId: "${ids('channel')}" message: "${SECRET}" idempotencyKey: "${key}" }) { message { id } } }`;
    expect(await front.error(post('one'))).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await front.error(post('two'))).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect((await front.data(post('one'))).postCourierMessage.message.id).toBe(
      globalId('CourierMessage', ids('sent')),
    );
    expect(await front.error(post('two'))).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true });
    expect(posts(front)).toHaveLength(2);
    const list = front.courier.asked.find(({ method }) => method === 'GET');
    expect(list?.params.get('channel-id')).toBe(ids('channel'));
    expect(list?.params.get('filter[cmp-posted-time]')).toMatch(/^>=20/);
  });

  test('of an email that is no draft any more was sent', async () => {
    const call = `POST /v1/user-emails/${ids('sent')}/send/`;
    let status = 'draft';
    await using front = await startFront({
      courier: {
        [call]: { destroy: true },
        [`GET /v1/user-emails/${ids('sent')}/`]: () => one(resource('user-emails', 'sent', { status })),
      },
    });
    const send = document('sendCourierEmail', 'email { nativeStatus }', `id: "${ids('sent')}"`);
    expect(await front.error(send)).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await front.error(send)).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    status = 'sent';
    expect(await front.data(send)).toEqual({ sendCourierEmail: { email: { nativeStatus: 'sent' } } });
    expect(posts(front)).toHaveLength(1);
  });

  test('is listed for its caller alone', async () => {
    await using front = await startFront({
      bird: { ...BEFORE_SENDS, [AT_BIRD]: { status: 500 } },
      auth: JWT_AUTH,
    });
    const ask = async (sub: string, what: string) => {
      const scope = 'bird:read bird:write courier:read courier:write';
      const headers = { authorization: `Bearer ${await tokenOf({ sub, scope })}` };
      return (await front.gateway.ask(what, {}, { headers })).body;
    };
    await ask('ada', query);
    expect((await ask('grace', '{ pendingSends { key } }')).data).toEqual({ pendingSends: [] });
    expect((await ask('ada', '{ pendingSends { key } }')).data).toEqual({ pendingSends: [{ key: 'k' }] });
  });
});

describe('a key', () => {
  const SEND = queryOf('sendMessage over Bird');
  const POST = queryOf('postCourierMessage');

  test('that is longer than 255 characters is refused', async () => {
    await using front = await startFront();
    const long = POST.replace('"k"', `"${'k'.repeat(256)}"`);
    expect(await front.error(long)).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: ['input.idempotencyKey'],
    });
    expect(posts(front)).toEqual([]);
  });

  test('of one mutation is not that of another', async () => {
    const prepared = {
      ...BEFORE_SENDS,
      ...Object.fromEntries(SENDS.map(([, , call, answer]) => [call, answer])),
    };
    await using front = await startFront({ bird: prepared, courier: prepared });
    await front.data(SEND);
    await front.data(POST);
    expect(posts(front)).toHaveLength(2);
  });

  test('that cannot be written down sends nothing', async () => {
    const outbox = openSqliteOutbox({ dataDir: ':memory:' });
    await outbox.close();
    await using front = await startFront({
      courier: { [AT_COURIER]: created(message('sent')) },
      sends: outbox,
    });
    expect(await front.error(POST)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
    expect(posts(front)).toEqual([]);
  });
});

describeWithRedis('two gateways on one Redis', () => {
  test('send once what both are asked for at once, and wait for each other', async () => {
    await using server = await startRedis();
    const connections = await Promise.all([server.connect('pigeon'), server.connect('pigeon')]);
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    let arrived = 0;
    const prepared: Record<string, Prepared> = {
      ...BEFORE_SENDS,
      [AT_BIRD]: () => {
        arrived += 1;
        return { status: 202, body: birdMessage('sent', 'line'), until: answered };
      },
      [`GET ${WORKSPACE}/channels/${ids('line')}/messages/${ids('sent')}`]: {
        body: birdMessage('sent', 'line'),
      },
    };
    const [first, second] = connections.map((redis) =>
      startFront({ bird: prepared, sends: redisOutbox(redis) }),
    );
    await using one = await (first as Promise<Front>);
    await using other = await (second as Promise<Front>);
    const query = queryOf('sendMessage over Bird');
    const asked = [one, other, one, other].map((front) => front.data(query));
    await vi.waitFor(() => expect(arrived).toBe(1));
    // Another input is refused also while the first one is under way.
    for (const front of [one, other]) {
      expect(await front.error(query.replace(SECRET, 'other words'))).toMatchObject({
        code: 'CONFLICT',
        fields: ['input.idempotencyKey'],
      });
    }
    answer();
    const answers = await Promise.all(asked);
    expect(new Set(answers.map((data) => JSON.stringify(data))).size).toBe(1);
    expect(arrived).toBe(1);
    await Promise.all(connections.map((redis) => redis.close()));
  });

  test('say that the outcome is not known yet when the other’s answer does not come in time', async () => {
    await using server = await startRedis();
    const connections = await Promise.all([server.connect('pigeon'), server.connect('pigeon')]);
    const never = new Promise(() => {});
    const bird = { ...BEFORE_SENDS, [AT_BIRD]: { until: never } };
    const [slow, quick] = connections.map((redis, index) =>
      startFront({ bird, sends: redisOutbox(redis), deadlineMs: index ? 300 : 3000 }),
    );
    await using one = await (slow as Promise<Front>);
    await using other = await (quick as Promise<Front>);
    const query = queryOf('sendMessage over Bird');
    const waiting = one.error(query);
    await vi.waitFor(() => expect(posts(one)).toHaveLength(1));
    expect(await other.error(query)).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true });
    expect(await waiting).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(other.bird.asked).toHaveLength(0);
    await Promise.all(connections.map((redis) => redis.close()));
  });
});
