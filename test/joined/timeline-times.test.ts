import { describe, expect, test } from 'vitest';
import { type Front, startFront } from '../courier/front.ts';
import { individual, many, one, type Resource, resource, user } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';
import type { Asked, Prepared } from '../support/upstream.ts';
import { birdContact, birdMessage, WORKSPACE } from './bird.ts';

const PAGE = `query ($by: PersonBy!, $first: Int, $after: String, $since: DateTime, $until: DateTime) {
  person(by: $by) {
    timeline(first: $first, after: $after, since: $since, until: $until) {
      nodes { nativeId createdAt source author { name } }
      pageInfo { hasNextPage endCursor }
      sources { source status }
    }
  }
}`;

interface Node {
  readonly nativeId: string;
  readonly createdAt: string;
  readonly source: 'BIRD' | 'COURIER';
}

const START = Date.parse('2026-03-08T06:59:30Z');
const CHANNELS = ['room', 'ward', 'desk'];
const ADA = 'ada@example.com';

/** A message as an upstream keeps it: with milliseconds, many in the same second. */
interface Kept {
  readonly id: string;
  readonly channel: string;
  readonly at: number;
}

const kept = (prefix: string, count: number, channels: readonly string[]): Kept[] =>
  Array.from({ length: count }, (_, index) => ({
    id: idOf(`${prefix} ${index}`),
    channel: channels[index % channels.length] ?? '',
    // Bursts of a dozen within a second, then nothing for half a minute.
    at: START + Math.floor(index / 12) * 30_000 + ((index * 83) % 1000),
  }));

const courierKept = kept('courier', 428, CHANNELS);
const birdKept = kept('bird', 150, ['line']);

/** A time as courier shows it: UTC, and a second wide. */
const shownTime = (time: number): string => new Date(time).toISOString().slice(0, 19).replace('T', ' ');

const isWithin = (comparators: readonly string[], time: number): boolean =>
  comparators.every((comparator) => {
    const [, sign, bound = ''] = /^(<=?|>=?)(.+)$/.exec(comparator) ?? [];
    const other = Date.parse(bound);
    if (sign === '<') return time < other;
    if (sign === '<=') return time <= other;
    return sign === '>' ? time > other : time >= other;
  });

const ORDERS = {
  'newest first': (one: Kept, other: Kept) => other.at - one.at,
  'oldest first': (one: Kept, other: Kept) => one.at - other.at,
  'in no order': (one: Kept, other: Kept) => (one.id < other.id ? -1 : 1),
};
type Order = keyof typeof ORDERS;

/** The page of a list that is asked for, with its total where courier tells it. */
const listed = (rows: readonly Resource[], { params }: Asked, tellsTotal: boolean) => {
  const offset = Number(params.get('page[offset]'));
  const data = rows.slice(offset, offset + Number(params.get('page[limit]')));
  return { body: { data, meta: tellsTotal ? { 'page[total]': rows.length } : {} } };
};

const contact = birdContact('contact', [['emailaddress', ADA]], {
  attributes: { firstName: 'Ada', lastName: 'Lovelace' },
  computedDisplayName: 'Ada',
});

const upstreams = (order: Order, tellsTotal: boolean) =>
  ({
    bird: {
      [`POST ${WORKSPACE}/contacts/search`]: { body: { results: [contact] } },
      [`GET ${WORKSPACE}/contacts/${contact.id}`]: { body: contact },
      [`GET ${WORKSPACE}/channels/messages`]: ({ params }) => {
        const from = Number(params.get('pageToken') ?? 0);
        const limit = Number(params.get('limit'));
        const rows = birdKept
          .filter(({ at }, index) => {
            const isAsked = params.has('from') ? index % 2 === 0 : index % 2 === 1;
            const [since, until] = ['startAt', 'endAt'].map((name) => Date.parse(params.get(name) ?? ''));
            return isAsked && !(at < (since ?? 0)) && !(at > (until ?? 0));
          })
          .toSorted(ORDERS[order]);
        return {
          body: {
            results: rows.slice(from, from + limit).map(({ id, at }) => {
              const who = { id: contact.id, identifierKey: 'emailaddress', identifierValue: ADA };
              const isIncoming = params.has('from');
              return {
                ...birdMessage('any', 'line', {
                  createdAt: new Date(at).toISOString(),
                  direction: isIncoming ? 'incoming' : 'outgoing',
                  ...(isIncoming && { sender: { contact: who }, receiver: { connector: { id: idOf('c') } } }),
                  ...(!isIncoming && { receiver: { contacts: [who] } }),
                }),
                id,
              };
            }),
            ...(rows.length > from + limit && { nextPageToken: String(from + limit) }),
          },
        };
      },
    },
    courier: {
      'GET /v1/individuals/*/': one({ ...individual('ada'), id: idOf('ada') }),
      'GET /v1/users/': many([user('ada', { email: ADA })]),
      'GET /v1/messaging-channels/': many(
        CHANNELS.map((name) => {
          const last = Math.max(...courierKept.filter(({ channel }) => channel === name).map(({ at }) => at));
          return resource('messaging-channels', name, { 'last-message': { 'posted-time': shownTime(last) } });
        }),
      ),
      'GET /v1/messaging-messages/': (asked) =>
        listed(
          courierKept
            .filter(
              ({ channel, at }) =>
                idOf(channel) === asked.params.get('channel-id') &&
                isWithin(asked.params.getAll('filter[cmp-posted-time]'), at),
            )
            .toSorted(ORDERS[order])
            .map(({ id, channel, at }) => ({
              id,
              type: 'messaging-messages',
              attributes: {
                'channel-id': idOf(channel),
                'individual-id': idOf('ada'),
                'first-name': 'Ada',
                'last-name': 'Lovelace',
                'user-type': 'participant',
                'posted-time': shownTime(at),
                'last-modified-time': shownTime(at),
              },
            })),
          asked,
          tellsTotal,
        ),
      'GET /v1/user-emails/': many([]),
      'GET /v1/text-accounts/': many([]),
    },
  }) satisfies { bird: Record<string, Prepared>; courier: Record<string, Prepared> };

