import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byOffset, byToken, type Connection, type ConnectionArgs } from '../../src/graph/connection.ts';
import { InputError } from '../../src/graph/errors.ts';

interface Row {
  readonly id: string;
  readonly createdAt: string;
}

const rowAt = (moment: number, name = 'r'): Row => ({
  id: `${name}${moment}`,
  createdAt: new Date(moment * 1000).toISOString(),
});

/** So many rows, newest first, each at a moment of its own. */
const rowsOf = (count: number): Row[] => Array.from({ length: count }, (_, index) => rowAt(1000 - index));

type Named = Pick<Row, 'id'>;

/** A list as an upstream keeps it, with a way to connect to it, and what it was asked. */
interface Kept {
  rows: readonly Row[];
  readonly asked: string[];
  readonly connect: (args: ConnectionArgs) => Promise<Connection<Row>>;
}

type Make = (rows: readonly Row[], max: number) => Kept;

const MAX_READS = 60;

const remember = (asked: string[], line: string): void => {
  asked.push(line);
  if (asked.length > MAX_READS) throw new Error('it reads on and on');
};

/** Tokens that say behind which row to go on. */
const byKey: Make = (rows, max) => {
  const kept: Kept = {
    rows,
    asked: [],
    connect: (args) =>
      byToken(args, {
        name: 'things',
        max,
        id: ({ id }) => id,
        time: ({ createdAt }) => Date.parse(createdAt),
        read: async ({ limit, token }) => {
          remember(kept.asked, `limit=${limit}${token ? ` token=${token}` : ''}`);
          const rest = kept.rows.filter(({ createdAt }) => token === undefined || createdAt < token);
          const page = rest.slice(0, limit);
          return { rows: page, next: rest.length > limit ? page.at(-1)?.createdAt : undefined };
        },
      }),
  };
  return kept;
};

/** Tokens that say how many rows to pass over. */
const byCount: Make = (rows, max) => {
  const kept: Kept = {
    rows,
    asked: [],
    connect: (args) =>
      byToken(args, {
        name: 'things',
        max,
        id: ({ id }) => id,
        time: ({ createdAt }) => Date.parse(createdAt),
        read: async ({ limit, token = '0' }) => {
          remember(kept.asked, `limit=${limit} token=${token}`);
          const end = Number(token) + limit;
          return {
            rows: kept.rows.slice(Number(token), end),
            next: kept.rows.length > end ? String(end) : undefined,
          };
        },
      }),
  };
  return kept;
};

const byNumber =
  (asksForMore: boolean): Make =>
  (rows, max) => {
    const kept: Kept = {
      rows,
      asked: [],
      connect: (args) =>
        byOffset(args, asksForMore, {
          name: 'things',
          max,
          id: ({ id }) => id,
          time: ({ createdAt }) => Date.parse(createdAt),
          read: async ({ limit, offset }) => {
            remember(kept.asked, `limit=${limit} offset=${offset}`);
            return { rows: kept.rows.slice(offset, offset + limit) };
          },
        }),
    };
    return kept;
  };

const ENGINES: [string, Make][] = [
  ['tokens', byKey],
  ['tokens that count', byCount],
  ['offsets', byNumber(true)],
];

const idsOf = ({ edges }: Pick<Connection<Row>, 'edges'>): string[] => edges.map(({ node }) => node.id);

const ids = (rows: readonly Row[]): string[] => rows.map(({ id }) => id);

/** Pages through the list with pages of these sizes, over and over, until nothing follows. */
const walk = async (kept: Kept, sizes: readonly number[]): Promise<string[]> => {
  const found: string[] = [];
  let after: string | null = null;
  for (let page = 0; ; page++) {
    const first = sizes[page % sizes.length] ?? 1;
    kept.asked.length = 0;
    const connection: Connection<Row> = await kept.connect({ first, after });
    expect(connection.edges.length).toBeLessThanOrEqual(first);
    found.push(...idsOf(connection));
    if (!connection.pageInfo.hasNextPage) return found;
    expect(connection.edges).toHaveLength(first);
    after = connection.pageInfo.endCursor;
  }
};

