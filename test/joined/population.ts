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
  /** Contacts that have somebody else's address or number, a former one of their own say. */
  readonly stale: ReadonlySet<string>;
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
  emails: fc.nat(2),
  phones: fc.nat(2),
  users: fc.array(
    fc.record({
      email: fc.option(fc.nat(1)),
      phone: fc.option(fc.nat(1)),
      emailVerified: mostly,
      phoneVerified: mostly,
      active: mostly,
      spelling,
      /** True for a second record of the same human being. */
      again: mostly.map((yes) => !yes),
    }),
    { maxLength: 2 },
  ),
  contacts: fc.array(fc.record({ has: fc.uniqueArray(fc.nat(3), { maxLength: 3 }), spelling }), {
    maxLength: 2,
  }),
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
  const stale = new Set<string>();
  const users: Record<string, UserSpec & { for: string[] }> = {};
  const contacts: Record<string, string[]> = {};

  const addUser = (person: string, is: string | null, held: UserSpec, values: readonly string[]) => {
    users[`${person}-user-${Object.keys(users).length}`] = { is, for: [], ...held };
    if (is === null) return;
    whose.set(is, person);
    for (const value of values) put(means, is, value);
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
  const holds = (person: string, value: string, sure: boolean, how: Spelling, suffix = '') =>
    addUser(
      person,
      person,
      value.includes('@')
        ? { email: spell(value, how, region), emailVerified: sure }
        : { phone: `${spell(value, suffix ? 'plain' : how, region)}${suffix}`, phoneVerified: sure },
      [value],
    );
  const contactOf = (person: string) => Object.keys(contacts).find((name) => whose.get(name) === person);

  for (const { kind, of, by, which, yes, spelling: how } of mishaps) {
    const [one, other] = [own[of % own.length], own[by % own.length]];
    const value = one?.has[which % one.has.length];
    if (!one || !other || one === other || value === undefined) continue;
    if (kind === 'share') {
      put(owners, value, other.person);
      holds(one.person, value, true, 'plain');
      holds(other.person, value, yes, how);
      const contact = contactOf(other.person);
      if (contact) addContact(contact, value, how);
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
      put(owners, value, `behind ${one.person}`);
      addUser(
        `behind ${one.person}`,
        null,
        value.includes('@') ? { email: value } : { phone: spell(value, how, region) },
        [],
      );
    } else if (kind === 'mixed up') {
      const contact = contactOf(other.person);
      if (!contact) continue;
      addContact(contact, value, how);
      if (!owners.get(value)?.has(other.person)) stale.add(contact);
    } else if (kind === 'mistyped') {
      holds(other.person, value, false, how);
    } else {
      const number = numberOf(numbers++);
      owners.set(number, new Set([one.person, other.person]));
      holds(one.person, number, true, how, ' ext. 12');
      if (yes) holds(other.person, number, true, how);
      const contact = contactOf(one.person);
      if (contact) addContact(contact, number, how);
    }
  }
  return { contacts, users, whose, owners, means, stale };
};

/** Populations of so many people, with so many mishaps. */
export const populations = (
  size: { readonly people: [number, number]; readonly mishaps: [number, number] },
  region: string | undefined,
): fc.Arbitrary<Population> =>
  fc
    .tuple(
      fc.array(someone, { minLength: size.people[0], maxLength: size.people[1], size: 'max' }),
      fc.array(mishap, { minLength: size.mishaps[0], maxLength: size.mishaps[1], size: 'max' }),
    )
    .map(([people, mishaps]) => layOut(people, mishaps, region));

/**
 * True when a contact really is an individual: by whose it is, or, where it has somebody else's address or number,
 * when one of them reaches the individual alone and none is known to courier as somebody else's.
 */
export const isTrue = (
  { whose, owners, means, stale }: Population,
  contact: string,
  individual: string,
): boolean => {
  const person = whose.get(individual) ?? '';
  const meant = [...(means.get(contact) ?? [])];
  if (!stale.has(contact)) return whose.get(contact) === person;
  const reaches = meant.some((value) => owners.get(value)?.size === 1 && owners.get(value)?.has(person));
  const holders = (value: string) =>
    [...means]
      .filter(([name, held]) => held.has(value) && !name.includes('contact'))
      .map(([name]) => whose.get(name));
  return reaches && meant.every((value) => holders(value).length === 0 || holders(value).includes(person));
};

/** All pairs of one human being's contact and individual that have an address or a number in common. */
export const findable = ({ contacts, whose, means }: Population): string[] =>
  Object.keys(contacts).flatMap((contact) =>
    [...means.keys()]
      .filter((name) => !(name in contacts) && whose.get(name) === whose.get(contact))
      .filter((name) => [...(means.get(name) ?? [])].some((value) => means.get(contact)?.has(value)))
      .map((name) => `${contact} = ${name}`),
  );
