import { describe, expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import { JWT_AUTH, tokenOf } from '../support/tokens.ts';
import { byContact, byIndividual, contactId, startPeople, type World } from './world.ts';

const WORLD: World = {
  contacts: {
    amina: ['amina@example.com', '+12025550142'],
    amir: ['+442079460018'],
    'Zoë Amaral': ['zoe@example.org'],
    bob: ['bob@example.com'],
  },
  users: {
    amina: { email: 'Amina@Example.com', phone: '+1 (202) 555-0142' },
    bob: { email: 'bob@clinic.example', phone: '+4915112345678' },
    carl: { email: 'carl@example.com' },
  },
};

const SEARCH = `query ($search: String!, $first: Int) { people(search: $search, first: $first) {
  nodes { name contacts { contact { nativeId } } individuals { individual { nativeId } } }
  searched { source looked whole } sources { source status } pageInfo { hasNextPage }
} }`;

interface Node {
  readonly name: string;
  readonly contacts: readonly { readonly contact: { readonly nativeId: string } }[];
  readonly individuals: readonly { readonly individual: { readonly nativeId: string } }[];
}

const who = ({ contacts, individuals }: Node): string[] =>
  [
    ...contacts.map(({ contact }) => contact.nativeId),
    ...individuals.map(({ individual }) => individual.nativeId),
  ].toSorted();

const AMINA = [contactId('amina'), idOf('amina')].toSorted();

describe('people', () => {
  test.each([
    ['ami', [AMINA, [contactId('amir')]]],
    ['AMIN', [AMINA]],
    ['amaral zoe', [[contactId('Zoë Amaral')]]],
    ['zoë', [[contactId('Zoë Amaral')]]],
    ['amina@', [AMINA]],
    ['+1 202 555', [AMINA]],
    ['202555', [AMINA]],
    ['020 7946', [[contactId('amir')]]],
    ['carl@example.com', [[idOf('carl')]]],
    ['nobody', []],
  ])('are found by %s', async (search, expected) => {
    await using people = await startPeople(WORLD);
    const { people: found } = await people.data(SEARCH, { search });
    expect(found.nodes.map(who)).toEqual(expected);
    expect(found.searched).toEqual([
      { source: 'BIRD', looked: 4, whole: true },
      { source: 'COURIER', looked: 3, whole: true },
    ]);
  });

  test('are one person over both upstreams only where that is sure', async () => {
    await using people = await startPeople(WORLD);
    const { people: found } = await people.data(SEARCH, { search: 'bob' });
    // The contact and the individual have only the name in common.
    expect(found.nodes.map(who).toSorted()).toEqual([[contactId('bob')], [idOf('bob')]].toSorted());
  });

  test('are as many as are asked for, and it is said that there are more', async () => {
    await using people = await startPeople(WORLD);
    const { people: found } = await people.data(SEARCH, { search: 'ami', first: 1 });
    expect(found.nodes).toHaveLength(1);
    expect(found.pageInfo.hasNextPage).toBe(true);
  });

  test('are the other upstream’s while one is down', async () => {
    await using people = await startPeople(WORLD);
    people.courier.answers({ 'GET /v1/users/': { status: 500 } });
    const { body } = await people.gateway.ask(
      '{ people(search: "ami") { nodes { id } sources { source status } } }',
    );
    expect(body.data.people.sources).toEqual([
      { source: 'BIRD', status: 'OK' },
      { source: 'COURIER', status: 'FAILED' },
    ]);
    expect(body.data.people.nodes).toHaveLength(2);
  });

  test.each(['', ' ', 'a'])('refuse a search that means nobody: "%s"', async (search) => {
    await using people = await startPeople(WORLD);
    const { body } = await people.gateway.ask(SEARCH, { search });
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: ['search'] });
    expect(people.calls()).toEqual({});
  });
});

const DETAILS = 'query ($by: PersonBy!) { person(by: $by) { name emails phones } }';

describe('a person', () => {
  test('has a name, addresses and numbers of both upstreams, each once', async () => {
    await using people = await startPeople({
      contacts: { amina: ['amina@example.com', 'amina@home.example'] },
      users: { amina: { email: 'Amina@Example.com', phone: '+1 (202) 555-0142' } },
    });
    for (const by of [byContact('amina'), byIndividual('amina')]) {
      expect((await people.data(DETAILS, { by })).person).toEqual({
        name: 'amina Diallo',
        emails: ['amina@example.com', 'amina@home.example'],
        phones: ['+12025550142'],
      });
    }
  });

  test('has what one upstream knows while the other is down', async () => {
    await using people = await startPeople(WORLD, { swept: false });
    people.courier.answers({ 'GET /v1/users/': { status: 500 } });
    expect((await people.data(DETAILS, { by: byContact('amina') })).person).toEqual({
      name: 'amina',
      emails: ['amina@example.com'],
      phones: ['+12025550142'],
    });
  });

  test('shows masked what the caller’s scopes do not cover', async () => {
    const world: World = {
      contacts: { amina: ['amina@example.com'] },
      users: { amina: { email: 'amina@example.com', phone: '+12025550142' } },
    };
    await using people = await startPeople(world, { auth: JWT_AUTH });
    const ask = async (scope: string, by: object) =>
      people.data(DETAILS, { by }, { headers: { authorization: `Bearer ${await tokenOf({ scope })}` } });
    expect((await ask('bird:read', byContact('amina'))).person).toEqual({
      name: 'amina',
      emails: ['amina@example.com'],
      phones: ['…42'],
    });
    expect((await ask('courier:read', byIndividual('amina'))).person).toMatchObject({
      emails: ['amina@example.com'],
      phones: ['+12025550142'],
    });
    expect((await ask('bird:read courier:read', byContact('amina'))).person.phones).toEqual(['+12025550142']);
  });
});
