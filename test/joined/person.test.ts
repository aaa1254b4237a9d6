import { describe, expect, test } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import { type Front, startFront } from '../courier/front.ts';
import { individual, many, one, type Resource, resource } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';
import type { Prepared } from '../support/upstream.ts';
import { birdContact, birdId, WORKSPACE } from './bird.ts';

interface User {
  /** The individual that the user is. */
  readonly is?: string;
  readonly email?: string;
  readonly verified?: boolean;
  readonly state?: string | null;
  /** Individuals the user may act for beside their own. */
  readonly for?: readonly string[];
}

interface World {
  /** Each contact's addresses by its name. */
  readonly contacts?: Readonly<Record<string, readonly string[]>>;
  readonly users?: Readonly<Record<string, User>>;
}

const same = (one: string | undefined, other: string): boolean =>
  one?.trim().toLowerCase() === other.trim().toLowerCase();

/** Upstreams in which these people are known. */
const upstreams = ({ contacts = {}, users = {} }: World) => {
  const rows = Object.entries(contacts).map(([name, addresses]) =>
    birdContact(
      name,
      addresses.map((value) => ['emailaddress', value]),
    ),
  );
  const accounts = Object.entries(users).map(([name, user]) => ({
    user,
    row: resource('users', `user ${name}`, {
      email: user.email,
      'email-verified': user.verified ?? true,
      state: user.state === undefined ? 'active' : user.state,
      'primary-individual-id': idOf(user.is ?? name),
    }),
  }));
  const search: Prepared = ({ body }) => {
    const { key, value } = (body as { identifier: { key: string; value: string } }).identifier;
    return {
      body: {
        results: rows.filter(({ featuredIdentifiers }) =>
          featuredIdentifiers.some((shown) => shown.key === key && shown.value === value),
        ),
      },
    };
  };
  const list: Prepared = ({ params }) => {
    const email = params.get('filter[email]');
    const individualId = params.get('filter[individual-id]');
    const found = accounts.filter(
      ({ user, row }) =>
        (email === null || same(user.email, email)) &&
        (individualId === null ||
          row.attributes['primary-individual-id'] === individualId ||
          user.for?.some((name) => idOf(name) === individualId)),
    );
    const offset = Number(params.get('page[offset]'));
    return many(found.map(({ row }) => row as Resource).slice(offset));
  };
  return {
    bird: {
      [`POST ${WORKSPACE}/contacts/search`]: search,
      ...Object.fromEntries(rows.map((row) => [`GET ${WORKSPACE}/contacts/${row.id}`, { body: row }])),
      [`GET ${WORKSPACE}/contacts/*`]: { status: 404 },
      [`GET ${WORKSPACE}/contacts`]: { body: { results: rows } },
    },
    courier: {
      'GET /v1/users/': list,
      'GET /v1/individuals/*/': ({ path }: { path: string }) => {
        const id = path.split('/')[3] ?? '';
        const known = Object.entries(users).some(([name, user]) =>
          [user.is ?? name, ...(user.for ?? [])].some((who) => idOf(who) === id),
        );
        return known ? one({ ...individual('somebody'), id }) : { status: 404 };
      },
    },
  };
};

const MATCH = 'basis confidence contact { nativeId } individual { nativeId }';

/** Matches however sure they are. */
const ALL = '(confidence: [VERIFIED, UNVERIFIED, AMBIGUOUS])';

/** The matches of a contact and of an individual, each by name: `name CONFIDENCE`. */
const matches = async (world: World, { contact, person }: { contact?: string; person?: string }) => {
  await using front = await startFront(upstreams(world));
  const names = new Map(
    [...Object.keys(world.contacts ?? {}), ...Object.keys(world.users ?? {})]
      .concat(Object.values(world.users ?? {}).flatMap((user) => [user.is ?? [], user.for ?? []].flat()))
      .map((name) => [idOf(name), name]),
  );
  const said = (row: { nativeId: string }, confidence: string) => `${names.get(row.nativeId)} ${confidence}`;
  if (contact) {
    const { bird } = await front.data(
      `{ bird { contact(id: "${idOf(contact)}") { individuals${ALL} { ${MATCH} } } } }`,
    );
    return bird.contact.individuals.map((match: { individual: { nativeId: string }; confidence: string }) =>
      said(match.individual, match.confidence),
    );
  }
  const { courier } = await front.data(
    `{ courier { individual(id: "${idOf(person ?? '')}") { contacts${ALL} { ${MATCH} } } } }`,
  );
  return courier.individual.contacts.map((match: { contact: { nativeId: string }; confidence: string }) =>
    said(match.contact, match.confidence),
  );
};

