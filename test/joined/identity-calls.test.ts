import { describe, expect, test } from 'vitest';
import { byContact, byIndividual, startPeople, type World } from './world.ts';

const email = (n: number) => `somebody.${n}@example.com`;
const phone = (n: number) => `+1202555${1000 + n}`;

/** A hundred contacts, each of one individual. */
const hundred = (has: (n: number) => readonly string[]): World => {
  const numbers = Array.from({ length: 100 }, (_, n) => n);
  return {
    contacts: Object.fromEntries(numbers.map((n) => [`c${n}`, has(n)])),
    users: Object.fromEntries(numbers.map((n) => [`u${n}`, { email: email(n), phone: phone(n) }])),
  };
};

const EVERY: [string, (n: number) => readonly string[]][] = [
  ['addresses', (n) => [email(n)]],
  ['numbers', (n) => [phone(n)]],
  ['addresses and numbers', (n) => [email(n), phone(n)]],
];

describe('a hundred contacts with their individuals', () => {
  test.each(EVERY)('cost the call for the contacts once the directory is swept: %s', async (_, has) => {
    await using people = await startPeople(hundred(has));
    expect(await people.sure()).toHaveLength(100);
    expect(people.calls()).toEqual({ 'GET /contacts': 1 });
    expect(await people.sure()).toHaveLength(100);
    expect(people.calls()).toEqual({ 'GET /contacts': 1 });
  });

  test('cost further searches at Bird for those alone whose number is sure and whose address is not', async () => {
    const world = hundred((n) => [n < 97 ? email(n) : `new.${n}@example.com`, phone(n)]);
    await using people = await startPeople(world);
    expect(await people.sure()).toHaveLength(100);
    expect(people.calls()).toEqual({
      'GET /contacts': 1,
      // How courier spells the number, and each of the six ways to write it.
      'GET /v1/users/ filter[individual-id]': 3,
      'POST /contacts/search': 18,
    });
  });

  test('cost a call for each distinct address before the first sweep', async () => {
    await using people = await startPeople(
      hundred((n) => [n % 2 ? email(n) : email(n + 1).toUpperCase()]),
      { swept: false },
    );
    expect(await people.sure()).toHaveLength(100);
    expect(people.calls()).toEqual({ 'GET /contacts': 1, 'GET /v1/users/ filter[email]': 50 });
  });

  test('cost one more for each individual whose contact has a number, before the first sweep', async () => {
    await using people = await startPeople(
      hundred((n) => (n < 10 ? [email(n), phone(n)] : [email(n)])),
      { swept: false },
    );
    expect(await people.sure()).toHaveLength(100);
    expect(people.calls()).toEqual({
      'GET /contacts': 1,
      'GET /v1/users/ filter[email]': 100,
      'GET /v1/users/ filter[individual-id]': 10,
    });
  });

  test('cost no call at courier for numbers alone before the first sweep', async () => {
    await using people = await startPeople(
      hundred((n) => [phone(n)]),
      { swept: false },
    );
    expect(await people.sure()).toEqual([]);
    expect(people.calls()).toEqual({ 'GET /contacts': 1 });
  });
});

describe('a person', () => {
  const world: World = {
    contacts: { it: [email(1), phone(1)] },
    users: { ada: { email: email(1), phone: phone(1) } },
  };
  // The individual's users say how courier spells what they have; Bird is searched by it.
  const fromCourier = { 'GET /v1/users/ filter[individual-id]': 1, 'POST /contacts/search': 2 };

  test.each<[string, object, Record<string, number>]>([
    ['a contact', byContact('it'), { ...fromCourier, 'GET /contacts/*': 1 }],
    ['an individual', byIndividual('ada'), { ...fromCourier, 'GET /v1/individuals/*/': 1 }],
    ['an address', { email: email(1) }, fromCourier],
    ['a number', { phone: phone(1) }, fromCourier],
  ])('by %s costs a handful', async (_, by, calls) => {
    await using people = await startPeople(world);
    expect(await people.person(by)).toMatchObject({
      id: btoa(`Person:${byIndividual('ada').courierIndividualId}`),
    });
    expect(people.calls()).toEqual(calls);
  });
});
