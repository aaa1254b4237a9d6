import { describe, expect, test } from 'vitest';
import { byContact, byIndividual, type People, startPeople, type World } from './world.ts';

const ADA = 'ada@example.com';
const GRACE = 'grace@example.com';
const PHONE = '+12025550142';
const OTHER_PHONE = '+12025550199';

interface Case extends Partial<World> {
  /** What the contact `it` has. */
  readonly has?: readonly string[];
  /** Who it may be. */
  readonly is: readonly string[];
  readonly region?: string;
}

const both = { email: ADA, phone: PHONE };

const ALONE: Record<string, Case> = {
  'is VERIFIED by an address and a number': {
    has: [ADA, PHONE],
    users: { ada: both },
    is: ['ada VERIFIED EMAIL+PHONE'],
  },
  'is VERIFIED by an address in capitals with spaces around it': {
    has: [' ADA@Example.com '],
    users: { ada: { email: 'Ada@example.COM ' } },
    is: ['ada VERIFIED EMAIL'],
  },
  'is VERIFIED by a number however it is written': {
    has: ['+1 202-555-0142'],
    users: { ada: { phone: '+1 (202) 555 0142' } },
    is: ['ada VERIFIED PHONE'],
  },
  'is VERIFIED by a verified address beside a number that nobody has': {
    has: [ADA, OTHER_PHONE],
    users: { ada: both },
    is: ['ada VERIFIED EMAIL'],
  },
  'is VERIFIED by one of two identifiers, and rests on both': {
    has: [ADA, PHONE],
    users: { ada: { ...both, phoneVerified: false } },
    is: ['ada VERIFIED EMAIL+PHONE'],
  },
};

