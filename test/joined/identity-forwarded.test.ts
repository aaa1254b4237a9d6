import { describe, expect, test } from 'vitest';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { byContact, byIndividual, contactId, type People, startPeople, type World } from './world.ts';

const ADA = 'ada@example.com';
const PHONE = '+12025550142';
const MINE = { headers: { 'x-courier-authorization': 'Bearer mine' } };

/** A gateway whose callers bring their own credential; `Bearer mine` shows the named users. */
const start = (world: World, mine?: readonly string[]): Promise<People> =>
  startPeople({ ...world, ...(mine && { shown: { 'Bearer mine': mine } }) }, { courierForwards: true });

const TWO: World = {
  contacts: { mail: [ADA], call: [PHONE], both: [ADA, PHONE] },
  users: { ada: { email: ADA, phone: PHONE }, grace: { email: ADA, phone: PHONE } },
};
const ONE: World = { ...TWO, users: { ada: { email: ADA, phone: PHONE } } };

describe('a caller with a credential of their own', () => {
  test('is shown whom it shows, and nobody else’s credential is used for that', async () => {
    await using people = await start(ONE);
    const swept = people.courier.asked.length;
    expect(await people.individualsOf('both', MINE)).toEqual(['ada VERIFIED EMAIL+PHONE']);
    expect(await people.individualsOf('call', MINE)).toEqual(['ada VERIFIED PHONE']);
    expect(await people.contactsOf('ada', MINE)).toHaveLength(3);
    for (const by of [byContact('both'), byIndividual('ada'), { email: ADA }, { phone: PHONE }]) {
      expect((await people.person(by, MINE))?.id).toBe(btoa(`Person:${idOf('ada')}`));
    }
    expect(people.courier.asked.length).toBeGreaterThan(swept);
    for (const { headers } of people.courier.asked.slice(swept)) {
      expect(headers.authorization).toBe('Bearer mine');
    }
  });

  test('is asked for a number’s nominees alone', async () => {
    await using people = await start(ONE);
    expect(await people.individualsOf('call', MINE)).toEqual(['ada VERIFIED PHONE']);
    expect(people.calls()).toEqual({ 'GET /contacts/*': 1, 'GET /v1/users/ filter[individual-id]': 1 });
  });

  test('is shown nobody whom it does not show', async () => {
    await using people = await start(ONE, []);
    for (const contact of ['mail', 'call', 'both']) {
      expect(await people.individualsOf(contact, MINE)).toEqual([]);
    }
    expect(await people.person({ phone: PHONE }, MINE)).toMatchObject({ individuals: [] });
  });

  test.each(['mail', 'call', 'both'])(
    'is shown no sure match when another has the same: %s',
    async (contact) => {
      await using people = await start(TWO, ['ada']);
      const [match, ...others] = await people.individualsOf(contact, MINE);
      expect(match).toMatch(/^ada AMBIGUOUS /);
      expect(others).toEqual([]);
      expect((await people.person(byContact(contact), MINE))?.individuals).toEqual([]);
    },
  );

  test('is shown no sure match beside a number of somebody whom it does not show', async () => {
    await using people = await start(
      { contacts: { it: [ADA, PHONE] }, users: { ada: { email: ADA }, grace: { phone: PHONE } } },
      ['ada'],
    );
    expect(await people.individualsOf('it', MINE)).toEqual(['ada AMBIGUOUS EMAIL']);
  });

  test('is shown no sure match by what a user has too who is no individual', async () => {
    await using people = await start({
      contacts: { it: [PHONE] },
      users: { ada: { phone: PHONE }, desk: { is: null, phone: PHONE } },
    });
    expect(await people.individualsOf('it', MINE)).toEqual(['ada AMBIGUOUS PHONE']);
  });

  test('is told what courier says now, and not what the directory read', async () => {
    await using people = await start(ONE);
    people.become({ ...ONE, users: { ada: { email: ADA, phone: '+12025550199' } } });
    expect(await people.individualsOf('call', MINE)).toEqual([]);
    people.become({ ...ONE, users: { ada: { email: ADA, phone: PHONE, phoneVerified: false } } });
    expect(await people.individualsOf('call', MINE)).toEqual(['ada UNVERIFIED PHONE']);
  });

  test('neither leaves links nor follows them', async () => {
    const ODD = '+1.202.555.01.42';
    await using people = await start({ contacts: { it: [ODD] }, users: { ada: { phone: PHONE } } });
    expect(await people.individualsOf('it', MINE)).toEqual(['ada VERIFIED PHONE']);
    expect(people.directory.links(idOf('ada'))).toEqual([]);

    const key = `${WORKSPACE_ID}/${contactId('it')}`;
    people.directory.link(idOf('ada'), key);
    expect(await people.contactsOf('ada', MINE)).toEqual([]);
    expect(people.directory.links(idOf('ada'))).toEqual([key]);
  });

  test('is matched by addresses alone before the first sweep', async () => {
    await using people = await startPeople(ONE, { courierForwards: true, swept: false });
    expect(await people.individualsOf('mail', MINE)).toEqual(['ada VERIFIED EMAIL']);
    expect(await people.individualsOf('call', MINE)).toEqual([]);
  });
});

test('a caller without a credential is shown no match, though the directory knows it', async () => {
  await using people = await start(ONE);
  const { body } = await people.gateway.ask(
    `{ bird { contact(id: "${contactId('both')}") { nativeId individuals(confidence: [VERIFIED, UNVERIFIED, AMBIGUOUS]) { confidence } } } }`,
  );
  expect(body.data.bird.contact).toEqual({ nativeId: contactId('both'), individuals: null });
  expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
});
