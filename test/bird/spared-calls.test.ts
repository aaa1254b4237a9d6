import { describe, expect, test } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import type { Answer } from '../support/upstream.ts';
import { channelRow, contactRow, filtered, gid, messageRow, page, startBird } from './bird.ts';

const CONTACT = `GET /contacts/${idOf('ada')}`;
const CHANNEL = `GET /channels/${idOf('sms')}`;
const PATCH = `PATCH /contacts/${idOf('ada')}`;
const READ = `{ bird { contact(id: "${idOf('ada')}") { displayName } channel(id: "${idOf('sms')}") { name } } }`;
const NAME = `{ bird { contact(id: "${idOf('ada')}") { displayName } } }`;
const nameOf = (data: { bird: { contact: { displayName: string } | null } }) =>
  data.bird.contact?.displayName;

const prepared = { [CONTACT]: { body: contactRow('ada') }, [CHANNEL]: { body: channelRow('sms') } };

describe('within FRESH_MS', () => {
  const fresh = { freshMs: 60_000 };

  test('a contact and a channel that were read are not read again', async () => {
    await using pigeon = await startBird(prepared, fresh);
    const once = await pigeon.query(READ);
    expect(pigeon.calls()).toHaveLength(2);
    expect(await pigeon.query(READ)).toEqual(once);
    expect(pigeon.calls()).toEqual([]);
  });

  test('what a list has shown is not read again', async () => {
    await using pigeon = await startBird(
      { 'GET /contacts': page([contactRow('ada')]), 'GET /channels': page([channelRow('sms')]) },
      fresh,
    );
    await pigeon.query('{ bird { contacts { nodes { id } } channels { nodes { id } } } }');
    pigeon.calls();
    expect(nameOf(await pigeon.query(READ))).toBe('contact ada');
    expect(pigeon.calls()).toEqual([]);
  });

  test('only those that were not read are read', async () => {
    await using pigeon = await startBird(
      {
        ...prepared,
        'GET /channels': filtered(['mail', 'chat'].map((word) => channelRow(word))),
        'GET /channels/messages': page(
          ['sms', 'mail', 'chat'].map((channel) => messageRow(`m-${channel}`, { channel })),
        ),
      },
      fresh,
    );
    await pigeon.query(READ);
    pigeon.calls();
    await pigeon.query('{ bird { messages { nodes { channel { name } contact { displayName } } } } }');
    expect(pigeon.calls()).toEqual([
      'GET /channels/messages?limit=20',
      `GET /channels?id=${idOf('mail')}&id=${idOf('chat')}&limit=2`,
    ]);
  });

  test('messages are always read', async () => {
    const id = gid('BirdMessage', 'sms', 'm');
    const message = `GET /channels/${idOf('sms')}/messages/${idOf('m')}`;
    await using pigeon = await startBird({ [message]: { body: messageRow('m') } }, fresh);
    for (let time = 0; time < 2; time++)
      await pigeon.query(`{ node(id: "${id}") { ... on BirdMessage { text } } }`);
    expect(pigeon.calls()).toEqual([message, message]);
  });

  test('what is not there is asked for again', async () => {
    await using pigeon = await startBird({ [CONTACT]: { status: 404 } }, fresh);
    expect(nameOf(await pigeon.query(NAME))).toBeUndefined();
    pigeon.answers({ [CONTACT]: { body: contactRow('ada') } });
    expect(nameOf(await pigeon.query(NAME))).toBe('contact ada');
  });

  test('another gateway asks for itself', async () => {
    await using pigeon = await startBird(prepared, fresh);
    await using other = await startTestGateway({ bird: pigeon.bird, ...fresh });
    await pigeon.query(NAME);
    await other.ask(NAME);
    expect(pigeon.calls()).toEqual([CONTACT, CONTACT]);
  });

  test('our own update is seen at once, without a call', async () => {
    await using pigeon = await startBird(prepared, fresh);
    await pigeon.query(NAME);
    pigeon.answers({ [PATCH]: { body: contactRow('ada', { computedDisplayName: 'Ada L.' }) } });
    await pigeon.query(
      `mutation { updateBirdContact(input: { id: "${idOf('ada')}", attributes: { firstName: "Ada" } }) { contact { id } } }`,
    );
    pigeon.calls();
    expect(nameOf(await pigeon.query(NAME))).toBe('Ada L.');
    expect(pigeon.calls()).toEqual([]);
  });

  const key = 'key: "emailaddress", value: "ada@example.com"';
  test.each<[string, string, Answer]>([
    [
      `addBirdContactIdentifier(input: { contactId: "${idOf('ada')}", ${key} }) { identifier { key } }`,
      `POST /contacts/${idOf('ada')}/identifiers`,
      { status: 201, raw: '' },
    ],
    [
      `removeBirdContactIdentifier(input: { contactId: "${idOf('ada')}", ${key} }) { contactId }`,
      `DELETE /contacts/${idOf('ada')}/identifiers`,
      { status: 204 },
    ],
    [
      `deleteBirdContact(input: { id: "${idOf('ada')}" }) { id }`,
      `DELETE /contacts/${idOf('ada')}`,
      { status: 204 },
    ],
    [
      `updateBirdContact(input: { id: "${idOf('ada')}", attributes: {} }) { contact { id } }`,
      PATCH,
      { destroy: true },
    ],
  ])('a contact is read anew after %s', async (mutation, call, answer) => {
    await using pigeon = await startBird({ ...prepared, [call]: answer }, fresh);
    await pigeon.query(NAME);
    await pigeon.gateway.ask(`mutation { ${mutation} }`);
    await pigeon.query(NAME);
    expect(pigeon.calls()).toEqual([CONTACT, call, CONTACT]);
  });

  test('a contact that was read while it was being changed is read anew', async () => {
    const changing = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    await using pigeon = await startBird(
      {
        ...prepared,
        [`DELETE /contacts/${idOf('ada')}`]: () => {
          arrived.resolve();
          return { status: 204, until: changing.promise };
        },
      },
      fresh,
    );
    const deleting = pigeon.gateway.ask(
      `mutation { deleteBirdContact(input: { id: "${idOf('ada')}" }) { id } }`,
    );
    await arrived.promise;
    expect(nameOf(await pigeon.query(NAME))).toBe('contact ada');
    changing.resolve();
    await deleting;
    pigeon.answers({ [CONTACT]: { status: 404 } });
    expect(nameOf(await pigeon.query(NAME))).toBeUndefined();
  });
});