const DOUBTFUL: Record<string, Case> = {
  'by an address that courier has not verified': {
    has: [ADA],
    users: { ada: { email: ADA, emailVerified: false } },
    is: ['ada UNVERIFIED EMAIL'],
  },
  'by a number that courier has not verified, the address being so': {
    has: [PHONE],
    users: { ada: { ...both, phoneVerified: false } },
    is: ['ada UNVERIFIED PHONE'],
  },
  'by an address that two individuals have': {
    has: [ADA],
    users: { ada: { email: ADA }, grace: { email: 'ADA@example.com', emailVerified: false } },
    is: ['ada AMBIGUOUS EMAIL', 'grace UNVERIFIED EMAIL'],
  },
  'by a number that two individuals have': {
    has: [PHONE],
    users: { ada: { phone: PHONE }, grace: { phone: '+1 202 555 0142' } },
    is: ['ada AMBIGUOUS PHONE', 'grace AMBIGUOUS PHONE'],
  },
  'by a number that somebody inactive has too, unverified': {
    has: [PHONE],
    users: { ada: { phone: PHONE }, grace: { phone: PHONE, phoneVerified: false, state: 'inactive' } },
    is: ['ada AMBIGUOUS PHONE', 'grace UNVERIFIED PHONE'],
  },
  'by a number that a user has too who is no individual': {
    has: [PHONE],
    users: { ada: { phone: PHONE }, desk: { is: null, phone: PHONE } },
    is: ['ada AMBIGUOUS PHONE'],
  },
  'by an address that a user has too who is no individual': {
    has: [ADA],
    users: { ada: { email: ADA }, desk: { is: null, email: ADA, emailVerified: false } },
    is: ['ada AMBIGUOUS EMAIL'],
  },
  'by a user who was switched off': {
    has: [ADA, PHONE],
    users: { ada: { ...both, state: 'inactive' } },
    is: ['ada AMBIGUOUS EMAIL+PHONE'],
  },
  'by a user of whom nobody says that they are active': {
    has: [PHONE],
    users: { ada: { phone: PHONE, state: null } },
    is: ['ada AMBIGUOUS PHONE'],
  },
  'by one user who is verified and another who is active': {
    has: [PHONE],
    users: {
      ada: { phone: PHONE, phoneVerified: false },
      again: { is: 'ada', phone: PHONE, state: 'inactive' },
    },
    is: ['ada AMBIGUOUS PHONE'],
  },
  'by the address of one and the number of another': {
    has: [ADA, PHONE],
    users: { ada: { email: ADA }, grace: { phone: PHONE } },
    is: ['ada AMBIGUOUS EMAIL', 'grace AMBIGUOUS PHONE'],
  },
  'by an address beside the number of somebody inactive and unverified': {
    has: [ADA, PHONE],
    users: { ada: { email: ADA }, grace: { phone: PHONE, phoneVerified: false, state: 'inactive' } },
    is: ['ada AMBIGUOUS EMAIL', 'grace UNVERIFIED PHONE'],
  },
  'by a number beside the address of somebody inactive and unverified': {
    has: [GRACE, PHONE],
    users: { ada: { phone: PHONE }, grace: { email: GRACE, emailVerified: false, state: 'inactive' } },
    is: ['ada AMBIGUOUS PHONE', 'grace UNVERIFIED EMAIL'],
  },
  'by an address beside a number of a user who is no individual': {
    has: [ADA, PHONE],
    users: { ada: { email: ADA }, desk: { is: null, phone: PHONE } },
    is: ['ada AMBIGUOUS EMAIL'],
  },
  'by an address beside a number that surely is another’s and only may be theirs': {
    has: [ADA, PHONE],
    users: { ada: { email: ADA, phone: '202 555 0142' }, grace: { phone: PHONE } },
    is: ['ada AMBIGUOUS EMAIL+PHONE', 'grace AMBIGUOUS PHONE'],
  },
  'by a number with an extension at Bird': {
    has: [`${PHONE} ext. 12`],
    users: { ada: { phone: PHONE } },
    is: ['ada AMBIGUOUS PHONE'],
  },
  'by a number with an extension at courier': {
    has: [PHONE],
    users: { ada: { phone: `${PHONE};ext=12` } },
    is: ['ada AMBIGUOUS PHONE'],
  },
  'by a number that somebody has behind a switchboard': {
    has: [PHONE],
    users: { ada: { phone: PHONE }, grace: { phone: `${PHONE} x7` } },
    is: ['ada AMBIGUOUS PHONE', 'grace AMBIGUOUS PHONE'],
  },
  'by a number without its country at Bird': {
    has: ['(202) 555-0142'],
    users: { ada: { phone: PHONE } },
    is: ['ada AMBIGUOUS PHONE'],
  },
  'by a number without its country at courier': {
    has: [PHONE],
    users: { ada: { phone: '2025550142' } },
    is: ['ada AMBIGUOUS PHONE'],
  },
  'by a number that another may have, who wrote it without its country': {
    has: [PHONE],
    users: { ada: { phone: PHONE }, grace: { phone: '(202) 555 0142', phoneVerified: false } },
    is: ['ada AMBIGUOUS PHONE', 'grace UNVERIFIED PHONE'],
  },
  'by a number that another may have, who wrote it without its country and area': {
    has: ['+3545550142'],
    users: { ada: { phone: '+354 555 0142' }, grace: { phone: '555 0142' } },
    is: ['ada AMBIGUOUS PHONE', 'grace AMBIGUOUS PHONE'],
  },
  'by an address beside a number without its country that may be another’s': {
    has: [ADA, '202 555 0142'],
    users: { ada: { email: ADA }, grace: { phone: PHONE } },
    is: ['ada AMBIGUOUS EMAIL', 'grace AMBIGUOUS PHONE'],
  },
};

