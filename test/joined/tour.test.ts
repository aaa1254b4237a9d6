import {
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tabs } from '../../src/plugins/tabs.ts';
import { fixtureIds } from '../../src/sandbox/fixture-ids.ts';
import { schema } from '../../src/schema.ts';
import { type LiveGateway, startLiveGateway } from '../support/sandbox.ts';

let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await startLiveGateway();
});
afterAll(() => gateway.close());

describe('a newcomer’s tab', () => {
  const all = tabs(fixtureIds);

  test.each(
    all
      .filter(({ query }) => !query.includes('subscription '))
      .map(({ query, variables }) => [
        / (\w+)[ ({]/.exec(query.replace(/^#.*$/gm, '').trim())?.[1],
        query,
        variables,
      ]),
  )('%s has no errors and something to show', async (_, query = '', variables = '{}') => {
    const { body } = await gateway.ask(query, JSON.parse(variables));
    expect(body.errors).toBeUndefined();
    for (const value of Object.values(body.data)) expect(value).not.toBeNull();
  });

  test('that watches shows what is sent meanwhile', async () => {
    const [send, watch] = ['mutation ', 'subscription '].map((kind) =>
      all.find(({ query }) => query.includes(kind)),
    );
    const events = gateway.watch(watch?.query ?? '', JSON.parse(watch?.variables ?? '{}'));
    let came = false;
    const first = events.next().finally(() => {
      came = true;
    });
    // Nobody tells when the subscription stands, so it is sent until it is seen.
    while (!came) await gateway.ask(send?.query ?? '', JSON.parse(send?.variables ?? '{}'));
    const { value } = await first;
    await events.return?.();
    expect(value.errors).toBeUndefined();
    expect(value.data.messageStatusChanged.status).toMatch(/^[A-Z]+$/);
  });
});

const ids = (...names: string[]) => `ids: [${names.map((name) => `"${name}"`).join(', ')}]`;
const amina = `courierIndividualId: "${fixtureIds.courierIndividualId}"`;

/** The arguments of what cannot be asked without, or would show nothing. */
const ARGS: Readonly<Record<string, string>> = {
  'Query.message': `id: "${fixtureIds.birdMessageId}"`,
  'Query.node': `id: "${btoa(`CourierChannel:${fixtureIds.courierChannelId}`)}"`,
  'Query.nodes': ids(
    btoa(`CourierText:${fixtureIds.courierTextId}`),
    btoa(`BirdChannel:${fixtureIds.birdWorkspaceId}/${fixtureIds.birdChannelId}`),
  ),
  'Query.people': 'search: "amina"',
  'Query.person': `by: { ${amina} }`,
  'Bird.attributeDefinition': 'id: "careTeam"',
  'Bird.channel': `id: "${fixtureIds.birdChannelId}"`,
  'Bird.channelGroup': `id: "${fixtureIds.birdChannelGroupId}"`,
  'Bird.contact': `id: "${fixtureIds.birdContactId}"`,
  'Bird.connector': `id: "${fixtureIds.birdConnectorId}"`,
  'Bird.list': `id: "${fixtureIds.birdListId}"`,
  'Bird.message': `id: "${fixtureIds.birdMessageId}"`,
  'Bird.phoneLookup': `number: "${fixtureIds.phone}"`,
  'Bird.searchContacts': `identifier: { key: "emailaddress", value: "${fixtureIds.email}" }`,
  'Bird.trackingConfiguration': `applicationId: "${fixtureIds.birdApplicationId}", signature: "${fixtureIds.birdApplicationSignature}"`,
  'Bird.webhookSubscription': `id: "${fixtureIds.birdWebhookSubscriptionId}"`,
  'Courier.channel': `id: "${fixtureIds.courierChannelId}"`,
  'Courier.email': `id: "${fixtureIds.courierEmailId}"`,
  'Courier.emails': `individualId: "${fixtureIds.courierIndividualId}"`,
  'Courier.individual': `id: "${fixtureIds.courierIndividualId}"`,
  'Courier.individualGroup': `id: "${fixtureIds.courierGroupId}"`,
  'Courier.message': `id: "${fixtureIds.courierMessageId}"`,
  'Courier.messages': `channelId: "${fixtureIds.courierChannelId}"`,
  'Courier.organization': `id: "${fixtureIds.courierOrganizationId}"`,
  'Courier.text': `id: "${fixtureIds.courierTextId}"`,
  'Courier.textAccount': `id: "${fixtureIds.courierTextAccountId}"`,
  'Courier.texts': `accountId: "${fixtureIds.courierTextAccountId}"`,
  'Courier.user': `id: "${fixtureIds.courierUserId}"`,
};

type Field = GraphQLField<unknown, unknown>;

/** The type of a field's rows: a list of pages is looked through. */
const rowOf = (type: GraphQLNamedType): GraphQLNamedType => {
  const nodes = isObjectType(type) ? type.getFields().nodes : undefined;
  return nodes && type.name.endsWith('Connection') ? getNamedType(nodes.type) : type;
};

/**
 * A field with its arguments and all that can be read below it without more arguments, so many steps deep.
 *
 * @param kind of the types that the first interface below can be
 */
const whole = (field: Field, depth: number, kind?: string, args?: string): string => {
  const pages = field.args.some(({ name }) => name === 'first') ? 'first: 2' : '';
  const all = [pages, args].filter(Boolean).join(', ');
  return `${field.name}${all && `(${all})`} ${below(getNamedType(field.type), depth, kind)}`;
};

const below = (type: GraphQLNamedType, depth: number, kind?: string): string => {
  if (isLeafType(type)) return '';
  const shown = isUnionType(type) ? [] : fieldsBelow(type, depth, kind);
  const parts = isAbstractType(type)
    ? schema
        .getPossibleTypes(type)
        .filter(({ name }) => (kind ? name === kind : isUnionType(type)))
        // Fields of one name and several types stand in one place, so each has its own name there.
        .map(
          (one) =>
            `... on ${one.name} { ${fieldsBelow(one, depth, undefined, isUnionType(type) ? `${one.name}_` : '').join(' ')} }`,
        )
    : [];
  return `{ __typename ${[...shown, ...parts].join(' ')} }`;
};

const fieldsBelow = (type: GraphQLNamedType, depth: number, kind?: string, alias = ''): string[] => {
  const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
  // A page is no step of its own.
  const left = type.name.endsWith('Connection') ? depth : depth - 1;
  return fields
    .filter(
      (field) =>
        field.args.every((arg) => !isNonNullType(arg.type)) &&
        (isLeafType(getNamedType(field.type)) || (depth > 0 && field.name !== 'edges')),
    )
    .map((field) => `${alias && `${alias}${field.name}: `}${whole(field, left, kind)}`);
};

const roots = (name: string): [string, Field][] => {
  const type = schema.getType(name);
  return isObjectType(type)
    ? Object.values(type.getFields()).map((field) => [`${name}.${field.name}`, field])
    : [];
};

describe('a root field', () => {
  const all = [
    ...roots('Query').filter(([name]) => !['Query.bird', 'Query.courier'].includes(name)),
    ...roots('Bird'),
    // What cannot be asked without more ids is asked by the table of all operations.
    ...roots('Courier').filter(
      ([name, field]) => name in ARGS || field.args.every((arg) => !isNonNullType(arg.type)),
    ),
  ];

  const cases = all.flatMap(([coordinate, field]) => {
    const row = rowOf(getNamedType(field.type));
    const kinds = isAbstractType(row) ? schema.getPossibleTypes(row).map(({ name }) => name) : [undefined];
    return kinds.map(
      (kind) => [kind ? `${coordinate} as ${kind}` : coordinate, coordinate, field, kind] as const,
    );
  });

  test.each(cases)('%s has no errors, whatever is read below it', async (_, coordinate, field, kind) => {
    const [type = ''] = coordinate.split('.');
    const query = whole(field, 1, kind, ARGS[coordinate]);
    const { body } = await gateway.ask(
      type === 'Query' ? `{ ${query} }` : `{ ${type.toLowerCase()} { ${query} } }`,
    );
    expect(body.errors).toBeUndefined();
    const shown = (type === 'Query' ? body.data : body.data[type.toLowerCase()])[field.name];
    // Only where one is kept.
    if (coordinate === 'Courier.directory') return;
    expect(shown).not.toBeNull();
    if (shown.nodes) expect(shown.nodes).not.toEqual([]);
  });
});
