import { describe, expect, test } from 'vitest';
import { startFront } from '../courier/front.ts';
import { individual, many, message, one, resource, user } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';
import type { Prepared } from '../support/upstream.ts';
import { birdContact, birdId, birdMessage, WORKSPACE } from './bird.ts';
import { byContact, startPeople } from './world.ts';

const QUERY = `query ($by: PersonBy!) { person(by: $by) {
  id
  contacts { basis contact { nativeId } }
  timeline { nodes { nativeId source } sources { source status } }
} }`;

const PERSON_OF_COURIER = QUERY.replace(
  'contacts { basis contact { nativeId } }',
  'individuals { basis individual { nativeId } }',
);

const contact = birdContact('contact', [
  ['emailaddress', 'ada@example.com'],
  ['phonenumber', '+12025550100'],
]);

const BIRD = {
  [`POST ${WORKSPACE}/contacts/search`]: { body: { results: [contact] } },
  [`GET ${WORKSPACE}/contacts/${contact.id}`]: { body: contact },
  [`GET ${WORKSPACE}/channels/messages`]: ({ params }: { params: URLSearchParams }) => ({
    body: {
      results: params.has('to') ? [birdMessage('hello', 'line', { receiver: { contacts: [contact] } })] : [],
    },
  }),
} satisfies Record<string, Prepared>;

const COURIER = {
  'GET /v1/individuals/*/': one({ ...individual('ada'), id: idOf('ada') }),
  'GET /v1/users/': many([
    user('ada', {
      email: 'ada@example.com',
      'email-verified': true,
      phone: '+12025550100',
      'phone-verified': true,
      'primary-individual-id': idOf('ada'),
    }),
  ]),
  'GET /v1/messaging-channels/': many([
    resource('messaging-channels', 'room', { 'last-message': { 'posted-time': '2026-01-01 10:00:00' } }),
  ]),
  'GET /v1/messaging-messages/': many([message('in the room')]),
  'GET /v1/user-emails/': many([]),
  'GET /v1/text-accounts/': many([]),
} satisfies Record<string, Prepared>;

const DOWN: [string, Prepared][] = [
  ['answers 500', { status: 500 }],
  ['breaks off', { destroy: true }],
  ['hangs', { until: new Promise(() => {}) }],
];

const down = (answers: object, how: Prepared): Record<string, Prepared> =>
  Object.fromEntries(Object.keys(answers).map((name) => [name, how]));

describe.each(DOWN)('while the other upstream %s', (_, how) => {
  test('a contact is a person with Bird’s part of the timeline', async () => {
    await using front = await startFront({ bird: BIRD, courier: down(COURIER, how) });
    const { person } = await front.data(QUERY, { by: { birdContactId: contact.id } });
    expect(person).toEqual({
      id: birdId('Person', 'contact'),
      contacts: [{ basis: ['SELF'], contact: { nativeId: contact.id } }],
      timeline: {
        nodes: [{ nativeId: idOf('hello'), source: 'BIRD' }],
        sources: [
          { source: 'BIRD', status: 'OK' },
          { source: 'COURIER', status: 'FAILED' },
        ],
      },
    });
  });

  test('an individual is a person with courier’s part of the timeline', async () => {
    await using front = await startFront({ bird: down(BIRD, how), courier: COURIER });
    const { person } = await front.data(PERSON_OF_COURIER, { by: { courierIndividualId: idOf('ada') } });
    expect(person).toMatchObject({
      individuals: [{ basis: ['SELF'], individual: { nativeId: idOf('ada') } }],
      timeline: {
        nodes: [{ nativeId: idOf('in the room'), source: 'COURIER' }],
        sources: [
          { source: 'BIRD', status: 'FAILED' },
          { source: 'COURIER', status: 'OK' },
        ],
      },
    });
  });
});

test('a timeline of which no upstream can tell anything is an error', async () => {
  await using front = await startFront({
    bird: { ...BIRD, [`GET ${WORKSPACE}/channels/messages`]: { until: new Promise(() => {}) } },
    courier: down(COURIER, { until: new Promise(() => {}) }),
  });
  const { body } = await front.gateway.ask(QUERY, { by: { birdContactId: contact.id } });
  expect(body.data.person).toMatchObject({ id: birdId('Person', 'contact'), timeline: null });
  expect(body.errors).toMatchObject([
    { path: ['person', 'timeline'], extensions: { code: 'UPSTREAM_TIMEOUT' } },
  ]);
});

test('a contact without identifiers is a person to whom nothing was said', async () => {
  const nobody = birdContact('nobody', []);
  await using front = await startFront({
    bird: { ...BIRD, [`GET ${WORKSPACE}/contacts/${nobody.id}`]: { body: nobody } },
    courier: down(COURIER, { status: 500 }),
  });
  const { person } = await front.data(QUERY, { by: { birdContactId: nobody.id } });
  expect(person.timeline).toEqual({
    nodes: [],
    sources: [
      { source: 'BIRD', status: 'OK' },
      { source: 'COURIER', status: 'SKIPPED' },
    ],
  });
});

test('what the directory knows is used while courier is down', async () => {
  await using people = await startPeople({
    contacts: { mail: ['ada@example.com'], work: ['Ada@Example.com'] },
    users: { ada: { email: 'ada@example.com' } },
  });
  // Both are looked at once while courier is up, so that they are known to be the individual.
  for (const name of ['mail', 'work']) await people.person(byContact(name));
  people.courier.answers({
    'GET /v1/users/': { status: 500 },
    'GET /v1/messaging-channels/': { status: 500 },
    'GET /v1/individuals/*/': { status: 500 },
  });
  people.bird.answers({ [`GET ${WORKSPACE}/channels/messages`]: { body: { results: [] } } });
  expect(await people.person(byContact('mail'))).toMatchObject({
    contacts: ['mail VERIFIED SELF', 'work VERIFIED EMAIL'],
    individuals: ['ada VERIFIED EMAIL'],
  });
  const { person } = await people.data(QUERY, { by: byContact('mail') });
  expect(person.timeline.sources).toEqual([
    { source: 'BIRD', status: 'OK' },
    { source: 'COURIER', status: 'FAILED' },
  ]);
});

test('a phone that only courier could confirm makes no match while courier is down', async () => {
  await using people = await startPeople({
    contacts: { phone: ['+12025550100', 'other@example.com'] },
    users: { ada: { phone: '+12025550100' } },
  });
  people.courier.answers({ 'GET /v1/users/': { status: 500 } });
  people.bird.answers({ [`GET ${WORKSPACE}/channels/messages`]: { body: { results: [] } } });
  const { body } = await people.gateway.ask(
    `query ($by: PersonBy!) { person(by: $by) { individuals { confidence } timeline { sources { source status } } } }`,
    { by: byContact('phone') },
  );
  expect(body.data.person).toEqual({
    individuals: null,
    timeline: {
      sources: [
        { source: 'BIRD', status: 'OK' },
        { source: 'COURIER', status: 'FAILED' },
      ],
    },
  });
  expect(body.errors).toMatchObject([{ path: ['person', 'individuals'] }]);
});
