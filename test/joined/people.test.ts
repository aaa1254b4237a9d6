import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_SEED } from '../../src/sandbox/fixture-ids.ts';
import { naming } from '../../src/sandbox/naming.ts';
import { population } from '../../src/sandbox/people/people.ts';
import { Random } from '../../src/sandbox/random.ts';
import { type LiveGateway, startLiveGateway } from '../support/sandbox.ts';

interface Match {
  readonly basis: readonly string[];
  readonly confidence: string;
  readonly contact: { readonly nativeId: string } | null;
  readonly individual: { readonly nativeId: string } | null;
}

const id = naming(DEFAULT_SEED);
const people = population(new Random(DEFAULT_SEED));
/** Who is behind an id of the sandbox. */
const whose = new Map(
  people.flatMap(({ key }) => [
    [id('bird-contact', key), key],
    [id('courier-individual', key), key],
  ]),
);

let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await startLiveGateway();
});
afterAll(() => gateway.close());

const ask = async (query: string) => {
  const { body } = await gateway.ask(query);
  expect(body.errors).toBeUndefined();
  return body.data;
};

const MATCH = 'basis confidence contact { nativeId } individual { nativeId }';

/** Matches however sure they are. */
const ALL = '(confidence: [VERIFIED, UNVERIFIED, AMBIGUOUS])';

/** The matches of a person's contact. */
const ofContact = async (key: string): Promise<Match[]> =>
  (await ask(`{ bird { contact(id: "${id('bird-contact', key)}") { individuals${ALL} { ${MATCH} } } } }`))
    .bird.contact.individuals;

/** The matches of a person's individual. */
const ofIndividual = async (key: string): Promise<Match[]> =>
  (
    await ask(
      `{ courier { individual(id: "${id('courier-individual', key)}") { contacts${ALL} { ${MATCH} } } } }`,
    )
  ).courier.individual.contacts;

const said = (matches: readonly Match[], side: 'contact' | 'individual') =>
  matches.map((match) => `${whose.get(match[side]?.nativeId ?? '')} ${match.confidence}`).toSorted();

const sure = (matches: readonly Match[]) => matches.filter(({ confidence }) => confidence === 'VERIFIED');

describe('nobody is taken for somebody else', () => {
  test('by any contact of Bird', async () => {
    const { bird } = await ask(
      `{ bird { contacts(first: 1000) { nodes { nativeId individuals${ALL} { ${MATCH} } } } } }`,
    );
    const { nodes } = bird.contacts as { nodes: { nativeId: string; individuals: Match[] }[] };
    expect(nodes.length).toBeGreaterThan(40);
    const pairs = nodes.flatMap(({ nativeId, individuals }) =>
      sure(individuals).map(({ individual }) => [whose.get(nativeId), whose.get(individual?.nativeId ?? '')]),
    );
    expect(pairs.length).toBeGreaterThan(15);
    for (const [contact, individual] of pairs) expect(individual).toBe(contact);
  });

  test('by any individual of courier', async () => {
    const individuals = people.filter(({ courier }) => courier).map(({ key }) => key);
    const { courier } = await ask(
      `{ courier { ${individuals
        .map(
          (key, index) =>
            `i${index}: individual(id: "${id('courier-individual', key)}") { contacts${ALL} { ${MATCH} } }`,
        )
        .join(' ')} } }`,
    );
    let pairs = 0;
    for (const [index, key] of individuals.entries()) {
      for (const { contact } of sure(courier[`i${index}`].contacts)) {
        expect(whose.get(contact?.nativeId ?? '')).toBe(key);
        pairs++;
      }
    }
    expect(pairs).toBeGreaterThan(15);
  });

  test('by the address of anybody', async () => {
    const addresses = people.flatMap(({ bird, courier }) =>
      [...(bird?.emails ?? []), courier?.email ?? []].flat(),
    );
    for (const email of new Set(addresses)) {
      const { person } = await ask(
        `{ person(by: { email: ${JSON.stringify(email)} }) { contacts { ${MATCH} } individuals { ${MATCH} } } }`,
      );
      // Whom courier alone knows, and not surely, is nobody yet.
      if (!person) continue;
      const keys = [
        ...person.contacts.map(({ contact }: Match) => whose.get(contact?.nativeId ?? '')),
        ...person.individuals.map(({ individual }: Match) => whose.get(individual?.nativeId ?? '')),
      ];
      const has = (key: string | undefined) =>
        people.some(
          (one) =>
            one.key === key &&
            [...(one.bird?.emails ?? []), one.courier?.email ?? ''].some(
              (own) => own.trim().toLowerCase() === email.trim().toLowerCase(),
            ),
        );
      // All of the person is one of those who have the address, and only one.
      expect(new Set(keys).size).toBe(1);
      expect(keys.every(has)).toBe(true);
    }
  });
});

describe('of the people who are hard to tell apart', () => {
  test('Amina, who is easy, is one person over both', async () => {
    expect(said(await ofContact('amina'), 'individual')).toEqual(['amina VERIFIED']);
    expect(said(await ofIndividual('amina'), 'contact')).toEqual(['amina VERIFIED']);
  });

  test('two with one address are not told apart by it', async () => {
    for (const match of await ofContact('rosa')) expect(match).toSatisfy(notByEmailAlone);
    for (const match of await ofIndividual('mateo')) expect(match).toSatisfy(notByEmailAlone);
  });

  test('a guardian is not the child', async () => {
    expect(said(sure(await ofContact('ingrid')), 'individual')).toEqual(['ingrid VERIFIED']);
    expect(await ofIndividual('elsa')).toEqual([]);
  });

  test('an address that was never verified leaves it open', async () => {
    expect(said(await ofContact('jun'), 'individual')).toEqual(['jun UNVERIFIED']);
    expect(said(await ofIndividual('jun'), 'contact')).toEqual(['jun UNVERIFIED']);
  });

  test('a user who was switched off vouches for nothing', async () => {
    expect(said(await ofContact('piotr'), 'individual')).toEqual(['piotr AMBIGUOUS']);
  });

  test('one with two records is not known to be either by what both have', async () => {
    for (const match of await ofContact('samuel')) expect(match).toSatisfy(notByEmailAlone);
    expect(said(sure(await ofContact('samuel')), 'individual')).not.toContain('samuel-old VERIFIED');
  });

  test('a contact with the email of one and the phone of another is surely neither, once phones are known', async () => {
    const found = await ofContact('leila');
    expect(said(sure(found), 'individual')).not.toContain('karim VERIFIED');
  });

  test('an address with spaces around it is the same', async () => {
    expect(said(await ofContact('olu'), 'individual')).toContain('olu VERIFIED');
  });
});

/** True unless an address alone made it sure. */
const notByEmailAlone = ({ basis, confidence }: Match): boolean =>
  confidence !== 'VERIFIED' || !basis.includes('EMAIL') || basis.includes('PHONE');