const REGION: Record<string, Case> = {
  'is VERIFIED by a number of the default region without its country, at Bird': {
    region: 'US',
    has: ['(202) 555-0142'],
    users: { ada: { phone: PHONE } },
    is: ['ada VERIFIED PHONE'],
  },
  'is VERIFIED by a number of the default region without its country, at courier': {
    region: 'US',
    has: [PHONE],
    users: { ada: { phone: '202.555.0142' } },
    is: ['ada VERIFIED PHONE'],
  },
  'knows two by a number of the default region without its country': {
    region: 'US',
    has: [PHONE],
    users: { ada: { phone: PHONE }, grace: { phone: '202 555 0142' } },
    is: ['ada AMBIGUOUS PHONE', 'grace AMBIGUOUS PHONE'],
  },
  'takes a number of another country for itself': {
    region: 'US',
    has: ['070 174 06 11'],
    users: { ada: { phone: '+46701740611' } },
    is: [],
  },
};

const TWICE: Record<string, Case> = {
  'is AMBIGUOUS by the number of a second contact that has another address': {
    has: [PHONE, ADA],
    contacts: { second: [PHONE, GRACE] },
    users: { ada: { phone: PHONE } },
    is: ['ada AMBIGUOUS PHONE'],
  },
  'is AMBIGUOUS by the number that a second contact has in courier’s spelling': {
    has: [PHONE, ADA],
    contacts: { second: ['+1 (202)-5550142', GRACE] },
    users: { ada: { phone: '+1 (202)-5550142' } },
    is: ['ada AMBIGUOUS PHONE'],
  },
  'is AMBIGUOUS by the number that a second contact has in E.164': {
    has: ['+1 (202)-5550142', ADA],
    contacts: { second: [PHONE, GRACE] },
    users: { ada: { phone: '+1 (202)-5550142' } },
    is: ['ada AMBIGUOUS PHONE'],
  },
  'is VERIFIED by the number of a second contact that has one of its addresses': {
    has: [PHONE, ADA, 'other@example.com'],
    contacts: { second: ['+1 202 555 0142', ' OTHER@example.com', 'third@example.com'] },
    users: { ada: { phone: PHONE } },
    is: ['ada VERIFIED PHONE'],
  },
  'is VERIFIED by the number of a second contact that has no address': {
    has: [PHONE, ADA],
    contacts: { second: ['+1 202 555 0142'] },
    users: { ada: { phone: PHONE } },
    is: ['ada VERIFIED PHONE'],
  },
  'is VERIFIED by its number while it has no address': {
    has: [PHONE],
    contacts: { second: [PHONE, GRACE] },
    users: { ada: { phone: PHONE } },
    is: ['ada VERIFIED PHONE'],
  },
  'is VERIFIED by its address whoever else has the number in Bird': {
    has: [PHONE, ADA],
    contacts: { second: [PHONE, GRACE] },
    users: { ada: both },
    is: ['ada VERIFIED EMAIL+PHONE'],
  },
  'is VERIFIED by a second number that no other contact has': {
    has: [PHONE, OTHER_PHONE, ADA],
    contacts: { second: [PHONE, GRACE] },
    users: { ada: { phone: PHONE }, again: { is: 'ada', phone: OTHER_PHONE } },
    is: ['ada VERIFIED PHONE'],
  },
};

const FAMILY: Record<string, Case> = {
  'is with the guardian and not with the child they may act for': {
    has: [ADA, PHONE],
    users: { ada: { ...both, for: ['child'] } },
    is: ['ada VERIFIED EMAIL+PHONE'],
  },
  'is with neither when the child’s own user has the guardian’s number': {
    has: [PHONE],
    users: { ada: { phone: PHONE, for: ['child'] }, child: { phone: PHONE } },
    is: ['ada AMBIGUOUS PHONE', 'child AMBIGUOUS PHONE'],
  },
};

const sure = (said: readonly string[]) => said.filter((one) => one.includes(' VERIFIED '));

/** Who a match is with, without its basis. */
const who = (said: readonly string[]) => said.map((one) => one.split(' ')[0]);