const size = fc.integer({ min: 1, max: 9 });
const sizes = fc.array(size, { minLength: 1, maxLength: 5 });
const count = fc.integer({ min: 0, max: 40 });

describe.each(ENGINES)('a list with %s', (_, make) => {
  test('comes once and in order in pages of any sizes', () =>
    fc.assert(
      fc.asyncProperty(count, size, sizes, async (length, max, pages) => {
        const rows = rowsOf(length);
        expect(await walk(make(rows, max), pages)).toEqual(ids(rows));
      }),
    ));

  test('goes on right behind any edge', () =>
    fc.assert(
      fc.asyncProperty(count, size, size, size, fc.nat(), async (length, max, page, next, pick) => {
        const rows = rowsOf(length);
        const kept = make(rows, max);
        const { edges } = await kept.connect({ first: page });
        const edge = edges[pick % Math.max(1, edges.length)];
        expect(edge === undefined).toBe(length === 0);
        if (!edge) return;
        const at = rows.indexOf(edge.node);
        const rest = await kept.connect({ first: next, after: edge.cursor });
        expect(idsOf(rest)).toEqual(ids(rows.slice(at + 1, at + 1 + next)));
        expect(rest.pageInfo.hasNextPage).toBe(at + 1 + next < length);
      }),
    ));

  test('doubles nothing and loses no old row when new ones come while one pages', () =>
    fc.assert(
      fc.asyncProperty(
        count,
        size,
        sizes,
        fc.array(fc.tuple(fc.nat({ max: 12 }), fc.nat()), { minLength: 1, maxLength: 8 }),
        async (length, max, pages, steps) => {
          const old = rowsOf(length);
          const kept = make(old, max);
          const found: string[] = [];
          let newest = 2000;
          let after: string | null = null;
          for (let page = 0; page < 200; page++) {
            const first = pages[page % pages.length] ?? 1;
            const [added, pick] = steps[page % steps.length] ?? [0, 0];
            kept.asked.length = 0;
            const { edges, pageInfo } = await kept.connect({ first, after });
            // A client may go on behind any edge; what stood below it comes again then.
            const used = page < steps.length ? edges.slice(0, (pick % Math.max(1, edges.length)) + 1) : edges;
            found.push(...idsOf({ edges: used }));
            if (used.length === edges.length && !pageInfo.hasNextPage) break;
            after = used.at(-1)?.cursor ?? null;
            if (page < steps.length) {
              kept.rows = [
                ...Array.from({ length: added }, (_, index) => rowAt(newest + added - index, 'new')),
                ...kept.rows,
              ];
              newest += added;
            }
          }
          expect(found).toEqual(ids(old));
        },
      ),
    ));
});

describe.each(ENGINES.filter(([name]) => name !== 'tokens that count'))('a list with %s', (_, make) => {
  test('doubles nothing and loses no row that stays when others go while one pages', () =>
    fc.assert(
      fc.asyncProperty(
        count,
        size,
        sizes,
        fc.array(fc.tuple(fc.array(fc.nat(), { maxLength: 6 }), fc.nat({ max: 3 }), fc.nat()), {
          minLength: 1,
          maxLength: 8,
        }),
        async (length, max, pages, steps) => {
          const old = rowsOf(length);
          const kept = make(old, max);
          const gone = new Set<string>();
          const found: string[] = [];
          let newest = 2000;
          let after: string | null = null;
          for (let page = 0; page < 200; page++) {
            const first = pages[page % pages.length] ?? 1;
            const [removed, added, pick] = steps[page % steps.length] ?? [[], 0, 0];
            kept.asked.length = 0;
            const { edges, pageInfo } = await kept.connect({ first, after });
            const used = page < steps.length ? edges.slice(0, (pick % Math.max(1, edges.length)) + 1) : edges;
            found.push(...idsOf({ edges: used }));
            if (used.length === edges.length && !pageInfo.hasNextPage) break;
            after = used.at(-1)?.cursor ?? null;
            if (page < steps.length) {
              for (const index of removed) {
                const row = kept.rows[index % Math.max(1, kept.rows.length)];
                if (!row) continue;
                gone.add(row.id);
                kept.rows = kept.rows.filter((one) => one !== row);
              }
              kept.rows = [
                ...Array.from({ length: added }, (_, index) => rowAt(newest + added - index, 'new')),
                ...kept.rows,
              ];
              newest += added;
            }
          }
          expect(new Set(found).size).toBe(found.length);
          expect(found).toEqual(
            found.toSorted((one, other) => Number(other.slice(1)) - Number(one.slice(1))),
          );
          expect(found).toEqual(expect.arrayContaining(ids(old).filter((id) => !gone.has(id))));
        },
      ),
    ));
});

