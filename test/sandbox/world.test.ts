import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { describe, expect, it } from 'vitest';
import { Clock } from '../../src/sandbox/clock.ts';
import { contractOf } from '../../src/sandbox/contract.ts';
import { attributesOf } from '../../src/sandbox/courier/dialect.ts';
import { Fields } from '../../src/sandbox/fields.ts';
import { fixtureIds } from '../../src/sandbox/fixture-ids.ts';
import { liveOn } from '../../src/sandbox/life.ts';
import { createWorld } from '../../src/sandbox/world.ts';
import { started } from './ask.ts';

const NOON = new Date('2026-03-10T12:00:00.000Z');

/** Every row of both upstreams after so many steps of life; dates aside when told so. */
function everything(seed: number, now: Date, steps = 0, dates = true): string {
  const { bird, courier, ...world } = createWorld(seed, new Clock(now));
  for (let step = 0; step < steps; step++) liveOn({ ...world, bird, courier });
  const rows = [bird, courier].flatMap((api) => api.rows.tables.map(([, table]) => table.all()));
  const text = JSON.stringify([bird.accessKey, courier.token, rows]);
  return dates ? text : text.replace(/\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?/g, 'then');
}

describe('a world', () => {
  it('is the same under the same seed, after life went on too', () => {
    expect(everything(3, NOON)).toBe(everything(3, NOON));
    expect(everything(3, NOON)).not.toBe(everything(4, NOON));
    expect(everything(3, NOON, 20, false)).toBe(everything(3, new Date('2027-01-01T00:00:00Z'), 20, false));
  });

  it('has its fixture ids at every start', async () => {
    await using running = await started();
    const { bird, courier, sandbox } = running;
    expect(JSON.stringify(sandbox.fixtureIds)).toBe(JSON.stringify(fixtureIds));
    const contact = (await bird('GET', `/contacts/${fixtureIds.birdContactId}`)).body;
    expect(contact).toMatchObject({
      computedDisplayName: fixtureIds.name,
      attributes: { emailaddress: [fixtureIds.email], phonenumber: [fixtureIds.phone] },
    });
    const user = (await courier('GET', `/users/${fixtureIds.courierUserId}/`)).body.data.attributes;
    expect(user).toMatchObject({ 'email-verified': true, 'phone-verified': true, state: 'active' });
    expect(user['primary-individual-id']).toBe(fixtureIds.courierIndividualId);
    expect(user.email.toLowerCase()).toBe(fixtureIds.email);
    expect(parsePhoneNumberFromString(user.phone)?.number).toBe(fixtureIds.phone);
    for (const channelId of [
      fixtureIds.birdChannelId,
      fixtureIds.birdSmsChannelId,
      fixtureIds.birdEmailChannelId,
    ]) {
      const { results } = (await bird('GET', `/channels/${channelId}/messages?limit=1000`)).body;
      expect(JSON.stringify(results)).toContain(fixtureIds.birdContactId);
    }
    const read = await bird(
      'GET',
      `/channels/${fixtureIds.birdChannelId}/messages/${fixtureIds.birdMessageId}/interactions`,
    );
    expect(read.body.results.map(({ type }: { type: string }) => type).sort()).toEqual(['reaction', 'read']);
    expect(
      (await courier('GET', `/messaging-messages/${fixtureIds.courierMessageId}/`)).body.data.attributes[
        'first-name'
      ],
    ).toBe('Farah');
    for (const path of [`/texts/${fixtureIds.courierTextId}/`, `/user-emails/${fixtureIds.courierEmailId}/`])
      expect(await courier('GET', path)).toMatchObject({ status: 200 });
  });

  it('holds some sixty people, most of them in both systems, with possible phones and made-up addresses', () => {
    const { people } = createWorld(20_26, new Clock(NOON));
    expect(people.length).toBeGreaterThan(57);
    expect(people.filter(({ bird, courier }) => bird && courier).length).toBeGreaterThan(42);
    for (const { bird, courier, key, locale } of people) {
      const country = locale === 'nl_NL' ? 'NL' : 'US';
      for (const phone of [...(bird?.phones ?? []), ...(courier?.phone ? [courier.phone] : [])]) {
        const parsed = parsePhoneNumberFromString(phone, country) ?? parsePhoneNumberFromString(`+${phone}`);
        expect(
          parsed?.isPossible() || parsePhoneNumberFromString(`+${phone}`)?.isPossible(),
          `${key} ${phone}`,
        ).toBe(true);
      }
      for (const email of [...(bird?.emails ?? []), ...(courier?.email ? [courier.email] : [])])
        expect(email.trim()).toMatch(/@example\.(com|org|net)$/i);
    }
  });

  it('shows every body type and every status on Bird, and one type nobody knows', async () => {
    await using running = await started();
    const { results } = (await running.bird('GET', '/channels/messages?limit=1000')).body;
    expect(results.length).toBeGreaterThan(300);
    const types = new Set(results.map(({ body }: { body?: { type: string } }) => body?.type ?? 'template'));
    expect([...types].sort()).toEqual([
      ...['action', 'authentication', 'carousel', 'file', 'gif', 'html', 'image', 'list'],
      ...['location', 'section', 'sticker', 'template', 'text'],
    ]);
    expect(new Set(results.map(({ status }: { status: string }) => status)).size).toBe(10);
  });

  it('shows every status of a text and of an email, drafts, removed messages, reactions and attachments on courier', () => {
    const { rows } = createWorld(20_26, new Clock(NOON)).courier;
    const statuses = (type: string) =>
      new Set(rows.all(type).map(({ attributes }) => attributes.status)).size;
    expect(statuses('texts')).toBe(11);
    expect(statuses('user-emails')).toBe(5);
    const messages = rows.all('messaging-messages').map(({ attributes }) => attributes);
    expect(messages.length).toBeGreaterThan(300);
    for (const has of [
      messages.some(({ draft }) => draft),
      messages.some(({ removed }) => removed),
      messages.some(({ reactions }) => reactions.length > 1),
      messages.some(({ attachments }) => attachments.length > 0),
    ])
      expect(has).toBe(true);
  });

  it('has rows of everything that either contract describes, whose ids lead to rows that are there', () => {
    const world = createWorld(20_26, new Clock(NOON));
    const fields = new Fields(contractOf('courier'));
    const attributes = attributesOf(contractOf('courier'));
    for (const type of contractOf('courier').operations.flatMap(({ path }) => path.split('/')[2] ?? [])) {
      if (!attributes(type).properties || type === 'aggregation-requests') continue;
      expect(world.courier.rows.all(type).length, type).toBeGreaterThan(0);
    }
    for (const [type, table] of world.courier.rows.tables)
      for (const row of table.all())
        for (const pointed of fields.pointed(attributes(type), row.attributes))
          expect(
            world.courier.rows.get(pointed.type, pointed.id),
            `${type} ${pointed.pointer}`,
          ).toBeDefined();
    for (const type of [
      'Channel',
      'ChannelGroup',
      'Connector',
      'Contact',
      'List',
      'Message',
      'AttributeDefinition',
    ])
      expect(world.bird.rows.all(type).length, type).toBeGreaterThan(1);
  });

  it('stays bounded however long it lives', () => {
    const world = createWorld(1, new Clock(NOON));
    const before = world.bird.rows.in('Message').size;
    for (let step = 0; step < 400; step++) liveOn(world);
    expect(world.bird.rows.in('Message').size).toBeGreaterThan(before + 50);
    const row = world.bird.rows.all('Message').at(-1);
    if (!row) throw new Error('no message');
    for (let count = 0; count < 6000; count++)
      world.bird.rows.add({ ...row, id: world.fresh('bird-message') });
    expect(world.bird.rows.in('Message').size).toBe(before + 5000);
  });
});