/** What every side says of the contact is the same. */
const expectConsistent = async (people: People, { users = {}, is }: Case): Promise<void> => {
  const individuals = new Set(
    Object.entries(users)
      .flatMap(([name, user]) => [user.is === null ? [] : (user.is ?? name), ...(user.for ?? [])])
      .flat(),
  );
  for (const name of individuals) {
    const said = is.filter((one) => one.startsWith(`${name} `)).map((one) => one.replace(name, 'it'));
    const found = (await people.contactsOf(name)).filter((one) => one.startsWith('it '));
    // A contact whose spelling courier does not know is found when it is sure.
    expect(said).toEqual(expect.arrayContaining(found));
    expect(sure(found)).toEqual(sure(said));
    const person = await people.person(byIndividual(name));
    expect(person?.individuals).toEqual([`${name} VERIFIED SELF`]);
    expect(who(person?.contacts ?? []).includes('it')).toBe(sure(said).length > 0);
  }
  const person = await people.person(byContact('it'));
  expect(person?.contacts).toContain('it VERIFIED SELF');
  expect(person?.individuals).toEqual(sure(is));
  for (const name of who(sure(is))) {
    expect(person?.id).toBe((await people.person(byIndividual(name ?? '')))?.id);
  }
};

const check = async (one: Case): Promise<void> => {
  const { has = [], contacts = {}, users = {}, is, region } = one;
  await using people = await startPeople(
    { contacts: { it: has, ...contacts }, users },
    { defaultRegion: region },
  );
  expect(await people.individualsOf('it')).toEqual(is);
  await expectConsistent(people, one);
};

describe('a match', () => {
  test.each(Object.entries({ ...ALONE, ...REGION, ...TWICE, ...FAMILY }))('%s', (_, one) => check(one));
});

describe('a match is not VERIFIED', () => {
  test.each(Object.entries(DOUBTFUL))('%s', (_, one) => check(one));
});

describe('before there is a sweep to rely on', () => {
  const cold = (world: World) => startPeople(world, { swept: false });

  test('an address verifies, a number matches nobody', async () => {
    await using people = await cold({
      contacts: { mail: [ADA], call: [PHONE] },
      users: { ada: both },
    });
    expect(await people.individualsOf('mail')).toEqual(['ada VERIFIED EMAIL']);
    expect(await people.individualsOf('call')).toEqual([]);
  });

  test('an address beside a number verifies when the individual has the number too', async () => {
    await using people = await cold({
      contacts: { own: [ADA, '+1 202 555 0142'], other: [ADA, OTHER_PHONE], vague: [GRACE, PHONE] },
      users: { ada: both, grace: { email: GRACE, phone: '202 555 0142' } },
    });
    expect(await people.individualsOf('own')).toEqual(['ada VERIFIED EMAIL']);
    expect(await people.individualsOf('other')).toEqual(['ada AMBIGUOUS EMAIL']);
    expect(await people.individualsOf('vague')).toEqual(['grace AMBIGUOUS EMAIL']);
  });

  test('an address beside the number of somebody who may act for the individual verifies nobody', async () => {
    await using people = await cold({
      contacts: { it: [GRACE, PHONE] },
      users: { child: { email: GRACE }, ada: { ...both, for: ['child'] } },
    });
    expect(await people.individualsOf('it')).toEqual(['child AMBIGUOUS EMAIL']);
  });

  test('an address that a user has too who is no individual verifies nobody', async () => {
    await using people = await cold({
      contacts: { it: [ADA] },
      users: { ada: { email: ADA }, desk: { is: null, email: ADA } },
    });
    expect(await people.individualsOf('it')).toEqual(['ada AMBIGUOUS EMAIL']);
  });

  test('a sweep that grew too old is none', async () => {
    let time = Date.now();
    await using people = await startPeople(
      { contacts: { mail: [ADA], call: [PHONE] }, users: { ada: both } },
      { maxAgeMs: 1000, now: () => time },
    );
    time += 1000;
    expect(await people.individualsOf('call')).toEqual(['ada VERIFIED PHONE']);
    time += 1;
    expect(await people.individualsOf('call')).toEqual([]);
    expect(await people.individualsOf('mail')).toEqual(['ada VERIFIED EMAIL']);
    await people.directory.sweep();
    expect(await people.individualsOf('call')).toEqual(['ada VERIFIED PHONE']);
  });

  test('an age that began while a sweep ran counts from its beginning', async () => {
    let time = Date.now();
    await using people = await startPeople({ contacts: {}, users: {} }, { now: () => time });
    const began = time;
    const swept = people.directory.sweep();
    time += 5000;
    await swept;
    expect(people.directory.summary()?.sweptAt.getTime()).toBe(began);
  });
});

