import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledger } from '../../src/graph/ledger.ts';
import { restOf } from '../../src/graph/rest.ts';
import { schema } from '../../src/schema.ts';
import { startTestGateway, type TestGateway, WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { JWT_AUTH, tokenOf } from '../support/tokens.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

type Field = GraphQLField<unknown, unknown>;

/** A value that the type takes, as a literal. */
const literal = (type: GraphQLInputType): string => {
  if (isNonNullType(type)) return literal(type.ofType);
  if (isListType(type)) return `[${literal(type.ofType)}]`;
  const named = getNamedType(type);
  if (isEnumType(named)) return named.getValues().find(({ name }) => name !== 'UNKNOWN')?.name ?? '';
  if (isInputObjectType(named)) {
    const fields = Object.values(named.getFields());
    const needed = named.isOneOf ? fields.slice(0, 1) : fields.filter(({ type: of }) => isNonNullType(of));
    return `{ ${needed.map(({ name, type: of }) => `${name}: ${literal(of)}`).join(' ')} }`;
  }
  const samples: Record<string, string> = {
    ID: `"${idOf('thing')}"`,
    Int: '1',
    Float: '1.5',
    Boolean: 'true',
    DateTime: '"2026-01-01T00:00:00Z"',
    JSON: '{ a: 1 }',
  };
  return samples[named.name] ?? '"+12025550100"';
};

const call = (field: Field): string => {
  const needed = field.args.filter((arg: GraphQLArgument) => isNonNullType(arg.type));
  const args = needed.map(({ name, type }) => `${name}: ${literal(type)}`).join(' ');
  return needed.length > 0 ? `${field.name}(${args})` : field.name;
};

const leafOf = (field: Field): string => (isLeafType(getNamedType(field.type)) ? '' : '{ __typename }');

/** The shortest way from a root to each type: the selections to open, and how many to close. */
const ways = new Map<string, { readonly open: string; readonly depth: number }>();
const walk = (roots: readonly (readonly [name: string, open: string, depth: number])[]) => {
  const queue: GraphQLObjectType[] = [];
  for (const [name, open, depth] of roots) {
    const type = schema.getType(name);
    if (!isObjectType(type)) throw new Error(`there is no ${name}`);
    ways.set(name, { open, depth });
    queue.push(type);
  }
  for (const type of queue) {
    const way = ways.get(type.name);
    for (const field of Object.values(type.getFields())) {
      const named = getNamedType(field.type);
      const given = isObjectType(named)
        ? [[named, ''] as const]
        : isInterfaceType(named) || isUnionType(named)
          ? schema.getPossibleTypes(named).map((one) => [one, `... on ${one.name} {`] as const)
          : [];
      for (const [one, narrow] of given) {
        if (!way || ways.has(one.name)) continue;
        ways.set(one.name, {
          open: `${way.open} ${call(field)} { ${narrow}`,
          depth: way.depth + (narrow ? 2 : 1),
        });
        queue.push(one);
      }
    }
  }
};
// By the branches, because what lies across them goes on where a branch is closed.
walk([
  ['Bird', 'query { bird {', 2],
  ['Courier', 'query { courier {', 2],
  ['Query', 'query {', 1],
  ['Mutation', 'mutation {', 1],
]);

const scopeOfCall = ({ api, method, path }: { api: string; method: string; path: string }): string[] => {
  const claim = ledger().find((one) => one.api === api && one.method === method && one.path === path);
  if (claim?.scope === 'admin') return ['admin'];
  return [`${api}:${claim?.safe ? 'read' : 'write'}`, ...(claim?.scope ? [`${api}:credentials`] : [])];
};

/** Every field that calls an upstream, with each scope that it cannot do without. */
const FIELDS = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .flatMap((type) =>
    Object.values(type.getFields()).flatMap((field) => {
      const calls = restOf(field);
      const apis = new Set(calls.map(({ api }) => api));
      const way = ways.get(type.name);
      if (calls.length === 0 || apis.size > 1 || !way) return [];
      const query = `${way.open} ${call(field)} ${leafOf(field)} ${'}'.repeat(way.depth)}`;
      // A field whose calls need different scopes may do with one of them; what all of them need it cannot miss.
      const all = calls.map((one) => new Set(scopeOfCall(one)));
      const writes = type === schema.getMutationType() ? calls.flatMap(scopeOfCall) : [];
      const needed = new Set([...all.reduce((one, other) => one.intersection(other)), ...writes]);
      return [...needed]
        .filter((scope) => !(type === schema.getMutationType() && scope.endsWith(':read')))
        .map((scope) => ({ name: `${type.name}.${field.name}`, scope, query, calls }));
    }),
  );

/**
 * What only a change shows that this upstream, of one answer for all, cannot make, and what belongs to persons and their
 * conversations, which it has none of: no call is made for them here with whatever scope.
 */
const UNREACHED = new Set([
  'BirdBatchItem.message',
  'BirdContactIdentifier.contact',
  'Conversation.channel',
  'Conversation.lastMessage',
  'PersonChannel.individual',
]);

/** What crosses from one upstream to the other shows less to whom the other is closed, and is no error. */
const ACROSS = new Set([
  'BirdContact.individuals',
  'BirdContact.person',
  'Conversation.channel',
  'Conversation.lastMessage',
  'IdentityMatch.individual',
  'MessageParty.individual',
  'Person.individuals',
]);

const ALL = ['bird', 'courier'].flatMap((api) =>
  ['read', 'write', 'credentials'].map((right) => `${api}:${right}`),
);

/** A row of anything, so that fields below rows are reached. */
const ROW = { id: idOf('thing'), channelId: idOf('thing'), name: 'Any', status: 'active', key: 'any' };

let bird: Upstream;
let courier: Upstream;
let gateway: TestGateway;
beforeAll(async () => {
  bird = await startUpstream();
  courier = await startUpstream();
  const rows = (count: number) => {
    const row = { id: idOf('thing'), type: 'things', attributes: { 'organization-id': idOf('thing') } };
    return { body: { data: count === 1 ? row : [row] } };
  };
  for (const depth of [1, 2, 3, 4, 5, 6, 7]) {
    bird.answers({ [`GET ${'/*'.repeat(depth)}`]: { body: { ...ROW, results: [ROW] } } });
    courier.answers({ [`GET ${'/*'.repeat(depth)}/`]: rows(depth % 2) });
  }
  gateway = await startTestGateway({ bird, courier, auth: JWT_AUTH, deadlineMs: 5000 });
});
afterAll(async () => {
  await gateway?.close();
  await Promise.all([bird?.close(), courier?.close()]);
});

describe('a caller without a scope', () => {
  test('is refused every field that needs it, and the upstream is not asked for it', async () => {
    const wrong: string[] = [];
    for (const { name, scope, query, calls } of FIELDS) {
      const token = await tokenOf({ scope: ALL.filter((one) => one !== scope).join(' ') });
      const before = [bird.asked.length, courier.asked.length];
      const { body } = await gateway.ask(query, {}, { headers: { authorization: `Bearer ${token}` } });
      const refused = body.errors?.some(
        ({ message, extensions }) =>
          extensions.code === 'FORBIDDEN' && (message.includes(scope) || message.includes('admin')),
      );
      const asked = [...bird.asked.slice(before[0]), ...courier.asked.slice(before[1])];
      const made = asked.filter(({ method, path }) =>
        calls.some(
          (one) =>
            one.method === method &&
            new RegExp(`^${one.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path) &&
            scopeOfCall(one).includes(scope),
        ),
      );
      if ((!refused && !ACROSS.has(name) && !UNREACHED.has(name)) || made.length > 0)
        wrong.push(`${name} without ${scope}: ${JSON.stringify(body).slice(0, 160)} (${made.length} calls)`);
    }
    expect(wrong).toEqual([]);
    expect(FIELDS.length).toBeGreaterThan(350);
    expect(FIELDS.filter(({ scope }) => scope === 'admin').length).toBeGreaterThan(0);
    expect(FIELDS.filter(({ scope }) => scope === 'courier:credentials').length).toBeGreaterThan(5);
  }, 120_000);

  test('of reading asks nothing at all of that upstream', async () => {
    for (const api of ['bird', 'courier'] as const) {
      const upstream = api === 'bird' ? bird : courier;
      const token = await tokenOf({ scope: ALL.filter((one) => !one.startsWith(api)).join(' ') });
      const before = upstream.asked.length;
      for (const query of [
        `{ person(by: { phone: "+12025550100" }) { name timeline { nodes { id } } } channels { nodes { id } } message(id: "${idOf('thing')}") { id } }`,
        `{ node(id: "${Buffer.from(api === 'bird' ? `BirdChannel:${WORKSPACE_ID}/${idOf('x')}` : `CourierChannel:${idOf('x')}`).toString('base64')}") { id } }`,
      ]) {
        await gateway.ask(query, {}, { headers: { authorization: `Bearer ${token}` } });
      }
      expect(upstream.asked.length).toBe(before);
    }
  });
});
