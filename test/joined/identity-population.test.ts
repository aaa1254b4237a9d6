import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findable, isTrue, type Population, populations } from './population.ts';
import { type People, startPeople } from './world.ts';

const NOBODY = { contacts: {}, users: {} };
const SMALL = { people: [2, 6], mishaps: [0, 5] } as { people: [number, number]; mishaps: [number, number] };
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

describe('most of those who can be found', () => {
  test('are', async () => {
    const [population] = fc.sample(populations({ people: [300, 300], mishaps: [90, 90] }, 'US'), {
      seed: 7,
      numRuns: 1,
    });
    if (!population) throw new Error('there is no population');
    await using people = await startPeople(population, { defaultRegion: 'US' });
    const sure = await people.sure();
    expect(wrong(population, sure)).toEqual([]);
    const all = findable(population);
    const found = all.filter((pair) => sure.includes(pair));
    console.log(Object.keys(population.contacts).length, all.length, found.length, found.length / all.length);
  });
});
