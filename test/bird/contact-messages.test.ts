import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import type { Prepared } from '../support/upstream.ts';
import { contactRow, messageRow, moment, page, startBird } from './bird.ts';

const LIST = 'GET /channels/messages';
const PHONE = '+31612345678';

type Row = ReturnType<typeof messageRow>;

/** Bird's list: newest first, by one side's identifiers and by time, page by page. */
const serve =
  (rows: readonly Row[]): Prepared =>
  ({ params }) => {
    const [startAt, endAt] = [params.get('startAt') ?? moment(0), params.get('endAt') ?? moment(1e6)];
    const side = params.has('from') ? 'incoming' : 'outgoing';
    const found = rows
      .filter(({ direction, createdAt }) => direction === side && createdAt >= startAt && createdAt <= endAt)
      .toSorted((one, other) =>
        one.createdAt < other.createdAt ? 1 : one.createdAt > other.createdAt ? -1 : 0,
      );
    const [start, limit] = [Number(params.get('pageToken') ?? 0), Number(params.get('limit'))];
    return page(
      found.slice(start, start + limit),
      found.length > start + limit ? String(start + limit) : undefined,
    );
  };

const QUERY = `query ($id: ID!, $first: Int, $after: String, $direction: MessageDirection) { bird { contact(id: $id) {
  messages(first: $first, after: $after, direction: $direction) { nodes { nativeId text } pageInfo { hasNextPage endCursor } }
} } }`;