/** Everything as it is shown: newest first, of one moment Bird’s first and then by id. */
const EXPECTED: readonly Node[] = [
  ...birdKept.map(({ id, at }) => ({ nativeId: id, source: 'BIRD' as const, at })),
  ...courierKept.map(({ id, at }) => ({
    nativeId: id,
    source: 'COURIER' as const,
    at: Math.floor(at / 1000) * 1000,
  })),
]
  .toSorted(
    (one, other) =>
      other.at - one.at ||
      (one.source === other.source
        ? one.nativeId < other.nativeId
          ? -1
          : 1
        : one.source === 'BIRD'
          ? -1
          : 1),
  )
  .map(({ at, ...node }) => ({ ...node, createdAt: new Date(at).toISOString() }));

const read = async (front: Front, variables: object): Promise<Node[][]> => {
  const pages: Node[][] = [];
  let after: string | null = null;
  do {
    const { person } = await front.data(PAGE, { by: { email: ADA }, ...variables, after });
    const { nodes, pageInfo, sources } = person.timeline;
    expect(sources).toEqual([
      { source: 'BIRD', status: 'OK' },
      { source: 'COURIER', status: 'OK' },
    ]);
    for (const { author } of nodes) if (author.name !== null) expect(author.name).toBe('Ada Lovelace');
    pages.push(nodes.map(({ author: _, ...node }: Node & { author: object }) => node));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after);
  return pages;
};

const start = (order: Order, tellsTotal = false) =>
  startFront({ ...upstreams(order, tellsTotal), deadlineMs: 20_000, budgetCalls: 10_000 });

describe.each(Object.keys(ORDERS) as Order[])(
  'a timeline of upstreams that keep finer times than courier shows and list %s',
  (order) => {
    test.each([
      [1000, false],
      [97, true],
      [23, false],
      [5, true],
    ])('has every message once in pages of %i', async (first, tellsTotal) => {
      await using front = await start(order, tellsTotal);
      const pages = await read(front, { first });
      expect(pages.flat()).toEqual(EXPECTED);
      expect(pages.length).toBe(Math.ceil(EXPECTED.length / first));
    });

    test('is asked for whole seconds at each end', async () => {
      await using front = await start(order);
      const since = EXPECTED[300]?.createdAt ?? '';
      const until = '2026-03-08T07:10:00.500Z';
      const [page] = await read(front, { first: 1000, since, until });
      expect(page).toEqual(EXPECTED.filter(({ createdAt }) => createdAt >= since && createdAt < until));
      const asked = front.courier.asked.filter(({ path }) => path === '/v1/messaging-messages/');
      expect(asked.length).toBeGreaterThan(0);
      for (const { params } of asked) {
        expect(params.getAll('filter[cmp-posted-time]')).toEqual([
          `>=${since.slice(0, 19)}.000Z`,
          '<2026-03-08T07:10:01.000Z',
        ]);
      }
    });

    test('costs few calls', async () => {
      await using front = await start(order, true);
      await front.data(PAGE, { by: { email: ADA }, first: 20 });
      // A call tells how far back is far enough, and another one has all of it.
      const most = order === 'newest first' ? 2 : 3;
      const calls = (upstream: 'bird' | 'courier', path: string) =>
        front[upstream].asked.filter((asked) => asked.path === path).length;
      expect(calls('courier', '/v1/messaging-messages/')).toBeLessThanOrEqual(CHANNELS.length * most);
      expect(calls('bird', `${WORKSPACE}/channels/messages`)).toBeLessThanOrEqual(2 * most);
    });
  },
);

test('a person’s messages have the full name on both sides', async () => {
  await using front = await start('newest first');
  const { person } = await front.data(PAGE, { by: { email: ADA }, first: 1000 });
  const names = (source: string) =>
    new Set(
      person.timeline.nodes
        .filter((node: Node) => node.source === source)
        .map(({ author }: { author: { name: string | null } }) => author.name),
    );
  // Bird tells no name of either side: the organization's has none, the person's is the contact's.
  expect(names('BIRD')).toEqual(new Set(['Ada Lovelace', null]));
  expect(names('COURIER')).toEqual(new Set(['Ada Lovelace']));
});