const ADA = 'ada@example.com';

describe('a match by email', () => {
  const cases: [string, World, string[]][] = [
    [
      'is VERIFIED by an address that courier has verified',
      { users: { ada: { email: ADA } } },
      ['ada VERIFIED'],
    ],
    [
      'is VERIFIED however the address is written',
      { users: { ada: { email: ' Ada@Example.COM ' } } },
      ['ada VERIFIED'],
    ],
    [
      'is UNVERIFIED by an address that courier has not',
      { users: { ada: { email: ADA, verified: false } } },
      ['ada UNVERIFIED'],
    ],
    [
      'is AMBIGUOUS by a user that is not active',
      { users: { ada: { email: ADA, state: 'inactive' } } },
      ['ada AMBIGUOUS'],
    ],
    [
      'is AMBIGUOUS by a user of whom nobody says that they are active',
      { users: { ada: { email: ADA, state: null } } },
      ['ada AMBIGUOUS'],
    ],
    [
      'is AMBIGUOUS by an address of two individuals',
      { users: { ada: { email: ADA }, grace: { email: 'ADA@example.com' } } },
      ['ada AMBIGUOUS', 'grace AMBIGUOUS'],
    ],
    [
      'is not VERIFIED when another has the address too, unverified and inactive as they are',
      { users: { ada: { email: ADA }, grace: { email: ADA, verified: false, state: 'inactive' } } },
      ['ada AMBIGUOUS'],
    ],
    [
      'is VERIFIED by one of two users of the individual',
      {
        users: {
          ada: { email: ADA, verified: false },
          again: { is: 'ada', email: ADA },
        },
      },
      ['ada VERIFIED'],
    ],
    [
      'is not VERIFIED by the verification of one user and the activity of another',
      {
        users: {
          ada: { email: ADA, verified: false },
          again: { is: 'ada', email: ADA, state: 'inactive' },
        },
      },
      ['ada AMBIGUOUS'],
    ],
    [
      'is with the guardian and not with the child they act for',
      { users: { ada: { email: ADA, for: ['child'] } } },
      ['ada VERIFIED'],
    ],
    ['is with nobody when nobody has the address', { users: { grace: { email: 'g@example.com' } } }, []],
  ];

  test.each(cases)('%s', async (_, world, expected) => {
    const found = await matches({ ...world, contacts: { contact: [ADA] } }, { contact: 'contact' });
    const unlike = (one: string) => !expected.includes(one);
    // Of the others it only matters that they are not sure.
    expect(found.filter(unlike).filter((one: string) => one.endsWith(' VERIFIED'))).toEqual([]);
    expect(found).toEqual(expect.arrayContaining(expected));
    if (expected.length === 0) expect(found).toEqual([]);
  });

  test.each(cases)('from courier’s side %s', async (_, world, expected) => {
    for (const person of Object.keys(world.users ?? {}).filter((name) => name !== 'again')) {
      const found = await matches({ ...world, contacts: { contact: [ADA] } }, { person });
      const own = expected
        .filter((one) => one.startsWith(`${person} `))
        .map((one) => `contact ${one.split(' ')[1]}`);
      expect(found.filter((one: string) => one.endsWith(' VERIFIED'))).toEqual(
        own.filter((one) => one.endsWith(' VERIFIED')),
      );
      expect(found).toEqual(expect.arrayContaining(own));
    }
  });

  test('of a child is none by the guardian’s address', async () => {
    const world = { contacts: { contact: [ADA] }, users: { ada: { email: ADA, for: ['child'] } } };
    expect(await matches(world, { person: 'child' })).toEqual([]);
  });

  test('is AMBIGUOUS with both when the contact has the addresses of two', async () => {
    const world = {
      contacts: { contact: [ADA, 'grace@example.com'] },
      users: { ada: { email: ADA }, grace: { email: 'grace@example.com' } },
    };
    const found = await matches(world, { contact: 'contact' });
    expect(found.toSorted()).toEqual(['ada AMBIGUOUS', 'grace AMBIGUOUS']);
    expect(await matches(world, { person: 'ada' })).toEqual(['contact AMBIGUOUS']);
  });

  test('is AMBIGUOUS when the contact has another’s address beside, unverified and inactive as that one is', async () => {
    const world = {
      contacts: { contact: [ADA, 'grace@example.com'] },
      users: {
        ada: { email: ADA },
        grace: { email: 'grace@example.com', verified: false, state: 'inactive' },
      },
    };
    expect(await matches(world, { contact: 'contact' })).toContain('ada AMBIGUOUS');
  });

  test('is VERIFIED beside an address that nobody has', async () => {
    const world = { contacts: { contact: [ADA, 'old@example.com'] }, users: { ada: { email: ADA } } };
    expect(await matches(world, { contact: 'contact' })).toEqual(['ada VERIFIED']);
  });

  test('is one match by two addresses of the individual', async () => {
    const world = {
      contacts: { contact: [ADA, 'work@example.com'] },
      users: { ada: { email: ADA }, again: { is: 'ada', email: 'work@example.com' } },
    };
    expect(await matches(world, { contact: 'contact' })).toEqual(['ada VERIFIED']);
    expect(await matches(world, { person: 'ada' })).toEqual(['contact VERIFIED']);
  });

  test('takes no handle for an address', async () => {
    const world = { contacts: { contact: ['@ada', 'ada at example', ADA] }, users: { ada: { email: ADA } } };
    expect(await matches(world, { contact: 'contact' })).toEqual(['ada VERIFIED']);
  });

  test('looks at the identifiers that Bird does not show first', async () => {
    const world = upstreams({
      contacts: { contact: [ADA] },
      users: { ada: { email: ADA }, grace: { email: 'grace@example.com' } },
    });
    const contact = birdContact('contact', [['emailaddress', ADA]], { identifierCount: 2 });
    await using front = await startFront({
      ...world,
      bird: {
        ...world.bird,
        [`GET ${WORKSPACE}/contacts/${contact.id}`]: { body: contact },
        [`GET ${WORKSPACE}/contacts/${contact.id}/identifiers`]: {
          body: {
            results: [
              { key: 'emailaddress', value: ADA },
              { key: 'emailaddress', value: 'Grace@example.com' },
            ],
          },
        },
      },
    });
    const { bird } = await front.data(
      `{ bird { contact(id: "${contact.id}") { individuals${ALL} { confidence } } } }`,
    );
    expect(bird.contact.individuals.map(({ confidence }: { confidence: string }) => confidence)).toEqual([
      'AMBIGUOUS',
      'AMBIGUOUS',
    ]);
  });
});

