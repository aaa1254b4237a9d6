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
import { landmarks } from '../../src/sandbox/fixture-ids.ts';
import { schema } from '../../src/schema.ts';
import { type LiveGateway, startLiveGateway } from '../support/sandbox.ts';

let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await startLiveGateway();
});
afterAll(() => gateway.close());

describe('a newcomer’s tab', () => {
  const all = tabs(landmarks);

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
const amina = `courierIndividualId: "${landmarks.courierIndividualId}"`;

/** The arguments of what cannot be asked without, or would show nothing. */
const ARGS: Readonly<Record<string, string>> = {
  'Query.message': `id: "${landmarks.birdMessageId}"`,
  'Query.node': `id: "${btoa(`CourierChannel:${landmarks.courierChannelId}`)}"`,
  'Query.nodes': ids(
    btoa(`CourierText:${landmarks.courierTextId}`),
    btoa(`BirdChannel:${landmarks.birdWorkspaceId}/${landmarks.birdChannelId}`),
  ),
  'Query.person': `by: { ${amina} }`,
  'Bird.channel': `id: "${landmarks.birdChannelId}"`,
  'Bird.channelGroup': `id: "${landmarks.birdChannelGroupId}"`,
  'Bird.contact': `id: "${landmarks.birdContactId}"`,
  'Bird.message': `id: "${landmarks.birdMessageId}"`,
  'Bird.searchContacts': `identifier: { key: "emailaddress", value: "${landmarks.email}" }`,
  'Bird.webhookSubscription': `id: "${landmarks.birdWebhookSubscriptionId}"`,
  'Courier.channel': `id: "${landmarks.courierChannelId}"`,
  'Courier.email': `id: "${landmarks.courierEmailId}"`,
  'Courier.emails': `individualId: "${landmarks.courierIndividualId}"`,
  'Courier.individual': `id: "${landmarks.courierIndividualId}"`,
  'Courier.individualGroup': `id: "${landmarks.courierGroupId}"`,
  'Courier.message': `id: "${landmarks.courierMessageId}"`,
  'Courier.messages': `channelId: "${landmarks.courierChannelId}"`,
  'Courier.organization': `id: "${landmarks.courierOrganizationId}"`,
  'Courier.text': `id: "${landmarks.courierTextId}"`,
  'Courier.textAccount': `id: "${landmarks.courierTextAccountId}"`,
  'Courier.texts': `accountId: "${landmarks.courierTextAccountId}"`,
  'Courier.user': `id: "${landmarks.courierUserId}"`,
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
    ...roots('Courier'),
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