describe('the calls of a list with tokens', () => {
  test('are one a page, whether the page ends with the upstream’s or within it', async () => {
    const kept = byCount(rowsOf(20), 10);
    const one = await kept.connect({ first: 5 });
    const two = await kept.connect({ first: 5, after: one.pageInfo.endCursor });
    await kept.connect({ first: 5, after: two.edges[2]?.cursor });
    expect(kept.asked).toEqual(['limit=5 token=0', 'limit=5 token=5', 'limit=5 token=5', 'limit=3 token=10']);
  });

  test('are as many as the upstream’s pages when more is wanted than one holds', async () => {
    const kept = byCount(rowsOf(30), 10);
    const { edges, pageInfo } = await kept.connect({ first: 25 });
    expect(kept.asked).toEqual(['limit=10 token=0', 'limit=10 token=10', 'limit=5 token=20']);
    expect([edges.length, pageInfo.hasNextPage]).toEqual([25, true]);
  });

  test('end with the list, and with a token that comes again', async () => {
    const kept = byCount(rowsOf(12), 10);
    expect(idsOf(await kept.connect({ first: 1000 }))).toHaveLength(12);
    expect(kept.asked).toHaveLength(2);
    let reads = 0;
    const stuck = await byToken(
      { first: 50 },
      {
        name: 'stuck',
        max: 10,
        id: ({ id }: Row) => id,
        read: async () => ({ rows: rowsOf(5).slice(reads++ === 0 ? 0 : 4), next: 'same' }),
      },
    );
    expect([reads, stuck.edges.length, stuck.pageInfo.hasNextPage]).toEqual([2, 5, false]);
  });

  test('pass over empty pages that are not the last', async () => {
    const pages = [[], [], rowsOf(2)];
    const read = async ({ token = '0' }: { token: string | undefined }) => ({
      rows: pages[Number(token)] ?? [],
      next: Number(token) < 2 ? String(Number(token) + 1) : undefined,
    });
    const connection = await byToken({ first: 5 }, { name: 'n', max: 9, id: ({ id }: Row) => id, read });
    expect(idsOf(connection)).toEqual(ids(rowsOf(2)));
  });
});