const PERSON = `query Person($by: PersonBy!) { person(by: $by) {
  id
  contacts { basis confidence contact { nativeId displayName } individual { nativeId } }
  individuals { basis confidence individual { nativeId firstName } contact { nativeId } }
} }`;

const TWO = upstreams({ contacts: { contact: [ADA] }, users: { ada: { email: ADA } } });
const CONTACT = birdId('BirdContact', 'contact');
const INDIVIDUAL = globalId('CourierIndividual', idOf('ada'));
const PERSON_ID = globalId('Person', idOf('ada'));
const contacts = (basis: string, individual: object | null) => [
  {
    basis: [basis],
    confidence: 'VERIFIED',
    contact: { nativeId: idOf('contact'), displayName: 'contact' },
    individual,
  },
];
const individuals = (basis: string, contact: object | null) => [
  {
    basis: [basis],
    confidence: 'VERIFIED',
    individual: { nativeId: idOf('ada'), firstName: 'somebody' },
    contact,
  },
];
const FROM_COURIER = {
  id: PERSON_ID,
  contacts: contacts('EMAIL', { nativeId: idOf('ada') }),
  individuals: individuals('SELF', null),
};
const FROM_BIRD = {
  id: PERSON_ID,
  contacts: contacts('SELF', null),
  individuals: individuals('EMAIL', { nativeId: idOf('contact') }),
};

