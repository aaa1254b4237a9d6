import type { Random } from '../random.ts';
import { cast } from './cast.ts';
import { type Culture, cultures } from './cultures.ts';
import type { InCourier, Person } from './person.ts';
import { staff } from './staff.ts';

const MADE_UP = 42;
const DOMAINS = ['example.com', 'example.org', 'example.net'];
/** The last two digits of numbers that neither the cast nor a channel nor a receiver that always fails has. */
const FREE = Array.from({ length: 90 }, (_, digits) => digits + 5).filter(
  (digits) => ![11, 31, 32, 42].includes(digits),
);
const ORGANIZATIONS: InCourier['organization'][] = ['harbour', 'harbour', 'northside', 'lantern'];

/** Everybody in the world: the staff, the cast and the made-up ones, some sixty in all. */
export function population(random: Random): Person[] {
  const made: Person[] = [];
  const taken = new Set<string>();
  for (let index = 0; made.length < MADE_UP; index++) {
    const culture = cultures[index % cultures.length];
    if (!culture) break;
    const first = random.pick(culture.first);
    const last = random.pick(culture.last);
    const key = `${first}-${last}`.toLowerCase();
    if (taken.has(key)) continue;
    taken.add(key);
    made.push(madeUp(random, culture, key, first, last, made.length));
  }
  return [...staff, ...cast, ...made];
}

function madeUp(
  random: Random,
  culture: Culture,
  key: string,
  first: string,
  last: string,
  index: number,
): Person {
  const email = `${first}.${last}@${random.pick(DOMAINS)}`.toLowerCase();
  const { country, number } = culture.phone;
  const grouped = number.replace('##', two(FREE[index] ?? 0));
  const e164 = `+${country}${grouped.replaceAll(' ', '')}`;
  const spellings = {
    plain: e164,
    spaced: `+${country} ${grouped}`,
    dashed: `+${country}-${grouped.replaceAll(' ', '-')}`,
    bare: e164.slice(1),
  };
  const phone = () =>
    spellings[random.pick(['plain', 'plain', 'plain', 'spaced', 'dashed', 'bare'] as const)];
  const written = () => random.pick([email, email, email, email.toUpperCase(), capitals(first, last, email)]);
  // five know Bird alone, four courier alone, the rest both
  const place = index % 9 === 4 ? 'bird' : index % 11 === 7 ? 'courier' : 'both';
  const reach = random.pick(['all', 'all', 'all', 'email', 'phone'] as const);
  const person: Person = {
    key,
    first,
    last,
    birthDate: `${random.whole(1940, 2004)}-${two(random.whole(1, 12))}-${two(random.whole(1, 28))}`,
    locale: culture.locale,
    timezone: culture.timezone,
  };
  if (place !== 'courier')
    person.bird = {
      ...(reach === 'phone' ? {} : { emails: [written()] }),
      ...(reach === 'email' ? {} : { phones: [phone()] }),
      ...(random.happens(0.15) ? { telegram: String(7_200_000 + index) } : {}),
      ...(random.happens(0.1) ? { line: `U8e20${String(index).padStart(4, '0')}` } : {}),
    };
  if (place !== 'bird')
    person.courier = {
      organization: random.pick(ORGANIZATIONS),
      email: written(),
      emailVerified: random.happens(0.85),
      phone: phone(),
      phoneVerified: random.happens(0.75),
      state: random.happens(0.95) ? 'active' : 'inactive',
    };
  return person;
}

function capitals(first: string, last: string, email: string): string {
  return `${first}.${last}${email.slice(email.indexOf('@'))}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