test('with FRESH_MS 0 everything is read anew', async () => {
  await using pigeon = await startBird(prepared, { freshMs: 0 });
  await pigeon.query(READ);
  await pigeon.query(READ);
  expect(pigeon.calls()).toHaveLength(4);
});

describe('an operation', () => {
  test('that needs more calls than BUDGET_CALLS loses what is beyond them', async () => {
    const rows = Array.from({ length: 10 }, (_, index) => messageRow(`m${index}`, { contact: `p${index}` }));
    await using pigeon = await startBird(
      { 'GET /channels/messages': page(rows), 'GET /contacts/*': { body: contactRow('p') } },
      { budgetCalls: 5 },
    );
    const { body } = await pigeon.gateway.ask(
      '{ bird { messages { nodes { text contact { displayName } } } } }',
    );
    expect(pigeon.calls()).toHaveLength(5);
    expect(body.data.bird.messages.nodes.filter((node: { contact: unknown }) => node.contact)).toHaveLength(
      4,
    );
    expect(body.errors).toHaveLength(6);
    for (const { extensions } of body.errors ?? []) expect(extensions.code).toBe('BUDGET_EXCEEDED');
  });

  test('has the whole of BUDGET_CALLS, whatever others have used', async () => {
    await using pigeon = await startBird(prepared, { budgetCalls: 2 });
    await pigeon.query(READ);
    await pigeon.query(READ);
    expect(pigeon.calls()).toHaveLength(4);
  });
});

test('identical reads of operations in flight share one call', async () => {
  const both = Promise.withResolvers<void>();
  let arrived = 0;
  const meet = () => {
    if (++arrived === 2) both.resolve();
    return { body: channelRow('any') };
  };
  await using pigeon = await startBird({
    [CONTACT]: { body: contactRow('ada'), until: both.promise },
    'GET /channels/*': meet,
  });
  // Each asks for a channel of its own at the same moment, which tells that it has come.
  const asking = ['sms', 'mail'].map((word) =>
    pigeon.query(
      `{ bird { contact(id: "${idOf('ada')}") { displayName } channel(id: "${idOf(word)}") { platformId } } }`,
    ),
  );
  expect((await Promise.all(asking)).map(nameOf)).toEqual(['contact ada', 'contact ada']);
  expect(pigeon.calls().filter((call) => call === CONTACT)).toHaveLength(1);
});

test('with SHARING off every operation makes its own calls and keeps nothing', async () => {
  const both = Promise.withResolvers<void>();
  let arrived = 0;
  await using pigeon = await startBird(
    {
      [CONTACT]: async () => {
        if (++arrived === 2) both.resolve();
        await both.promise;
        return { body: contactRow('ada') };
      },
    },
    { sharing: false, freshMs: 60_000 },
  );
  const names = (await Promise.all([pigeon.query(NAME), pigeon.query(NAME)])).map(nameOf);
  names.push(nameOf(await pigeon.query(NAME)));
  expect(names).toEqual(Array(3).fill('contact ada'));
  expect(pigeon.calls()).toEqual(Array(3).fill(CONTACT));
});
