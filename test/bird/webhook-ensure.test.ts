import { describe, expect, test } from 'vitest';
import { upstreamsOf } from '../../src/config/config.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { startTestGateway, type TestGatewayOptions, WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { JWT_AUTH, tokenOf } from '../support/tokens.ts';
import type { Prepared, Upstream } from '../support/upstream.ts';
import { type BirdGateway, channelRow, page, startBird, subscriptionRow } from './bird.ts';

const PUBLIC_URL = 'https://pigeon.example.com';
const URL = `${PUBLIC_URL}/webhooks/bird`;
const READ = [{ key: 'interactionType', value: 'read' }];

const ENSURE = `mutation ($input: EnsureBirdWebhooksInput!) { result: ensureBirdWebhooks(input: $input) {
  existing { event url status } created { event url } refused { event reason }
} }`;

const ABSENT = 'Bird does not have it in this workspace';

const LIST = 'GET /webhook-subscriptions?limit=100';
const CHANNELS = 'GET /channels?limit=100';
const AVAILABLE = 'GET /available-webhooks?service=channels';
const CREATE = 'POST /webhook-subscriptions';

const available = (...names: readonly string[]) =>
  page([{ service: 'channels', events: names.map((name) => ({ name, filterKeys: [] })) }]);

/** A Bird that keeps the subscriptions it is asked for. */
const subscribing = (rows: object[] = []): Record<string, Prepared> => ({
  'GET /webhook-subscriptions': () => page(rows),
  [CREATE]: ({ body }) => {
    const row = subscriptionRow(`new ${rows.length}`, body as object);
    rows.push(row);
    return { status: 201, body: row };
  },
});

const start = (
  prepared: Record<string, Prepared>,
  options: Omit<TestGatewayOptions, 'bird'> = {},
): Promise<BirdGateway> =>
  startBird(prepared, { publicUrl: PUBLIC_URL, signingKeys: ['first', 'second'], ...options });

const bodiesTo = (bird: Upstream) =>
  bird.asked.filter(({ method }) => method === 'POST').map(({ body }) => body as { event: string });

describe('what is missing at Bird', () => {
  test('is made for every platform of the workspace’s channels, one event a subscription', async () => {
    await using pigeon = await start({
      ...subscribing(),
      [CHANNELS]: page([
        channelRow('a', { platformId: 'sms-messagebird' }),
        channelRow('b', { platformId: 'sms-messagebird' }),
        channelRow('c', { platformId: 'whatsapp', status: 'inactive' }),
        channelRow('d', { platformId: 'line', status: 'deleted' }),
      ]),
      [AVAILABLE]: available(
        ...['sms.outbound', 'sms.inbound', 'whatsapp.outbound', 'whatsapp.interaction', 'line.inbound'],
      ),
    });
    const { result } = await pigeon.query(ENSURE, { input: {} });
    const made = ['sms.outbound', 'sms.inbound', 'whatsapp.outbound', 'whatsapp.interaction'];
    expect(result).toEqual({
      existing: [],
      created: made.map((event) => ({ event, url: URL })),
      refused: ['sms.interaction', 'whatsapp.inbound'].map((event) => ({ event, reason: ABSENT })),
    });
    const calls = pigeon.calls();
    expect(calls.slice(0, 3).toSorted()).toEqual([AVAILABLE, CHANNELS, LIST]);
    expect(calls.slice(3)).toEqual(made.map(() => CREATE));
    const base = { service: 'channels', url: URL, signingKey: 'first' };
    expect(bodiesTo(pigeon.bird)).toEqual(
      expect.arrayContaining([
        { ...base, event: 'sms.outbound' },
        { ...base, event: 'sms.inbound' },
        { ...base, event: 'whatsapp.outbound' },
        { ...base, event: 'whatsapp.interaction', eventFilters: READ },
      ]),
    );
  });

  test('is made once: asked again, nothing is', async () => {
    await using pigeon = await start({
      ...subscribing(),
      [CHANNELS]: page([channelRow('a')]),
      [AVAILABLE]: { status: 403 },
    });
    const first = await pigeon.query(ENSURE, { input: {} });
    expect(first.result.created).toHaveLength(3);
    pigeon.calls();
    const second = await pigeon.query(ENSURE, { input: {} });
    expect(second.result).toMatchObject({ created: [], refused: [] });
    expect(second.result.existing).toHaveLength(3);
    expect(pigeon.calls().toSorted()).toEqual([AVAILABLE, CHANNELS, LIST]);
  });

  test('is only what is asked for, without a look at the channels', async () => {
    await using pigeon = await start({ ...subscribing(), [AVAILABLE]: available('sms.inbound') });
    const input = { workspaceId: WORKSPACE_ID, events: ['sms.inbound', 'sms.inbound', 'fax.inbound'] };
    expect((await pigeon.query(ENSURE, { input })).result).toEqual({
      existing: [],
      created: [{ event: 'sms.inbound', url: URL }],
      refused: [{ event: 'fax.inbound', reason: ABSENT }],
    });
    expect(pigeon.calls().slice(0, 2).toSorted()).toEqual([AVAILABLE, LIST]);
  });
});