describe('the calls of a list with offsets', () => {
  test('are one a page; one row more is read where it matters whether more follows', async () => {
    const kept = byNumber(true)(rowsOf(20), 1000);
    const { pageInfo } = await kept.connect({ first: 5 });
    expect(pageInfo.hasNextPage).toBe(true);
    await kept.connect({ first: 5, after: pageInfo.endCursor });
    expect(kept.asked).toEqual(['limit=6 offset=0', 'limit=7 offset=4']);
  });

  test('read no row too many where it does not', async () => {
    const kept = byNumber(false)(rowsOf(20), 1000);
    const { pageInfo } = await kept.connect({ first: 5 });
    expect(pageInfo.hasNextPage).toBe(false);
    await kept.connect({ first: 5, after: pageInfo.endCursor });
    expect(kept.asked).toEqual(['limit=5 offset=0', 'limit=6 offset=4']);
  });

  test('are two more at the most when rows before the cursor have gone', async () => {
    const kept = byNumber(true)(rowsOf(500), 1000);
    const { pageInfo } = await kept.connect({ first: 200 });
    kept.rows = kept.rows.slice(3);
    kept.asked.length = 0;
    const { edges } = await kept.connect({ first: 5, after: pageInfo.endCursor });
    expect(ids(rowsOf(500).slice(200, 205))).toEqual(idsOf({ edges }));
    expect(kept.asked).toEqual(['limit=7 offset=199', 'limit=1000 offset=0']);
  });

  test('are two more at the most when many rows have come', async () => {
    const kept = byNumber(true)(rowsOf(500), 1000);
    const { pageInfo } = await kept.connect({ first: 5 });
    kept.rows = [...Array.from({ length: 300 }, (_, index) => rowAt(3000 - index, 'new')), ...kept.rows];
    kept.asked.length = 0;
    const { edges } = await kept.connect({ first: 5, after: pageInfo.endCursor });
    expect(ids(rowsOf(500).slice(5, 10))).toEqual(idsOf({ edges }));
    expect(kept.asked).toEqual(['limit=7 offset=4', 'limit=1000 offset=11']);
  });

  test('are none for no rows when nothing else is asked', async () => {
    const kept = byNumber(false)(rowsOf(5), 1000);
    expect(await kept.connect({ first: 0 })).toMatchObject({ edges: [], pageInfo: { endCursor: null } });
    expect(kept.asked).toEqual([]);
  });
});

describe('a list whose upstream tells how many rows there are', () => {
  const counted = (rows: readonly Row[], tell: (count: number) => number | undefined, largest = 1000) => {
    const asked: string[] = [];
    const read = (args: ConnectionArgs, asksForMore = true) =>
      byOffset<Row>(args, asksForMore, {
        name: 'counted',
        max: 10,
        id: ({ id }) => id,
        read: async ({ limit, offset }) => {
          remember(asked, `limit=${limit} offset=${offset}`);
          const page = rows.slice(offset, offset + Math.min(limit, largest));
          return { rows: page, total: tell(rows.length) };
        },
      });
    return { asked, read };
  };

  test('ends where the upstream says, with no empty page behind', async () => {
    const { asked, read } = counted(rowsOf(20), (count) => count);
    const { edges, pageInfo } = await read({ first: 100 });
    expect([edges.length, pageInfo.hasNextPage]).toEqual([20, false]);
    expect(asked).toEqual(['limit=10 offset=0', 'limit=10 offset=10']);
  });

  test('needs no row more to say that more follows', async () => {
    const { asked, read } = counted(rowsOf(20), (count) => count);
    const { edges, pageInfo } = await read({ first: 10 });
    expect([edges.length, pageInfo.hasNextPage]).toEqual([10, true]);
    expect(asked).toEqual(['limit=10 offset=0']);
  });

  test('goes on behind a page that is shorter than it was asked for', async () => {
    const { read } = counted(rowsOf(20), (count) => count, 3);
    expect((await read({ first: 100 })).edges).toHaveLength(20);
  });

  test.each([0, 7, -1])('does not believe a count of %i that is below what was read', async (total) => {
    const { read } = counted(rowsOf(20), () => total);
    expect((await read({ first: 100 })).edges).toHaveLength(20);
  });

  test('does not read on and on for a count that is too high', async () => {
    const { read } = counted(rowsOf(20), () => 1e9);
    const { edges, pageInfo } = await read({ first: 100 });
    expect([edges.length, pageInfo.hasNextPage]).toEqual([20, false]);
  });
});

test('a list that stands in another order than was said loses nothing when the cursor’s row has gone', async () => {
  const kept = byNumber(true)(rowsOf(30).toReversed(), 10);
  const { edges } = await kept.connect({ first: 12 });
  const last = edges.at(-1);
  kept.rows = kept.rows.filter(({ id }) => id !== last?.node.id);
  const rest = await kept.connect({ first: 1000, after: last?.cursor });
  expect(idsOf(rest)).toEqual(kept.rows.slice(11).map(({ id }) => id));
});

