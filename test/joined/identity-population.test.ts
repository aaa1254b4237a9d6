import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findable, isTrue, type Population, populations, type Size } from './population.ts';
import { type People, startPeople } from './world.ts';

const NOBODY = { contacts: {}, users: {} };
const SMALL: Size = { people: [2, 6], mishaps: [0, 5] };
const RUNS = 60;

/** The surely matched who are not one human being. */
const wrong = (population: Population, sure: readonly string[]): string[] =>
  sure.filter((pair) => {
    const [contact = '', individual = ''] = pair.split(' = ');
    return !isTrue(population, contact, individual);
  });

/** Who is surely matched from courier's side. */
const fromCourier = async (people: People, { users, whose }: Population): Promise<string[]> => {
  const individuals = new Set(Object.values(users).flatMap(({ is }) => is ?? []));
  const found = await Promise.all(
    [...individuals].map(async (name) =>
      (await people.contactsOf(name))
        .filter((match) => match.includes(' VERIFIED '))
        .map((match) => `${match.split(' VERIFIED ')[0]} = ${name}`),
    ),
  );
  expect(individuals.size).toBeLessThanOrEqual(whose.size);
  return found.flat().toSorted();
};

describe('nobody is taken for somebody else', () => {
  test.each([undefined, 'US'])(
    'in any population, by either side alike; home of numbers: %s',
    async (region) => {
      await using people = await startPeople(NOBODY, { defaultRegion: region });
      await fc.assert(
        fc.asyncProperty(populations(SMALL, region), async (population) => {
          people.become(population);
          await people.directory.sweep();
          const sure = await people.sure();
          expect(wrong(population, sure)).toEqual([]);
          expect(await fromCourier(people, population)).toEqual(sure);
        }),
        { numRuns: RUNS, seed: 3 },
      );
    },
  );

  test('in any population, before the directory has been swept', async () => {
    await using people = await startPeople(NOBODY, { swept: false });
    await fc.assert(
      fc.asyncProperty(populations(SMALL, undefined), async (population) => {
        people.become(population);
        expect(wrong(population, await people.sure())).toEqual([]);
      }),
      { numRuns: RUNS, seed: 4 },
    );
  });

  test('in any population, by a caller whose own credential shows but some of the users', async () => {
    await using people = await startPeople(NOBODY, { courierForwards: true });
    const partly = populations(SMALL, undefined).chain((population) =>
      fc
        .subarray(Object.keys(population.users))
        .map((names) => ({ ...population, shown: { 'Bearer mine': names } })),
    );
    await fc.assert(
      fc.asyncProperty(partly, async (population) => {
        people.become(population);
        await people.directory.sweep();
        const sure = await people.sure({ headers: { 'x-courier-authorization': 'Bearer mine' } });
        expect(wrong(population, sure)).toEqual([]);
        // Nobody is shown whom the credential does not show.
        const shown = new Set(population.shown['Bearer mine'].map((name) => population.users[name]?.is));
        for (const pair of sure) expect(shown).toContain(pair.split(' = ')[1]);
      }),
      { numRuns: RUNS, seed: 5 },
    );
  });
});

describe('of those who can be found', () => {
  /** How many of four hundred people's pairs are found, of all and of those for whom courier vouches. */
  const recall = async (mishaps: number) => {
    const size = { people: [400, 400], mishaps: [mishaps, mishaps] } satisfies Size;
    const [population] = fc.sample(populations(size, 'US'), { seed: 7, numRuns: 1 });
    if (!population) throw new Error('there is no population');
    await using people = await startPeople(population, { defaultRegion: 'US' });
    const sure = await people.sure();
    expect(wrong(population, sure)).toEqual([]);
    const share = (pairs: readonly string[]) =>
      pairs.filter((pair) => sure.includes(pair)).length / pairs.length;
    const records = new Set(Object.values(population.users).map(({ is }) => is));
    const hasTwo = (name: string) => records.has(name) && records.has(`${name} again`);
    const lost = findable(population, 'vouched').filter((pair) => !sure.includes(pair));
    return {
      all: share(findable(population, 'means')),
      vouched: share(findable(population, 'vouched')),
      /** Lost though courier has but one record of them. */
      single: lost.filter((pair) => !hasTwo(pair.split(' = ')[1]?.replace(' again', '') ?? '')),
    };
  };

  // Lost are those whom courier has not verified or has switched off, and those of whom it has two records.
  test('more than half are, and all of whom courier has one record and vouches for it', async () => {
    const { all, vouched, single } = await recall(0);
    expect(single).toEqual([]);
    expect(all).toBeGreaterThan(0.55);
    expect(vouched).toBeGreaterThan(0.8);
  });

  // Lost beside are those who share an address or a number with somebody, and those whose own was given to another,
  // mistyped by another, or stands in a contact beside somebody else's: nothing there tells one from the other.
  test('fewer are where every third has a mishap', async () => {
    const { all, vouched } = await recall(130);
    expect(all).toBeGreaterThan(0.38);
    expect(vouched).toBeGreaterThan(0.54);
  });
});