describe('what is there', () => {
  const there = async (rows: object[], event: string) => {
    await using pigeon = await start({ ...subscribing(rows), [AVAILABLE]: available(event) });
    return (await pigeon.query(ENSURE, { input: { events: [event] } })).result;
  };

  test('is reported, be it inactive, and not doubled', async () => {
    const row = subscriptionRow('a', { status: 'inactive' });
    expect(await there([row], 'sms.outbound')).toEqual({
      existing: [{ event: 'sms.outbound', url: URL, status: 'INACTIVE' }],
      created: [],
      refused: [],
    });
  });

  test.each<[string, object, string, boolean]>([
    ['posts all of an event', { event: 'sms.interaction' }, 'sms.interaction', true],
    ['has the same filters', { event: 'sms.interaction', eventFilters: READ }, 'sms.interaction', true],
    [
      'posts of one channel alone',
      { eventFilters: [{ key: 'channelId', value: idOf('sms') }] },
      'sms.outbound',
      false,
    ],
    ['is of another service', { service: 'conversations' }, 'sms.outbound', false],
    ['is of another event', { event: 'sms.inbound' }, 'sms.outbound', false],
    ['goes elsewhere', { url: `${URL}/` }, 'sms.outbound', false],
  ])('and %s', async (_, row, event, enough) => {
    const { existing, created } = await there([subscriptionRow('a', row)], event);
    expect([existing.length, created.length]).toEqual(enough ? [1, 0] : [0, 1]);
  });

  test('is looked for on all pages', async () => {
    await using pigeon = await start({
      [LIST]: page([subscriptionRow('a', { url: 'https://a.example.com' })], 'next'),
      [`${LIST}&pageToken=next`]: page([subscriptionRow('b')]),
      [AVAILABLE]: available('sms.outbound'),
    });
    const { result } = await pigeon.query(ENSURE, { input: { events: ['sms.outbound'] } });
    expect([result.existing.length, result.created.length]).toEqual([1, 0]);
  });

  test('five times for others leaves no room, and nothing is sent', async () => {
    const others = (filters: object) =>
      Array.from({ length: 5 }, (_, index) =>
        subscriptionRow(`other ${index}`, { ...filters, url: `https://${index}.example.com` }),
      );
    expect(await there(others({}), 'sms.outbound')).toEqual({
      existing: [],
      created: [],
      refused: [{ event: 'sms.outbound', reason: '5 subscriptions have the same filters already' }],
    });
    const { created } = await there(others({ event: 'sms.interaction' }), 'sms.interaction');
    expect(created).toHaveLength(1);
  });
});

