import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import { startFront } from '../courier/front.ts';
import { pageOf } from '../courier/samples.ts';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { birdId, WORKSPACE } from './bird.ts';
import {
  BIRD_LIST,
  birdList,
  COURIER_LIST,
  contactOf,
  courierList,
  courierRow,
  type Said,
  second,
  type Talked,
} from './inbox.ts';

const ASK = `query ($first: Int, $after: String, $source: Source, $channels: [ID!], $unreadOnly: Boolean, $since: DateTime) {
  conversations(first: $first, after: $after, source: $source, channels: $channels, unreadOnly: $unreadOnly, since: $since) {
    edges { cursor node { id source unread lastActivityAt channel { id } participants { name self } lastMessage { id text createdAt } } }
    pageInfo { hasNextPage endCursor }
    sources { source status error }
  }
}`;

interface Page {
  readonly edges: readonly {
    readonly cursor: string;
    readonly node: { readonly id: string; readonly lastActivityAt: string };
  }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  readonly sources: readonly object[];
}

const ok = (source: string) => ({ source, status: 'OK', error: null });
const skipped = (source: string) => ({ source, status: 'SKIPPED', error: null });
const failed = (source: string) => ({ source, status: 'FAILED', error: expect.any(String) });
const ids = ({ edges }: Page) => edges.map(({ node }) => node.id);

const talkId = (channel: string, contact: string) => birdId('Conversation', channel, contact);
const roomId = (name: string) => globalId('Conversation', idOf(name));

/** The ids of all conversations, as they should come. */
const expected = (said: readonly Said[], talked: readonly Talked[]): string[] => {
  const last = new Map<string, number>();
  for (const { channel, with: whom, at } of said) {
    for (const one of whom) {
      const id = talkId(channel, one);
      last.set(id, Math.max(last.get(id) ?? 0, at));
    }
  }
  const key = (id: string) => Buffer.from(id, 'base64').toString();
  const all = [
    ...[...last].map(([id, at]) => ({ id, at, rank: 0 })),
    ...talked.flatMap(({ name, at }) => (at === undefined ? [] : [{ id: roomId(name), at, rank: 1 }])),
  ];
  return all
    .toSorted(
      (one, other) => other.at - one.at || one.rank - other.rank || (key(one.id) < key(other.id) ? -1 : 1),
    )
    .map(({ id }) => id);
};

interface Inbox {
  readonly said: readonly Said[];
  readonly talked: readonly Talked[];
}

const start = (
  { said, talked }: Inbox,
  { order = 'newest', by = 'at' }: { order?: 'newest' | 'oldest'; by?: 'at' | 'changedAt' } = {},
) =>
  startFront({
    bird: { [BIRD_LIST]: birdList(() => said, order) },
    courier: { [COURIER_LIST]: courierList(() => talked, by) },
    deadlineMs: 20_000,
  });

const pages = async (front: Awaited<ReturnType<typeof start>>, first: number, more: object = {}) => {
  const found: string[] = [];
  let after: string | undefined;
  for (let goesOn = true; goesOn; ) {
    const { conversations } = await front.data(ASK, { first, after, ...more });
    expect(conversations.edges.length).toBeLessThanOrEqual(first);
    found.push(...ids(conversations));
    after = conversations.pageInfo.endCursor;
    goesOn = conversations.pageInfo.hasNextPage;
  }
  return found;
};

/** Thirty contacts over three channels, each said something to five times, and twenty-five channels of courier. */
const LARGE: Inbox = {
  said: Array.from({ length: 150 }, (_, index) => ({
    name: `m${index}`,
    channel: `line ${index % 3}`,
    with: [`contact ${(index * 7) % 30}`],
    at: 10 + index * 3,
  })),
  talked: Array.from({ length: 25 }, (_, index) => ({
    name: `room ${index}`,
    with: [`client ${index}`],
    at: 11 + index * 17,
    unread: index % 4,
  })),
};