describe('a link', () => {
  const ODD = '+1.202.555.01.42';
  const world: World = { contacts: { it: [ODD] }, users: { ada: { phone: PHONE } } };

  test('that was sure once is found from courier’s side though Bird spells the number as nobody else', async () => {
    await using people = await startPeople(world);
    expect(await people.contactsOf('ada')).toEqual([]);
    expect(await people.individualsOf('it')).toEqual(['ada VERIFIED PHONE']);
    expect(await people.contactsOf('ada')).toEqual(['it VERIFIED PHONE']);
    expect(await people.person({ phone: PHONE })).toMatchObject({ contacts: ['it VERIFIED PHONE'] });
  });

  test.each<[string, World]>([
    ['the contact has another number', { ...world, contacts: { it: [OTHER_PHONE] } }],
    ['the contact is gone', { ...world, contacts: {} }],
    ['the user has another number', { ...world, users: { ada: { phone: OTHER_PHONE } } }],
    ['another has the number too', { ...world, users: { ...world.users, grace: { phone: PHONE } } }],
  ])('is dropped once %s', async (_, later) => {
    await using people = await startPeople(world);
    await people.individualsOf('it');
    people.become(later);
    await people.directory.sweep();
    expect(sure(await people.contactsOf('ada'))).toEqual([]);
    people.calls();
    expect(await people.contactsOf('ada')).toEqual([]);
    // Nobody asks for the contact any more.
    expect(people.calls()).not.toHaveProperty('GET /contacts/*');
  });

  test('is kept while there is no sweep to say that it does not hold', async () => {
    let time = Date.now();
    await using people = await startPeople(world, { maxAgeMs: 1000, now: () => time });
    await people.individualsOf('it');
    time += 2000;
    expect(await people.contactsOf('ada')).toEqual([]);
    await people.directory.sweep();
    expect(await people.contactsOf('ada')).toEqual(['it VERIFIED PHONE']);
  });
});

describe('a person by phone', () => {
  test('is the one individual whose the number surely is', async () => {
    await using people = await startPeople({
      contacts: { it: ['+1 202 555 0142', ADA] },
      users: { ada: both },
    });
    const sides = { contacts: ['it VERIFIED EMAIL+PHONE'], individuals: ['ada VERIFIED SELF'] };
    for (const by of [{ phone: '+1 (202) 555-0142' }, { email: ADA }, byIndividual('ada')]) {
      expect(await people.person(by)).toMatchObject(sides);
    }
    expect(await people.person(byContact('it'))).toMatchObject({
      contacts: ['it VERIFIED SELF'],
      individuals: ['ada VERIFIED EMAIL+PHONE'],
    });
  });

  test('is the contact that has it while it is not surely anybody’s', async () => {
    await using people = await startPeople({
      contacts: { it: [PHONE] },
      users: { ada: { phone: PHONE }, grace: { phone: PHONE } },
    });
    expect(await people.person({ phone: PHONE })).toMatchObject({
      contacts: ['it VERIFIED SELF'],
      individuals: [],
    });
  });

  test('is nobody by the number of a user who is no individual', async () => {
    await using people = await startPeople({ contacts: {}, users: { desk: { is: null, phone: PHONE } } });
    expect(await people.person({ phone: PHONE })).toBeNull();
  });
});