describe('when Bird refuses', () => {
  const events = ['sms.inbound', 'sms.outbound'];

  test('one event, the others are made', async () => {
    const { [CREATE]: create, ...rest } = subscribing();
    await using pigeon = await start({
      ...rest,
      [CREATE]: (asked) => {
        const { event } = asked.body as { event: string };
        if (event === 'sms.inbound') return { status: 422, body: { code: 'X', message: 'private' } };
        return typeof create === 'function' ? create(asked) : create;
      },
      [AVAILABLE]: { status: 404 },
    });
    expect((await pigeon.query(ENSURE, { input: { events } })).result).toEqual({
      existing: [],
      created: [{ event: 'sms.outbound', url: URL }],
      refused: [
        {
          event: 'sms.inbound',
          reason: 'bird answered 422 to POST /workspaces/{workspaceId}/webhook-subscriptions',
        },
      ],
    });
  });

  test('to say what there is, nothing is made', async () => {
    await using pigeon = await start({
      'GET /webhook-subscriptions': { status: 403 },
      [AVAILABLE]: available(...events),
    });
    const { extensions } = await pigeon.refusal(ENSURE, { input: { events } });
    expect(extensions.code).toBe('UPSTREAM_REFUSED');
    expect(pigeon.calls()).not.toContain(CREATE);
  });

  test('the call, it fails as a whole', async () => {
    await using pigeon = await start({
      'GET /webhook-subscriptions': page([]),
      [AVAILABLE]: available(...events),
      [CREATE]: { status: 403 },
    });
    const { extensions } = await pigeon.refusal(ENSURE, { input: { events } });
    expect(extensions.code).toBe('UPSTREAM_REFUSED');
  });
});

describe('is refused without a call', () => {
  test.each<[string, Parameters<typeof start>[1], object, string, string]>([
    ['an address of this machine', { publicUrl: undefined }, {}, 'input', 'PUBLIC_URL'],
    ['an address without TLS', { publicUrl: 'http://pigeon.example.com' }, {}, 'input', 'PUBLIC_URL'],
    ['an address with a port', { publicUrl: `${PUBLIC_URL}:8443` }, {}, 'input', 'PUBLIC_URL'],
    ['an address without a name', { publicUrl: 'https://10.0.0.1' }, {}, 'input', 'PUBLIC_URL'],
    ['no signing key', { signingKeys: [] }, {}, 'input', 'BIRD_WEBHOOK_SIGNING_KEY'],
    ['an event that moves no status', {}, { events: ['channel.created'] }, 'input.events', '.outbound'],
    ['a workspace that is none', {}, { workspaceId: 'w' }, 'input.workspaceId', 'native id'],
  ])('%s', async (_, options, input, field, word) => {
    await using pigeon = await start({}, options);
    const { message, extensions } = await pigeon.refusal(ENSURE, { input });
    expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', [field]]);
    expect(message).toContain(word);
    expect(pigeon.calls()).toEqual([]);
  });

  test.each([
    ['bird:read bird:write', 'FORBIDDEN'],
    ['admin', undefined],
  ])('whoever has the scopes %s: %s', async (scope, code) => {
    await using pigeon = await start({ ...subscribing(), [AVAILABLE]: page([]) }, { auth: JWT_AUTH });
    const headers = { authorization: `Bearer ${await tokenOf({ scope })}` };
    const { body } = await pigeon.gateway.ask(ENSURE, { input: { events: [] } }, { headers });
    expect(body.errors?.[0]?.extensions.code).toBe(code);
    expect(body.errors?.[0]?.message).toBe(code && 'the scope admin is needed');
    expect(pigeon.calls()).toHaveLength(code ? 0 : 2);
  });

  test('without Bird', async () => {
    await using gateway = await startTestGateway({ publicUrl: PUBLIC_URL });
    const { body } = await gateway.ask(ENSURE, { input: {} });
    expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_UNAVAILABLE']);
  });
});

test('the sandbox is subscribed to once', async () => {
  await using sandbox = await startSandbox({ paceMs: 0 });
  await using gateway = await startTestGateway({
    ...upstreamsOf(sandbox),
    publicUrl: PUBLIC_URL,
    deadlineMs: 10_000,
  });
  const ensure = async () => (await gateway.ask(ENSURE, { input: {} })).body.data.result;
  const first = await ensure();
  expect(first).toMatchObject({ existing: [], refused: [] });
  expect(first.created.map(({ event }: { event: string }) => event)).toEqual(
    expect.arrayContaining(['sms.outbound', 'whatsapp.interaction', 'email.inbound', 'telegram.inbound']),
  );
  const second = await ensure();
  expect(second).toMatchObject({ created: [], refused: [] });
  expect(second.existing).toHaveLength(first.created.length);
});