const SMALL: Inbox = {
  said: [
    { name: 'a1', channel: 'sms', with: ['ada'], at: 10 },
    { name: 'b1', channel: 'sms', with: ['bob'], at: 20 },
    { name: 'a2', channel: 'whatsapp', with: ['ada'], at: 30 },
    { name: 'a3', channel: 'sms', with: ['ada'], at: 41 },
  ],
  talked: [
    { name: 'carol', with: ['carol'], at: 25, unread: 2 },
    { name: 'group', with: ['carol', 'dan'], at: 35 },
    { name: 'empty', with: ['eve'] },
  ],
};

describe('conversations', () => {
  test('are of both upstreams, the one last said something in first, each with its newest message', async () => {
    await using front = await start(SMALL);
    const { conversations } = await front.data(ASK);
    expect(ids(conversations)).toEqual([
      talkId('sms', 'ada'),
      roomId('group'),
      talkId('whatsapp', 'ada'),
      roomId('carol'),
      talkId('sms', 'bob'),
    ]);
    expect(conversations.edges[0].node).toMatchObject({
      source: 'BIRD',
      unread: null,
      lastActivityAt: second(41),
      channel: { id: birdId('BirdChannel', 'sms') },
      participants: [{ name: 'Called ada', self: false }],
      lastMessage: { id: birdId('BirdMessage', 'sms', 'a3'), text: 'words of a3', createdAt: second(41) },
    });
    expect(conversations.edges[3].node).toMatchObject({
      source: 'COURIER',
      unread: 2,
      lastActivityAt: second(25),
      channel: { id: globalId('CourierChannel', idOf('carol')) },
      participants: [
        { name: 'Farah Desk', self: true },
        { name: 'carol Diallo', self: false },
      ],
      lastMessage: { id: globalId('CourierMessage', idOf('last of carol')), text: 'last of carol' },
    });
    expect(conversations.sources).toEqual([ok('BIRD'), ok('COURIER')]);
    // All of that is in one list each.
    expect(front.bird.calls()).toEqual([`${BIRD_LIST}?startAt=1970-01-01T00:00:00.000Z&limit=105`]);
    expect(front.courier.calls()).toEqual([
      `${COURIER_LIST}?filter[archived]=false&sort=-last-timestamp&page[limit]=99&page[offset]=0`,
    ]);
  });

  test.each([1, 4, 30])('come page by page of %i, each once, for a handful of calls', async (first) => {
    await using front = await start(LARGE);
    const all = expected(LARGE.said, LARGE.talked);
    expect(all.length).toBeGreaterThan(50);
    expect(await pages(front, first)).toEqual(all);
    const count = Math.ceil(all.length / first);
    // What is newer, what comes first, and what is far enough back.
    expect(front.bird.asked.length).toBeLessThanOrEqual(3 * count);
    expect(front.courier.asked).toHaveLength(count);
  });

  test.each([
    ['oldest', 'at'],
    ['newest', 'changedAt'],
  ] as const)('are the same where Bird lists the %s first and courier sorts by %s', async (order, by) => {
    const talked = LARGE.talked.map((one, index) => ({
      ...one,
      changedAt: (one.at ?? 0) + (index % 5) * 40,
    }));
    await using front = await start({ ...LARGE, talked }, { order, by });
    expect(await pages(front, 9)).toEqual(expected(LARGE.said, talked));
  });

  test('go on behind any row', async () => {
    await using front = await start(LARGE);
    const all = expected(LARGE.said, LARGE.talked);
    const { conversations } = await front.data(ASK, { first: 12 });
    for (const [index, { cursor }] of conversations.edges.entries()) {
      const next = await front.data(ASK, { first: 2, after: cursor });
      expect(ids(next.conversations)).toEqual(all.slice(index + 1, index + 3));
    }
  });

  test('are exact for any messages and pages', async () => {
    const talk = fc.record({
      channel: fc.constantFrom('sms', 'email'),
      with: fc.uniqueArray(fc.constantFrom('ada', 'bob', 'cy', 'dee'), { minLength: 1, maxLength: 2 }),
      at: fc.integer({ min: 1, max: 12 }),
    });
    const room = fc.record({ at: fc.integer({ min: 1, max: 12 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(talk, { maxLength: 25 }),
        fc.array(room, { maxLength: 8 }),
        fc.integer({ min: 1, max: 5 }),
        async (talks, rooms, first) => {
          const said = talks.map((one, index) => ({ ...one, name: `m${index}` }));
          const talked = rooms.map((one, index) => ({ ...one, name: `r${index}`, with: ['eve'] }));
          await using front = await start({ said, talked });
          expect(await pages(front, first)).toEqual(expected(said, talked));
        },
      ),
      { numRuns: 25 },
    );
  });

  test('that are said something in between two pages are neither passed over nor given twice', async () => {
    const said = [...LARGE.said];
    await using front = await start({ said, talked: LARGE.talked });
    const all = expected(LARGE.said, LARGE.talked);
    const one = await front.data(ASK, { first: 10 });
    // One that was given and one that was still to come move to the top.
    const ofBird = (id: string) => LARGE.said.find((row) => talkId(row.channel, row.with[0] ?? '') === id);
    const moved = [all.slice(0, 10).find(ofBird), all.slice(20).find(ofBird)];
    for (const [index, id] of moved.entries()) {
      const row = ofBird(id ?? '') as Said;
      said.push({ ...row, name: `late ${index}`, at: 9_001 + 2 * index });
    }
    const rest = await (async () => {
      const found: string[] = [];
      let { endCursor: after, hasNextPage } = one.conversations.pageInfo;
      while (hasNextPage) {
        const { conversations } = await front.data(ASK, { first: 10, after });
        found.push(...ids(conversations));
        ({ endCursor: after, hasNextPage } = conversations.pageInfo);
      }
      return found;
    })();
    expect(rest).toEqual(all.slice(10).filter((id) => !moved.includes(id)));
  });

  test('of one upstream leave the other alone', async () => {
    await using front = await start(SMALL);
    const bird = await front.data(ASK, { source: 'BIRD' });
    expect(ids(bird.conversations)).toEqual(expected(SMALL.said, []));
    expect(bird.conversations.sources).toEqual([ok('BIRD'), skipped('COURIER')]);
    expect(front.courier.asked).toEqual([]);
    const courier = await front.data(ASK, { source: 'COURIER' });
    expect(ids(courier.conversations)).toEqual(expected([], SMALL.talked));
    expect(front.bird.asked).toHaveLength(1);
  });

  test('since a moment are those said something in then or later', async () => {
    await using front = await start(SMALL);
    const { conversations } = await front.data(ASK, { since: second(30) });
    expect(ids(conversations)).toEqual([talkId('sms', 'ada'), roomId('group'), talkId('whatsapp', 'ada')]);
  });

  test('that are unread are courier’s, by its own count', async () => {
    await using front = await start(LARGE);
    const { conversations } = await front.data(ASK, { unreadOnly: true, first: 100 });
    expect(ids(conversations)).toEqual(
      expected(
        [],
        LARGE.talked.filter(({ unread }) => unread),
      ),
    );
    expect(conversations.sources).toEqual([skipped('BIRD'), ok('COURIER')]);
    expect(front.bird.asked).toEqual([]);
    expect(front.courier.calls()).toEqual([expect.stringContaining('sort=-unread-count')]);
  });

  test('over channels that are named are those over them, of either upstream', async () => {
    await using front = await start(SMALL);
    front.courier.answers({
      'GET /v1/messaging-channels/*/': ({ path }) => {
        const found = SMALL.talked.find(({ name }) => path.includes(idOf(name)));
        return found ? { body: { data: courierRow(found), meta: {} } } : { status: 404 };
      },
    });
    const { conversations } = await front.data(ASK, {
      channels: [birdId('BirdChannel', 'whatsapp'), globalId('CourierChannel', idOf('carol'))],
    });
    expect(ids(conversations)).toEqual([talkId('whatsapp', 'ada'), roomId('carol')]);
    expect(front.bird.calls()).toEqual([expect.stringContaining(`channelId=${idOf('whatsapp')}`)]);
    const alone = await front.data(ASK, { channels: [birdId('BirdChannel', 'sms')] });
    expect(alone.conversations.sources).toEqual([ok('BIRD'), skipped('COURIER')]);
  });

  test('leave out what was never said or is taken back', async () => {
    const said = [
      ...SMALL.said,
      { name: 'gone', channel: 'sms', with: ['bob'], at: 50, more: { status: 'deleted' } },
    ];
    await using front = await start({ said, talked: [] });
    const { conversations } = await front.data(ASK, { first: 1 });
    expect(ids(conversations)).toEqual([talkId('sms', 'ada')]);
  });

  test('with several at one message’s other end are one with each', async () => {
    await using front = await start({
      said: [{ name: 'mail', channel: 'email', with: ['ada', 'bob'], at: 5 }],
      talked: [],
    });
    const { conversations } = await front.data(ASK);
    expect(ids(conversations).toSorted()).toEqual(
      [talkId('email', 'ada'), talkId('email', 'bob')].toSorted(),
    );
  });

  test('come in part, and say so, where more messages are newer than are looked at', async () => {
    const said = Array.from({ length: 5200 }, (_, index) => ({
      name: `chat ${index}`,
      channel: 'bot',
      with: [index < 3 ? `early ${index}` : 'chatty'],
      at: 1 + index,
    }));
    await using front = await start({ said, talked: SMALL.talked });
    const { conversations } = await front.data(ASK, { first: 2 });
    expect(ids(conversations)[0]).toEqual(talkId('bot', 'chatty'));
    expect(conversations.sources).toEqual([
      { source: 'BIRD', status: 'FAILED', error: 'only the newest 5000 messages were looked at' },
      ok('COURIER'),
    ]);
  });

  test.each(['nonsense', '', btoa('{"k":"conversations"}'), btoa('{"k":"timeline","t":1,"r":0,"i":"x"}')])(
    'refuse a cursor that is none: %s',
    async (after) => {
      await using front = await start(SMALL);
      expect(await front.error(ASK, { after })).toMatchObject({ code: 'BAD_USER_INPUT', fields: ['after'] });
      expect([...front.bird.asked, ...front.courier.asked]).toEqual([]);
    },
  );

  test('refuse too many channels, and none', async () => {
    await using front = await start(SMALL);
    const channels = Array.from({ length: 101 }, (_, index) => birdId('BirdChannel', `line ${index}`));
    expect(await front.error(ASK, { channels })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: ['channels'],
    });
    expect(await front.error(ASK, { channels: [] })).toMatchObject({ fields: ['channels'] });
  });
});

describe('conversations with an upstream down', () => {
  test.each([
    ['is down', { status: 500 }],
    ['refuses us', { status: 403 }],
    ['answers nonsense', { raw: '[' }],
    ['lists something else', { body: { results: [1], data: [1] } }],
    ['drops the connection', { destroy: true }],
  ])('are the other’s while one %s', async (_, answer) => {
    await using front = await start(SMALL);
    front.bird.answers({ [BIRD_LIST]: answer });
    const { conversations } = await front.data(ASK, { first: 1 });
    expect(ids(conversations)).toEqual([roomId('group')]);
    expect(conversations.sources).toEqual([failed('BIRD'), ok('COURIER')]);
    front.bird.answers({ [BIRD_LIST]: birdList(() => SMALL.said) });
    front.courier.answers({ [COURIER_LIST]: answer });
    const other = await front.data(ASK, { first: 1 });
    expect(ids(other.conversations)).toEqual([talkId('sms', 'ada')]);
    expect(other.conversations.sources).toEqual([ok('BIRD'), failed('COURIER')]);
    front.bird.answers({ [BIRD_LIST]: answer });
    expect((await front.error(ASK)).path).toBe('conversations');
  });

  test('are the other’s within the deadline while one hangs', async () => {
    await using front = await startFront({
      bird: { [BIRD_LIST]: { until: new Promise(() => {}) } },
      courier: { [COURIER_LIST]: courierList(() => SMALL.talked) },
      deadlineMs: 1500,
    });
    const { conversations } = await front.data(ASK);
    expect(ids(conversations)).toEqual(expected([], SMALL.talked));
    expect(conversations.sources).toEqual([failed('BIRD'), ok('COURIER')]);
  });

  test('are whole again when the same page is asked for anew', async () => {
    await using front = await start(LARGE);
    const { conversations } = await front.data(ASK, { first: 5 });
    const after = conversations.pageInfo.endCursor;
    front.bird.answers({ [BIRD_LIST]: { status: 500 } });
    await front.data(ASK, { first: 5, after });
    front.bird.answers({ [BIRD_LIST]: birdList(() => LARGE.said) });
    const again = await front.data(ASK, { first: 5, after });
    expect(ids(again.conversations)).toEqual(expected(LARGE.said, LARGE.talked).slice(5, 10));
  });
});

describe('a conversation', () => {
  const MESSAGES = `query ($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on Conversation {
    id lastActivityAt lastMessage { text }
    messages(first: $first, after: $after) { nodes { text conversation { id } } pageInfo { hasNextPage endCursor } }
  } } }`;

  test('of Bird is found by its id, and reads what was said with the contact over the channel alone', async () => {
    await using front = await start(SMALL);
    front.bird.answers({ [`GET ${WORKSPACE}/contacts/*`]: { body: contactOf('ada') } });
    const id = talkId('sms', 'ada');
    const { node } = await front.data(MESSAGES, { id, first: 1 });
    expect(node).toMatchObject({ id, lastActivityAt: second(41), lastMessage: { text: 'words of a3' } });
    expect(node.messages.nodes).toEqual([{ text: 'words of a3', conversation: { id } }]);
    const next = await front.data(MESSAGES, { id, first: 5, after: node.messages.pageInfo.endCursor });
    expect(next.node.messages.nodes.map(({ text }: { text: string }) => text)).toEqual(['words of a1']);
    expect(next.node.messages.pageInfo.hasNextPage).toBe(false);
  });

  test('of courier is its channel', async () => {
    await using front = await startFront({
      courier: {
        'GET /v1/messaging-channels/*/': { body: { data: courierRow(SMALL.talked[0] as Talked), meta: {} } },
        'GET /v1/messaging-messages/': ({ params }) => pageOf([], params),
      },
    });
    const { node } = await front.data(MESSAGES, { id: roomId('carol'), first: 2 });
    expect(node).toMatchObject({ id: roomId('carol'), lastMessage: { text: 'last of carol' } });
    expect(front.courier.calls()).toEqual([
      `GET /v1/messaging-channels/${idOf('carol')}/`,
      expect.stringContaining(`GET /v1/messaging-messages/?channel-id=${idOf('carol')}`),
    ]);
  });

  test('of which nothing is known is null', async () => {
    await using front = await startFront({
      bird: { [`GET ${WORKSPACE}/contacts/*`]: { status: 404 } },
      courier: { 'GET /v1/messaging-channels/*/': { status: 404 } },
    });
    for (const id of [talkId('sms', 'nobody'), roomId('nowhere')])
      expect((await front.data(MESSAGES, { id })).node).toBeNull();
    const other = globalId('Conversation', `${WORKSPACE_ID}/${idOf('sms')}`);
    expect((await front.error(MESSAGES, { id: other })).code).toBe('BAD_USER_INPUT');
  });
});