describe('a person', () => {
  const ways: [string, object, object][] = [
    ['an email address', { email: ADA }, FROM_COURIER],
    ['an email address in capitals', { email: ' ADA@EXAMPLE.com ' }, FROM_COURIER],
    ['an individual’s native id', { courierIndividualId: idOf('ada') }, FROM_COURIER],
    ['an individual’s global id', { courierIndividualId: INDIVIDUAL }, FROM_COURIER],
    ['any global id, such as an individual’s', { id: INDIVIDUAL }, FROM_COURIER],
    ['their own id', { id: PERSON_ID }, FROM_COURIER],
    ['a contact’s native id', { birdContactId: idOf('contact') }, FROM_BIRD],
    ['a contact’s global id', { birdContactId: CONTACT }, FROM_BIRD],
    ['any global id, such as a contact’s', { id: CONTACT }, FROM_BIRD],
  ];

  test.each(ways)('is found by %s, and nothing is asked twice', async (_, by, expected) => {
    await using front = await startFront(TWO);
    expect(await front.data(PERSON, { by })).toEqual({ person: expected });
    for (const upstream of [front.bird, front.courier]) {
      const lines = upstream.asked.map(({ method, path, query, body }) =>
        JSON.stringify([method, path, query, body]),
      );
      expect(lines).toEqual([...new Set(lines)]);
    }
    expect(front.courier.asked.length).toBeLessThanOrEqual(4);
    expect(front.bird.asked.length).toBeLessThanOrEqual(3);
  });

  test('is found by a phone number of their contact', async () => {
    const contact = birdContact('contact', [
      ['phonenumber', '+12025550100'],
      ['emailaddress', ADA],
    ]);
    await using front = await startFront({
      courier: TWO.courier,
      bird: {
        [`POST ${WORKSPACE}/contacts/search`]: ({ body }) => {
          const { key, value } = (body as { identifier: { key: string; value: string } }).identifier;
          const found = contact.featuredIdentifiers.some((one) => one.key === key && one.value === value);
          return { body: { results: found ? [contact] : [] } };
        },
      },
    });
    const { person } = await front.data(PERSON, { by: { phone: '+1 (202) 555-0100' } });
    expect(person.contacts).toEqual(contacts('SELF', null));
    expect(await front.data(PERSON, { by: { phone: '+12025550101' } })).toEqual({ person: null });
  });

  test.each(['+12025550100 ext. 12', 'seven', '2025550100', ''])(
    'is not looked for by a number that is nobody’s own: %s',
    async (phone) => {
      const contact = birdContact('contact', [['phonenumber', '+12025550100']]);
      await using front = await startFront({
        courier: TWO.courier,
        bird: {
          [`POST ${WORKSPACE}/contacts/search`]: ({ body }) => {
            const { value } = (body as { identifier: { value: string } }).identifier;
            return { body: { results: value === '+12025550100' ? [contact] : [] } };
          },
        },
      });
      const { body } = await front.gateway.ask(PERSON, { by: { phone } });
      // Behind an extension is anybody of a switchboard: it may be refused or lead to nobody, but to no person.
      expect(body.data.person).toBeNull();
    },
  );

  test('leads on from the contact and the individual', async () => {
    await using front = await startFront(TWO);
    const fields = 'person { id contacts { contact { nativeId } } individuals { individual { nativeId } } }';
    const { bird, courier } = await front.data(
      `{ bird { contact(id: "${CONTACT}") { ${fields} } } courier { individual(id: "${INDIVIDUAL}") { ${fields} } } }`,
    );
    expect(bird.contact.person).toEqual(courier.individual.person);
    expect(bird.contact.person).toEqual({
      id: PERSON_ID,
      contacts: [{ contact: { nativeId: idOf('contact') } }],
      individuals: [{ individual: { nativeId: idOf('ada') } }],
    });
  });

  test('has their id back by node, and by node of a contact’s', async () => {
    await using front = await startFront(TWO);
    const { nodes } = await front.data('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', {
      ids: [PERSON_ID, birdId('Person', 'contact')],
    });
    expect(nodes).toEqual([
      { __typename: 'Person', id: PERSON_ID },
      { __typename: 'Person', id: PERSON_ID },
    ]);
  });

  test('is whoever the address surely is, or else the contact that has it', async () => {
    await using front = await startFront(
      upstreams({
        contacts: { contact: [ADA] },
        users: { ada: { email: ADA }, grace: { email: ADA } },
      }),
    );
    const { person } = await front.data(PERSON, { by: { email: ADA } });
    expect(person).toEqual({
      id: birdId('Person', 'contact'),
      contacts: contacts('SELF', null),
      individuals: [],
    });
    const all = await front.data(
      'query ($by: PersonBy!) { person(by: $by) { individuals(confidence: [AMBIGUOUS, UNVERIFIED]) { confidence } } }',
      { by: { email: ADA } },
    );
    expect(all.person.individuals).toEqual([{ confidence: 'AMBIGUOUS' }, { confidence: 'AMBIGUOUS' }]);
  });

  test.each([
    [{ email: 'nobody@example.com' }],
    [{ birdContactId: idOf('nobody') }],
    [{ courierIndividualId: idOf('nobody') }],
    [{ id: globalId('Person', idOf('nobody')) }],
  ])('that nobody knows is null: %j', async (by) => {
    await using front = await startFront(TWO);
    expect(await front.data(PERSON, { by })).toEqual({ person: null });
  });

  test.each<[object, string]>([
    [{ email: 'ada' }, 'by.email'],
    [{ email: '' }, 'by.email'],
    [{ email: 'ada@example.com, grace@example.com' }, 'by.email'],
    [{ phone: 'seven' }, 'by.phone'],
    [{ birdContactId: INDIVIDUAL }, 'by.birdContactId'],
    [{ courierIndividualId: CONTACT }, 'by.courierIndividualId'],
    [{ id: idOf('ada') }, 'by.id'],
    [{ id: birdId('BirdChannel', 'line') }, 'by.id'],
    [{ id: 'nonsense' }, 'by.id'],
  ])('is refused without a call by what cannot be: %j', async (by, field) => {
    await using front = await startFront(TWO);
    expect(await front.error(PERSON, { by })).toMatchObject({ code: 'BAD_USER_INPUT', fields: [field] });
    expect([...front.bird.asked, ...front.courier.asked]).toEqual([]);
  });

  test.each([[{}], [{ email: ADA, phone: '+12025550100' }], [{ email: null }]])(
    'needs exactly one of what it is found by, not %j',
    async (by) => {
      await using front = await startFront(TWO);
      expect((await front.error(PERSON, { by })).code).toBe('BAD_USER_INPUT');
    },
  );
});