interface Found {
  readonly messages: {
    readonly nodes: readonly { readonly nativeId: string; readonly text: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}

test('both directions are one list, newest first, for one call each', async () => {
  const rows = [
    messageRow('first', { createdAt: moment(10) }),
    messageRow('second', { createdAt: moment(20), incoming: true }),
    messageRow('third', { createdAt: moment(30) }),
  ];
  await using pigeon = await startBird({
    'GET /contacts/*': { body: contactRow('ada') },
    [LIST]: serve(rows),
  });
  const { bird } = await pigeon.query(QUERY, { id: idOf('ada'), first: 10 });
  expect(bird.contact.messages.nodes.map(({ text }: { text: string }) => text)).toEqual([
    'third',
    'second',
    'first',
  ]);
  const [contact, ...lists] = pigeon.calls();
  expect(contact).toBe(`GET /contacts/${idOf('ada')}`);
  expect(lists.toSorted()).toEqual([
    `${LIST}?from=${PHONE}&startAt=1970-01-01T00:00:00.000Z&limit=99`,
    `${LIST}?to=${PHONE}&startAt=1970-01-01T00:00:00.000Z&limit=99`,
  ]);
});

test.each([
  ['INCOMING', 'from'],
  ['OUTGOING', 'to'],
])('%s asks for one side alone', async (direction, parameter) => {
  await using pigeon = await startBird({ 'GET /contacts/*': { body: contactRow('ada') }, [LIST]: serve([]) });
  await pigeon.query(QUERY, { id: idOf('ada'), direction });
  const asked = pigeon.bird.asked.slice(1);
  expect(asked.map(({ params }) => [params.get('from'), params.get('to')])).toEqual([
    parameter === 'from' ? [PHONE, null] : [null, PHONE],
  ]);
});

test('all identifiers are asked for together, after reading those that Bird does not show', async () => {
  await using pigeon = await startBird({
    'GET /contacts/*': { body: contactRow('ada', { identifierCount: 2 }) },
    'GET /contacts/*/identifiers': page([
      { key: 'phonenumber', value: PHONE },
      { key: 'emailaddress', value: 'ada@example.com' },
    ]),
    [LIST]: serve([]),
  });
  await pigeon.query(QUERY, { id: idOf('ada'), direction: 'INCOMING' });
  expect(pigeon.calls().slice(1)).toEqual([
    `GET /contacts/${idOf('ada')}/identifiers?limit=100`,
    `${LIST}?from=${PHONE}&from=ada@example.com&startAt=1970-01-01T00:00:00.000Z&limit=99`,
  ]);
});

test('a contact without identifiers has no messages, and none are asked for', async () => {
  await using pigeon = await startBird({
    'GET /contacts/*': { body: contactRow('ada', { featuredIdentifiers: undefined, identifierCount: 0 }) },
  });
  const { bird } = await pigeon.query(QUERY, { id: idOf('ada') });
  expect(bird.contact.messages.nodes).toEqual([]);
  expect(pigeon.calls()).toHaveLength(1);
});

test('messages of others who share an identifier are passed over', async () => {
  const rows = Array.from({ length: 30 }, (_, index) =>
    messageRow(`m${index}`, { createdAt: moment(index), contact: index % 10 === 0 ? 'ada' : 'eve' }),
  );
  await using pigeon = await startBird({
    'GET /contacts/*': { body: contactRow('ada') },
    [LIST]: serve(rows),
  });
  const { bird } = await pigeon.query(QUERY, { id: idOf('ada'), first: 2, direction: 'OUTGOING' });
  expect(bird.contact.messages.nodes.map(({ text }: { text: string }) => text)).toEqual(['m20', 'm10']);
  expect(bird.contact.messages.pageInfo.hasNextPage).toBe(true);
});

test('pages of any sizes give the same list, also where many messages are of one moment', async () => {
  await using pigeon = await startBird(
    { 'GET /contacts/*': { body: contactRow('ada') } },
    { deadlineMs: 10_000 },
  );
  const rows = fc.array(
    fc.record({
      at: fc.nat({ max: 8 }),
      incoming: fc.boolean(),
      contact: fc.constantFrom('ada', 'ada', 'eve'),
    }),
    { maxLength: 25 },
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(rows, sizes, async (drawn, pages) => {
      const list = drawn.map(({ at, ...words }, index) =>
        messageRow(`m${index}`, { ...words, createdAt: moment(at) }),
      );
      pigeon.answers({ [LIST]: serve(list) });
      const whole = list
        .filter((_, index) => drawn[index]?.contact === 'ada')
        .toSorted((one, other) =>
          one.createdAt === other.createdAt
            ? one.id < other.id
              ? -1
              : 1
            : one.createdAt < other.createdAt
              ? 1
              : -1,
        )
        .map(({ id }) => id);
      const found: string[] = [];
      let after: string | null = null;
      for (let count = 0; ; count++) {
        const variables: object = { id: idOf('ada'), first: pages[count % pages.length], after };
        const { messages }: Found = (await pigeon.query(QUERY, variables)).bird.contact;
        found.push(...messages.nodes.map(({ nativeId }) => nativeId));
        after = messages.pageInfo.endCursor;
        if (!messages.pageInfo.hasNextPage) break;
      }
      expect(found).toEqual(whole);
    }),
    { numRuns: 40 },
  );
});

test.each([
  '',
  'x',
  Buffer.from(JSON.stringify({ k: `bird contact messages ${idOf('ada')}`, t: null, i: 'x' })).toString(
    'base64url',
  ),
  Buffer.from(JSON.stringify({ k: `bird contact messages ${idOf('ada')}`, t: 1e300, r: 0, i: 'x' })).toString(
    'base64url',
  ),
])('the cursor %j is refused by its name', async (after) => {
  await using pigeon = await startBird({ 'GET /contacts/*': { body: contactRow('ada') } });
  const { extensions } = await pigeon.refusal(QUERY, { id: idOf('ada'), after });
  expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', ['after']]);
  expect(pigeon.calls()).toHaveLength(1);
});

test('a message whose time cannot be read comes last, and is there', async () => {
  const rows = [messageRow('old', { createdAt: moment(1) }), messageRow('odd', { createdAt: 'yesterday' })];
  await using pigeon = await startBird({
    'GET /contacts/*': { body: contactRow('ada') },
    [LIST]: page(rows),
  });
  const { bird } = await pigeon.query(QUERY, { id: idOf('ada'), direction: 'OUTGOING' });
  expect(bird.contact.messages.nodes.map(({ text }: { text: string }) => text)).toEqual(['old', 'odd']);
});
