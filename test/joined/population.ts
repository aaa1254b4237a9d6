import fc from 'fast-check';
import type { UserSpec, World } from './world.ts';

/** People at both upstreams, of whom it is known who is who. */
export interface Population extends World {
  /** Whose a contact or an individual is, by its name. */
  readonly whose: ReadonlyMap<string, string>;
  /** All who can really be reached by an address or a number. */
  readonly owners: ReadonlyMap<string, ReadonlySet<string>>;
  /** A contact's addresses and numbers, and an individual's, however they are written. */
  readonly means: ReadonlyMap<string, ReadonlySet<string>>;
  /** Those of an individual's that courier has verified on an active account. */
  readonly vouched: ReadonlyMap<string, ReadonlySet<string>>;
  /** Contacts that have somebody else's address or number, a former one of their own say. */
  readonly stale: ReadonlySet<string>;
  /** Home of the numbers that are written without their country, and then really are from there. */
  readonly region: string | undefined;
}

const NAMES = ['plain', 'spaced', 'dashed', 'bare', 'local'] as const;
type Spelling = (typeof NAMES)[number];

/** Countries whose numbers may end alike, by the digits between `+` and the last eight. */
const COUNTRIES = ['120', '467', '316'];

const numberOf = (index: number): string =>
  `+${COUNTRIES[index % 3]}2555${String(Math.floor(index / 3)).padStart(4, '0')}`;

/** A number or an address as somebody may write it. Where numbers have a home, only its own go without a country. */
const spell = (value: string, how: Spelling, region: string | undefined): string => {
  if (value.includes('@'))
    return how === 'spaced' ? ` ${value} ` : how === 'dashed' ? value.toUpperCase() : value;
  const foreign = region === 'US' && !value.startsWith('+1');
  const [country, rest] = value.startsWith('+1')
    ? ['+1', value.slice(2)]
    : [value.slice(0, 3), value.slice(3)];
  if (how === 'spaced') return `${country} ${rest.slice(0, 3)} ${rest.slice(3, 6)} ${rest.slice(6)}`;
  if (how === 'dashed') return `${country} (${rest.slice(0, 3)}) ${rest.slice(3, 6)}-${rest.slice(6)}`;
  if (how === 'bare' && !foreign) return value.slice(1);
  return how === 'local' && !foreign ? rest : value;
};

const mostly = fc.integer({ min: 0, max: 9 }).map((n) => n > 1);
const spelling = fc.constantFrom<Spelling>('plain', 'plain', 'spaced', 'dashed', 'bare', 'local');

const someone = fc.record({
  emails: fc.constantFrom(0, 1, 1, 1, 2),
  phones: fc.constantFrom(0, 1, 1, 1, 2),
  users: fc.array(
    fc.record({
      email: fc.constantFrom(0, 0, 0, 1, null),
      phone: fc.constantFrom(0, 0, 0, 1, null),
      emailVerified: mostly,
      phoneVerified: mostly,
      active: mostly,
      spelling,
      /** True for a second record of the same human being. */
      again: mostly.map((yes) => !yes),
    }),
    { maxLength: 2, size: 'max' },
  ),
  contacts: fc.array(
    fc.record({ has: fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 4 }), spelling }),
    {
      maxLength: 2,
      size: 'max',
    },
  ),
});

const mishap = fc.record({
  kind: fc.constantFrom('share', 'reuse', 'guardian', 'proxy', 'mixed up', 'mistyped', 'switchboard'),
  of: fc.nat(),
  by: fc.nat(),
  which: fc.nat(),
  yes: fc.boolean(),
  spelling,
});

type Someone = typeof someone extends fc.Arbitrary<infer T> ? T : never;
type Mishap = typeof mishap extends fc.Arbitrary<infer T> ? T : never;

/** Adds to a set in a map. */
const put = (map: Map<string, Set<string>>, key: string, value: string): void => {
  map.set(key, (map.get(key) ?? new Set()).add(value));
};

/**
 * Lays people out over both upstreams. What nobody could know from the two is left out: of a shared address or
 * number courier always knows two holders, and it has verified nothing for somebody whose it never was, nor is it
 * kept verified by a former holder while courier does not know the new one.
 */