describe('a person with an upstream down', () => {
  const down: Record<string, Prepared> = { 'GET /v1/users/': { status: 500 } };
  const birdDown: Record<string, Prepared> = { [`POST ${WORKSPACE}/contacts/search`]: { status: 500 } };

  /** The answer, its errors by path. */
  const ask = async (front: Front, by: object) => {
    const { body } = await front.gateway.ask(PERSON, { by });
    const errors = body.errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code]);
    return { person: body.data.person, errors: Object.fromEntries(errors ?? []) };
  };

  test('is their contact alone while courier is down', async () => {
    await using front = await startFront({ ...TWO, courier: { ...TWO.courier, ...down } });
    const { person, errors } = await ask(front, { birdContactId: CONTACT });
    expect(person).toEqual({
      id: birdId('Person', 'contact'),
      contacts: contacts('SELF', null),
      individuals: null,
    });
    expect(errors).toEqual({ 'person.individuals': 'UPSTREAM_UNAVAILABLE' });
  });

  test('is found by the contact’s address while courier is down', async () => {
    await using front = await startFront({ ...TWO, courier: { ...TWO.courier, ...down } });
    const { person } = await ask(front, { email: ADA });
    expect(person.contacts).toEqual(contacts('SELF', null));
    expect(person.individuals).toBeNull();
  });

  test('is their individual alone while Bird is down', async () => {
    await using front = await startFront({ ...TWO, bird: { ...TWO.bird, ...birdDown } });
    for (const by of [{ courierIndividualId: INDIVIDUAL }, { email: ADA }]) {
      const { person, errors } = await ask(front, by);
      expect(person).toEqual({ id: PERSON_ID, contacts: null, individuals: individuals('SELF', null) });
      expect(errors).toEqual({ 'person.contacts': 'UPSTREAM_UNAVAILABLE' });
    }
  });

  test('is one side where the other upstream is not configured', async () => {
    await using courierless = await startFront({ ...TWO, courier: null });
    expect(await ask(courierless, { birdContactId: CONTACT })).toEqual({
      person: { id: birdId('Person', 'contact'), contacts: contacts('SELF', null), individuals: null },
      errors: { 'person.individuals': 'UPSTREAM_UNAVAILABLE' },
    });
    await using birdless = await startFront({ ...TWO, bird: null });
    expect(await ask(birdless, { courierIndividualId: INDIVIDUAL })).toEqual({
      person: { id: PERSON_ID, contacts: null, individuals: individuals('SELF', null) },
      errors: { 'person.contacts': 'UPSTREAM_UNAVAILABLE' },
    });
  });

  test('is an error when the address cannot be looked for anywhere', async () => {
    await using front = await startFront({
      bird: { ...TWO.bird, ...birdDown },
      courier: { ...TWO.courier, ...down },
    });
    expect((await front.error(PERSON, { by: { email: ADA } })).code).toBe('UPSTREAM_UNAVAILABLE');
  });

  test('is an error, and not nobody, while one cannot be asked and the other does not know them', async () => {
    await using front = await startFront({ ...TWO, courier: { ...TWO.courier, ...down } });
    expect((await front.error(PERSON, { by: { email: 'nobody@example.com' } })).code).toBe(
      'UPSTREAM_UNAVAILABLE',
    );
  });
});
