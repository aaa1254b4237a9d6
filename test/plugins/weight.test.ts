import { setTimeout as pause } from 'node:timers/promises';
import { buildSchema, type GraphQLObjectType, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { counted } from '../../src/graph/counted.ts';
import { planOf } from '../../src/plugins/plan/plan.ts';
import { tabs } from '../../src/plugins/tabs.ts';
import { schema } from '../../src/schema.ts';
import { channelRow, contactRow, filtered, messageRow, page, startBird } from '../bird/bird.ts';
import { startTestGateway, type TestError, type TestGateway } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { smallSchema } from '../support/schema.ts';
import { JWT_AUTH, tokenOf } from '../support/tokens.ts';

const LIST = 'GET /channels/messages';
const NESTED =
  '{ bird { messages(first: 400) { nodes { channel { messages(first: 1000) { nodes { id text } } } } } } }';

const aliased = (count: number, field: string): string =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');

/** The first error over each of the three transports. */
const errors = async (gateway: TestGateway, query: string, variables = {}): Promise<TestError[]> => {
  const found = [(await gateway.ask(query, variables)).body.errors?.[0]];
  for await (const { event, data } of gateway.watchSse(query, variables))
    if (event === 'next') found.push(data.errors?.[0]);
  for await (const result of gateway.watch(query, variables))
    found.push(result.errors?.[0] as object as TestError | undefined);
  return found as TestError[];
};

const code = ({ extensions }: TestError): string => extensions.code;

const REFUSED = Array(3).fill('BUDGET_EXCEEDED');

describe('an operation over the budget', () => {
  test('is refused over every transport, with its price by field and no call', async () => {
    await using pigeon = await startBird();
    const found = await errors(pigeon.gateway, NESTED);
    expect(found.map(code)).toEqual(REFUSED);
    for (const { message, extensions } of found) {
      expect(message).toBe(
        'the operation makes up to 401202 objects and may make 25000; most of them at bird.messages.nodes.channel.messages.nodes',
      );
      expect(extensions.price).toMatchObject({
        calls: { bird: 401, courier: 0 },
        objects: 401_202,
        budget: { calls: 500, objects: 25_000 },
        fields: [
          { path: 'bird.messages.nodes.channel.messages.nodes', objects: 400_000 },
          { path: 'bird.messages.nodes' },
          { path: 'bird.messages.nodes.channel' },
          { path: 'bird.messages.nodes.channel.messages' },
          {},
        ],
      });
    }
    expect(pigeon.calls()).toEqual([]);
  });

  test('is refused whichever way it is over', async () => {
    await using pigeon = await startBird();
    const refused = async (query: string) => (await pigeon.refusal(query)).message;
    expect(await refused(`{ bird { ${aliased(100, 'messages(first: 1000) { nodes { id } }')} } }`)).toContain(
      '100101 objects',
    );
    expect(await refused('{ bird { messages(first: 600) { nodes { interactions { type } } } } }')).toContain(
      '601 upstream calls and may make 500; most of them at bird.messages.nodes.interactions',
    );
    expect(await refused(`{ ${aliased(3, '__schema { types { name } }')} }`)).toContain('30000 objects');
    expect(pigeon.calls()).toEqual([]);
  });

  test('is seen through variables, their defaults, fragments and conditions', async () => {
    await using pigeon = await startBird({ [LIST]: page([]) });
    const query = `query ($first: Int = 1000, $more: Boolean = true) {
      bird { ...Many @include(if: $more) ... @skip(if: $more) { messages(first: 1) { nodes { id } } } }
    }
    fragment Many on Bird { ${aliased(50, 'messages(first: $first) { ...Ids }')} }
    fragment Ids on BirdMessageConnection { nodes { id } }`;
    expect((await errors(pigeon.gateway, query)).map(code)).toEqual(REFUSED);
    expect((await errors(pigeon.gateway, query, { first: 600 })).map(code)).toEqual(REFUSED);
    expect(pigeon.calls()).toEqual([]);
    expect(await errors(pigeon.gateway, query, { first: 1 })).toEqual([undefined, undefined, undefined]);
    expect(await errors(pigeon.gateway, query, { more: false })).toEqual([undefined, undefined, undefined]);
  });

  test('is refused when its bytes are over it, by estimate', async () => {
    await using pigeon = await startBird({}, { budgetBytes: 10_000 });
    const { message } = await pigeon.refusal('{ bird { messages(first: 200) { nodes { text } } } }');
    expect(message).toMatch(/^the operation answers up to \d+ bytes and may answer 10000; most of them at/);
  });

  test('is refused before its fragments have been spread out a million times', async () => {
    const limits = { depth: 100, aliases: Number.POSITIVE_INFINITY, tokens: 10_000 };
    await using pigeon = await startBird({}, { limits });
    const levels = Array.from(
      { length: 7 },
      (_, level) =>
        `fragment F${level} on BirdMessage { replyTo { ${aliased(8, `message { ...F${level + 1} }`)} } }`,
    );
    const query = `{ bird { message(id: "${idOf('m')}") { ...F0 } } } ${levels.join(' ')} fragment F7 on BirdMessage { id }`;
    const started = performance.now();
    const { message, extensions } = await pigeon.refusal(query);
    expect(message).toBe('the operation asks for more than 10000 fields');
    expect(extensions.code).toBe('BUDGET_EXCEEDED');
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('is another one for a caller whose token says so', async () => {
    await using pigeon = await startBird({ [LIST]: page([]) }, { auth: JWT_AUTH });
    const ask = async (claims: object) => {
      const authorization = `Bearer ${await tokenOf({ scope: 'bird:read', ...claims })}`;
      const query = '{ bird { messages(first: 30) { nodes { id } } } }';
      const { body } = await pigeon.gateway.ask(query, {}, { headers: { authorization } });
      return body.errors?.[0]?.extensions.code;
    };
    expect(await ask({})).toBeUndefined();
    expect(await ask({ budget_objects: 32 })).toBeUndefined();
    expect(await ask({ budget_objects: 31 })).toBe('BUDGET_EXCEEDED');
    expect(await ask({ budget_calls: 0 })).toBe('BUDGET_EXCEEDED');
    expect(await ask({ budget_objects: 'many' })).toBeUndefined();
  });
});

describe('honest work', () => {
  test('is a thousand messages with channel and contact, at the defaults', async () => {
    const rows = Array.from({ length: 1000 }, (_, index) =>
      messageRow(`m${index}`, { channel: `c${index % 8}`, contact: `p${index % 50}` }),
    );
    await using pigeon = await startBird(
      {
        [LIST]: page(rows),
        'GET /channels': filtered(Array.from({ length: 8 }, (_, index) => channelRow(`c${index}`))),
        'GET /contacts/*': ({ path }) => ({ body: contactRow('p', { id: path.slice(-36) }) }),
      },
      { deadlineMs: 20_000 },
    );
    const { bird } = await pigeon.query(
      '{ bird { messages(first: 1000) { nodes { text status channel { name } contact { displayName } } } } }',
    );
    expect(bird.messages.nodes).toHaveLength(1000);
    // The rows are gone through in turns, and what they name is asked for at once all the same.
    expect(pigeon.calls()).toHaveLength(1 + 1 + 50);
  });

  test('is every tab of GraphiQL and a full page of a timeline', () => {
    for (const { query, variables = '{}' } of [
      ...tabs(),
      {
        query:
          '{ person(by: { email: "a@b.example" }) { timeline(first: 1000) { nodes { id text author { name } } } } }',
      },
    ]) {
      const document = parse(query);
      const [operation] = document.definitions;
      if (operation?.kind !== 'OperationDefinition') throw new Error('it begins with its operation');
      const plan = planOf(schema, document, operation, JSON.parse(variables));
      expect(plan.certain).toBeLessThanOrEqual(500);
      expect(plan.objects).toBeLessThanOrEqual(25_000);
    }
  });
});

describe('while it runs', () => {
  test('what rows name over the budget of calls costs itself alone', async () => {
    const rows = Array.from({ length: 30 }, (_, index) => messageRow(`m${index}`, { contact: `p${index}` }));
    const contact = ({ path }: { path: string }) => ({
      body: contactRow('p', { id: path.slice(-36) }),
      delayMs: 100,
    });
    await using pigeon = await startBird(
      { [LIST]: page(rows), 'GET /contacts/*': contact, 'GET /contacts/*/identifiers': page([]) },
      { budgetCalls: 10 },
    );
    const { body } = await pigeon.gateway.ask(`{ bird {
      messages(first: 30) { nodes { text contact { displayName } } }
      contact(id: "${idOf('ada')}") { displayName identifiers { nodes { value } } }
    } }`);
    // The identifiers are asked for when all contacts have been, and what they need was left for them.
    expect(body.data.bird.contact).toEqual({ displayName: 'contact p', identifiers: { nodes: [] } });
    expect(body.data.bird.messages.nodes.filter((node: { contact: unknown }) => node.contact)).toHaveLength(
      7,
    );
    expect(body.errors).toHaveLength(23);
    for (const error of body.errors ?? []) expect(code(error)).toBe('BUDGET_EXCEEDED');
    expect(pigeon.calls()).toHaveLength(10);
  });

  test('lists that are longer than anybody knew cost themselves alone', async () => {
    const contacts = Array.from({ length: 300 }, (_, index) => ({ id: idOf(`p${index}`) }));
    const row = messageRow('m', { receiver: { contacts } });
    await using pigeon = await startBird({ [LIST]: page([row]) }, { budgetObjects: 100 });
    const { body } = await pigeon.gateway.ask(
      '{ bird { messages(first: 1) { nodes { text recipients { identifierValue } } } } }',
    );
    expect(body.data.bird.messages.nodes).toEqual([{ text: 'm', recipients: null }]);
    expect(body.errors?.map(code)).toEqual(['BUDGET_EXCEEDED']);
  });

  test('text that aliases repeat is counted each time', async () => {
    const rows = [messageRow('m', { body: { type: 'text', text: { text: 'x'.repeat(1000) } } })];
    await using pigeon = await startBird({ [LIST]: page(rows) }, { budgetBytes: 20_500 });
    const { body } = await pigeon.gateway.ask(
      `{ bird { messages(first: 1) { nodes { ${aliased(30, 'text')} } } } }`,
    );
    const texts = Object.values(body.data.bird.messages.nodes[0]).filter(Boolean);
    expect(texts).toHaveLength(20);
    expect(new Set(body.errors?.map(code))).toEqual(new Set(['BUDGET_EXCEEDED']));
  });

  test('no more is read than the bytes of the budget, by the call', async () => {
    const rows = [messageRow('m', { meta: { note: 'x'.repeat(3000) } })];
    await using pigeon = await startBird(
      { [LIST]: page(rows), 'GET /contacts/*': { body: contactRow('ada') } },
      { budgetBytes: 2000 },
    );
    const { body } = await pigeon.gateway.ask(
      '{ bird { messages(first: 1) { nodes { text contact { displayName } } } } }',
    );
    expect(body.data.bird.messages.nodes).toEqual([{ text: 'm', contact: null }]);
    expect(body.errors?.map(({ message }) => message)).toEqual(['the operation reads more than 2000 bytes']);
  });
});

/** A list whose rows each take a while to make, and a field that never comes. */
const slowSchema = () => {
  const built = buildSchema(`
    type Query { rows(count: Int!): [Row!] quick: String never: String }
    type Row { value: Int }
  `);
  const fields = (name: string) => (built.getType(name) as GraphQLObjectType).getFields();
  const resolve = (type: string, field: string, resolver: (args: { count: number }) => unknown) =>
    Object.assign(fields(type)[field] as object, {
      resolve: (_source: unknown, args: { count: number }, _context: Context) => resolver(args),
    });
  resolve('Query', 'rows', ({ count }) => Array.from({ length: count }, () => ({})));
  resolve('Query', 'quick', () => 'here');
  resolve('Query', 'never', () => new Promise(() => {}));
  resolve('Row', 'value', () => {
    const until = performance.now() + 1;
    while (performance.now() < until);
    return 1;
  });
  return counted(built);
};

describe('the deadline', () => {
  test('ends a list that is being gone through, and leaves the rest of the answer', async () => {
    await using gateway = await startTestGateway({ schema: slowSchema(), deadlineMs: 300 });
    const started = performance.now();
    const asked = gateway.ask('{ quick rows(count: 20000) { value } }');
    // Others are answered meanwhile.
    await pause(100);
    const before = performance.now();
    expect((await fetch(`${gateway.url}/livez`)).status).toBe(200);
    expect(performance.now() - before).toBeLessThan(250);
    const { body } = await asked;
    expect(performance.now() - started).toBeLessThan(2000);
    expect(body.data).toEqual({ quick: 'here', rows: null });
    expect(body.errors).toMatchObject([
      { path: ['rows', expect.any(Number)], extensions: { code: 'UPSTREAM_TIMEOUT' } },
    ]);
  });

  test('ends an operation none of whose fields says that it is over', async () => {
    await using gateway = await startTestGateway({ schema: slowSchema(), deadlineMs: 200 });
    const started = performance.now();
    expect((await errors(gateway, '{ quick never }')).map(code)).toEqual(Array(3).fill('UPSTREAM_TIMEOUT'));
    expect(performance.now() - started).toBeLessThan(3 * 1500);
  });
});

describe('x-pigeon-explain: 1', () => {
  const prepared = {
    [LIST]: page([messageRow('m1', { contact: 'p1' }), messageRow('m2', { contact: 'p2', channel: 'c2' })]),
    'GET /channels': filtered([channelRow('sms'), channelRow('c2')]),
    'GET /contacts/*': ({ path }: { path: string }) => ({ body: contactRow('p', { id: path.slice(-36) }) }),
  };
  const READ = '{ bird { messages(first: 2) { nodes { text channel { name } contact { displayName } } } } }';
  const EXPLAIN = { headers: { 'x-pigeon-explain': '1' } };
  const upstreamOf = (result: object) =>
    (result as { extensions?: { upstream?: Record<string, unknown> } }).extensions?.upstream;

  test('shows the plan and the calls that were made', async () => {
    await using pigeon = await startBird(prepared, { freshMs: 60_000 });
    const { body } = await pigeon.gateway.ask(READ, {}, EXPLAIN);
    const call = (path: string, more = {}) => ({
      api: 'bird',
      method: 'GET',
      path: `/workspaces/{workspaceId}${path}`,
      status: 200,
      startedAt: expect.any(Number),
      durationMs: expect.any(Number),
      bytes: expect.any(Number),
      shared: false,
      cached: false,
      batch: 1,
      ...more,
    });
    expect(upstreamOf(body)).toEqual({
      plan: { calls: { bird: 1 + 3 + 2, courier: 0 }, objects: 8, bytes: expect.any(Number) },
      calls: [
        call('/channels/messages'),
        ...[call('/channels', { batch: 2 }), call('/contacts/{contactId}'), call('/contacts/{contactId}')],
      ],
      objects: 8,
      bytes: JSON.stringify(body.data).length,
    });
    const again = await pigeon.gateway.ask(READ, {}, EXPLAIN);
    expect(upstreamOf(again.body)?.calls).toMatchObject([
      { path: '/workspaces/{workspaceId}/channels/messages', cached: false },
      { path: '/workspaces/{workspaceId}/channels/{channelId}', cached: true, batch: 2 },
      { path: '/workspaces/{workspaceId}/contacts/{contactId}', cached: true, batch: 2 },
    ]);
  });

  test('tells of shared calls and of those that failed', async () => {
    const held = Promise.withResolvers<void>();
    await using pigeon = await startBird({
      'GET /channels/*': { status: 418, body: {} },
      'GET /contacts/*': { body: contactRow('ada'), until: held.promise },
    });
    const query = `{ bird { contact(id: "${idOf('ada')}") { displayName } channel(id: "${idOf('sms')}") { name } } }`;
    const asking = [1, 2].map(() => pigeon.gateway.ask(query, {}, EXPLAIN));
    await expect.poll(() => pigeon.bird.asked.length).toBeGreaterThan(1);
    await pause(200);
    held.resolve();
    const calls = (await Promise.all(asking)).flatMap(
      ({ body }) => upstreamOf(body)?.calls as { shared: boolean; status: number; path: string }[],
    );
    expect(
      calls
        .filter(({ path }) => path.includes('contacts'))
        .map(({ shared }) => shared)
        .sort(),
    ).toEqual([false, true]);
    expect(calls.filter(({ path }) => path.endsWith('{channelId}'))).toMatchObject([
      { status: 418 },
      { status: 418 },
    ]);
  });

  test('comes over a WebSocket whose connection_init says it', async () => {
    await using pigeon = await startBird(prepared);
    for await (const result of pigeon.gateway.watch(READ, {}, { payload: { 'x-pigeon-explain': '1' } }))
      expect(upstreamOf(result)).toMatchObject({ plan: { objects: 8 }, objects: 8 });
  });

  test('is for those who may read, and for nobody who does not ask', async () => {
    await using gateway = await startTestGateway({ schema: smallSchema(), auth: JWT_AUTH });
    const ask = async (scope: string, header: object = EXPLAIN.headers) => {
      const headers = { authorization: `Bearer ${await tokenOf({ scope })}`, ...header };
      return upstreamOf((await gateway.ask('{ hello }', {}, { headers })).body);
    };
    expect(await ask('bird:read')).toMatchObject({ calls: [] });
    expect(await ask('courier:read')).toMatchObject({ calls: [] });
    expect(await ask('bird:write')).toBeUndefined();
    expect(await ask('bird:read', {})).toBeUndefined();
  });
});

test('every list that is asked for by `first` says what it costs', () => {
  const silent = Object.values(schema.getTypeMap()).flatMap((type) =>
    'getFields' in type && 'isTypeOf' in type
      ? Object.values((type as GraphQLObjectType).getFields())
          .filter(({ args, extensions }) => args.some(({ name }) => name === 'first') && !extensions.weight)
          .map(({ name }) => `${type.name}.${name}`)
      : [],
  );
  expect(silent).toEqual([]);
});