describe('a list without times', () => {
  const timeless = (given: Named[]) => {
    const kept = {
      rows: given,
      byToken: (args: ConnectionArgs) =>
        byToken<Named>(args, {
          name: 'timeless',
          max: 10,
          id: ({ id }) => id,
          read: async ({ limit, token = '0' }) => ({
            rows: kept.rows.slice(Number(token), Number(token) + limit),
            next: kept.rows.length > Number(token) + limit ? String(Number(token) + limit) : undefined,
          }),
        }),
      byOffset: (args: ConnectionArgs) =>
        byOffset<Named>(args, true, {
          name: 'timeless',
          max: 10,
          id: ({ id }) => id,
          read: async ({ limit, offset }) => ({ rows: kept.rows.slice(offset, offset + limit) }),
        }),
    };
    return kept;
  };
  const letters = (text: string) => [...text].map((id) => ({ id }));
  const text = ({ edges }: Connection<Named>) => edges.map(({ node }) => node.id).join('');

  test.each(['byToken', 'byOffset'] as const)(
    'goes on at the cursor’s place when its row has gone: %s',
    async (engine) => {
      const kept = timeless(letters('abcdefgh'));
      const { edges } = await kept[engine]({ first: 5 });
      kept.rows = letters('abdefgh');
      expect(text(await kept[engine]({ first: 3, after: edges[2]?.cursor }))).toBe('def');
    },
  );

  test.each(['byToken', 'byOffset'] as const)(
    'finds the cursor’s row where it has moved on: %s',
    async (engine) => {
      const kept = timeless(letters('abcdefgh'));
      const { edges } = await kept[engine]({ first: 5 });
      kept.rows = letters('xabcdefgh');
      expect(text(await kept[engine]({ first: 3, after: edges[2]?.cursor }))).toBe('def');
    },
  );
});

describe('arguments', () => {
  const kept = byNumber(true)(rowsOf(40), 1000);
  const refusal = (args: ConnectionArgs): Promise<unknown> => kept.connect(args).catch((error) => error);

  test.each([-1, 1001])('refuse `first: %i` and ask nothing', async (first) => {
    kept.asked.length = 0;
    expect(await refusal({ first })).toMatchObject({ name: 'InputError', field: 'first' });
    expect(kept.asked).toEqual([]);
  });

  test('give 20 rows when nothing is said', async () => {
    expect((await kept.connect({})).edges).toHaveLength(20);
    expect((await kept.connect({ first: null, after: null })).edges).toHaveLength(20);
  });

  test('give no rows for `first: 0` and say whether there are some', async () => {
    expect(await kept.connect({ first: 0 })).toEqual({
      edges: [],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  const cursor = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url');

  test.each([
    '',
    'x',
    '💥',
    cursor(null),
    cursor([]),
    cursor({}),
    cursor({ k: 'other things', o: 1, i: 'r1' }),
    cursor({ k: 'things', o: -1, i: 'r1' }),
    cursor({ k: 'things', o: 1.5, i: 'r1' }),
    cursor({ k: 'things', o: '1', i: 'r1' }),
    cursor({ k: 'things', o: 1, i: 1 }),
    cursor({ k: 'things', o: 1, i: 'r1', t: '1' }),
    cursor({ k: 'things', o: 1, i: 'r1', t: 1e300 }),
    cursor({ k: 'things', p: {}, l: 5, i: 'r1' }),
    cursor({ k: 'things', p: 'x', l: 0, i: 'r1' }),
    cursor({ k: 'things', p: 'x', l: 5000, i: 'r1' }),
  ])('refuse the cursor %j and ask nothing', async (after) => {
    kept.asked.length = 0;
    const error = await refusal({ after });
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ field: 'after' });
    expect(kept.asked).toEqual([]);
  });

  test('refuse whatever is no cursor', () =>
    fc.assert(
      fc.asyncProperty(fc.string(), async (after) => {
        expect(await refusal({ after })).toMatchObject({ field: 'after' });
      }),
    ));
});