const layOut = (
  people: readonly Someone[],
  mishaps: readonly Mishap[],
  region: string | undefined,
): Population => {
  const whose = new Map<string, string>();
  const owners = new Map<string, Set<string>>();
  const means = new Map<string, Set<string>>();
  const vouched = new Map<string, Set<string>>();
  const stale = new Set<string>();
  const users: Record<string, Omit<UserSpec, 'for'> & { for: string[] }> = {};
  const contacts: Record<string, string[]> = {};

  const addUser = (person: string, is: string | null, held: UserSpec, values: readonly string[]) => {
    users[`${person}-user-${Object.keys(users).length}`] = { is, ...held, for: [] };
    if (is === null) return;
    whose.set(is, person);
    for (const value of values) {
      put(means, is, value);
      const verified = value.includes('@') ? held.emailVerified : held.phoneVerified;
      if (verified !== false && held.state !== 'inactive') put(vouched, is, value);
    }
  };
  const addContact = (name: string, value: string, how: Spelling) => {
    contacts[name]?.push(spell(value, how, region));
    put(means, name, value);
  };

  let numbers = 0;
  const own = people.map(({ emails, phones, ...one }, index) => {
    const person = `p${index}`;
    const has = [
      ...Array.from({ length: emails }, (_, n) => `${person}.${n}@example.com`),
      ...Array.from({ length: phones }, () => numberOf(numbers++)),
    ];
    for (const value of has) put(owners, value, person);
    for (const user of one.users) {
      const email = user.email === null ? undefined : has.slice(0, emails)[user.email];
      const phone = user.phone === null ? undefined : has.slice(emails)[user.phone];
      addUser(
        person,
        user.again ? `${person} again` : person,
        {
          ...(email && { email: spell(email, user.spelling, region) }),
          ...(phone && { phone: spell(phone, user.spelling, region) }),
          emailVerified: user.emailVerified,
          phoneVerified: user.phoneVerified,
          state: user.active ? 'active' : 'inactive',
        },
        [email ?? [], phone ?? []].flat(),
      );
    }
    for (const [n, contact] of one.contacts.entries()) {
      const name = `${person} contact ${n}`;
      contacts[name] = [];
      whose.set(name, person);
      means.set(name, new Set());
      for (const which of contact.has) {
        const value = has[which];
        if (value !== undefined) addContact(name, value, contact.spelling);
      }
    }
    return { person, has };
  });

  /** A user of one more address or number; sure of it when courier has verified it on an active account. */
  const holds = (person: string, value: string, sure: boolean, how: Spelling) =>
    addUser(
      person,
      person,
      value.includes('@')
        ? { email: spell(value, how, region), emailVerified: sure }
        : { phone: spell(value, how, region), phoneVerified: sure },
      [value],
    );
  /** A contact of the person, made when there is none. */
  const contactOf = (person: string): string => {
    const known = Object.keys(contacts).find((name) => whose.get(name) === person);
    const name = known ?? `${person} contact`;
    contacts[name] ??= [];
    whose.set(name, person);
    return name;
  };

  for (const { kind, of, by, which, yes, spelling: how } of mishaps) {
    const [one, other] = [own[of % own.length], own[by % own.length]];
    const value = one?.has[which % one.has.length];
    if (!one || !other || one === other || value === undefined) continue;
    if (kind === 'share') {
      put(owners, value, other.person);
      holds(one.person, value, true, 'plain');
      holds(other.person, value, yes, how);
      addContact(contactOf(other.person), value, how);
    } else if (kind === 'reuse') {
      // Who had it keeps it in both upstreams, and nobody there has noticed.
      owners.set(value, new Set([other.person]));
      holds(other.person, value, yes, how);
      for (const [name, meant] of means)
        if (name in contacts && whose.get(name) !== other.person && meant.has(value)) stale.add(name);
    } else if (kind === 'guardian') {
      const user = Object.entries(users).find(([name]) => name.startsWith(`${one.person}-user-`));
      user?.[1].for.push(other.person);
      if (user) whose.set(other.person, other.person);
    } else if (kind === 'proxy') {
      // Somebody who signs in for others and is no individual.
      const proxy = `behind ${one.person}`;
      put(owners, value, proxy);
      addUser(proxy, null, value.includes('@') ? { email: value } : { phone: value }, []);
      if (yes) addContact(contactOf(proxy), value, how);
    } else if (kind === 'mixed up') {
      const contact = contactOf(other.person);
      addContact(contact, value, how);
      if (!owners.get(value)?.has(other.person)) stale.add(contact);
    } else if (kind === 'mistyped') {
      holds(other.person, value, false, how);
    } else {
      const number = numberOf(numbers++);
      owners.set(number, new Set([one.person, other.person]));
      addUser(one.person, one.person, { phone: `${number} ext. 12` }, [number]);
      if (yes) holds(other.person, number, true, how);
      addContact(contactOf(one.person), number, how);
    }
  }
  return { contacts, users, whose, owners, means, vouched, stale, region };
};

/** Least and most of each. */
export interface Size {
  readonly people: readonly [number, number];
  readonly mishaps: readonly [number, number];
}

/** Populations of so many people, with so many mishaps. */
export const populations = (size: Size, region: string | undefined): fc.Arbitrary<Population> =>
  fc
    .tuple(
      fc.array(someone, { minLength: size.people[0], maxLength: size.people[1], size: 'max' }),
      fc.array(mishap, { minLength: size.mishaps[0], maxLength: size.mishaps[1], size: 'max' }),
    )
    .map(([people, mishaps]) => layOut(people, mishaps, region));

/**
 * True when a contact really is an individual: something of the contact's reaches the individual alone, and it is
 * theirs, or, where it has somebody else's address or number too, courier knows none of them as somebody else's.
 */
export const isTrue = (
  { contacts, whose, owners, means, stale, region }: Population,
  contact: string,
  individual: string,
): boolean => {
  const person = whose.get(individual) ?? '';
  const meant = [...(means.get(contact) ?? [])];
  const isAlone = (value: string) => owners.get(value)?.size === 1 && owners.get(value)?.has(person);
  if (!meant.some(isAlone)) return false;
  if (!stale.has(contact)) return whose.get(contact) === person;
  // Where numbers have no home, one without its country may be any that ends alike: nobody can know better.
  const isAlike = (one: string, other: string) =>
    region === undefined && one.startsWith('+') && other.startsWith('+') && one.slice(-8) === other.slice(-8);
  const holders = (value: string, alike: boolean) =>
    [...means]
      .filter(([name]) => !(name in contacts))
      .filter(([, held]) => [...held].some((own) => own === value || (alike && isAlike(own, value))))
      .map(([name]) => whose.get(name));
  return meant.every((value) => holders(value, false).length === 0 || holders(value, true).includes(person));
};

/** All pairs of one human being's contact and individual with an address or a number in common, by what is known of it. */
export const findable = (
  { contacts, whose, ...known }: Population,
  by: 'means' | 'vouched',
): readonly string[] =>
  Object.keys(contacts).flatMap((contact) =>
    [...known[by]]
      .filter(([name]) => !(name in contacts) && whose.get(name) === whose.get(contact))
      .filter(([, held]) => [...held].some((value) => known.means.get(contact)?.has(value)))
      .map(([name]) => `${contact} = ${name}`),
  );
