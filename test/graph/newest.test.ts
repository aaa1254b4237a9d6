import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compare, type Keyed } from '../../src/graph/merge.ts';
import { newestOf, type TimedList } from '../../src/graph/newest.ts';

interface Row {
  readonly id: string;
  readonly time: number;
  readonly counts: boolean;
}

const key = (row: Row): Keyed<Row> | undefined =>
  row.counts ? { row, sortKey: { t: row.time, r: 0, i: row.id } } : undefined;

/** A list as an upstream has it, and how many rows it was read for. */
const listOf = (rows: readonly Row[]) => {
  const reads: number[] = [];
  const list: TimedList<Row> = {
    read: async (since = Number.NEGATIVE_INFINITY, most) => {
      const found = rows.filter(({ time }) => time >= since);
      reads.push(Math.min(most, found.length));
      return { rows: found.slice(0, most), whole: found.length <= most };
    },
  };
  return { list, reads };
};

test('the newest rows of any list are found, whatever its order, its ties and what does not count', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ time: fc.integer({ min: 0, max: 400 }), counts: fc.boolean() }), {
        maxLength: 1500,
      }),
      fc.integer({ min: 1, max: 150 }),
      async (given, count) => {
        const rows = given.map((row, index) => ({ ...row, id: `r${index}` }));
        const { list } = listOf(rows);
        const expected = rows
          .flatMap((row) => key(row) ?? [])
          .toSorted((one, other) => compare(one.sortKey, other.sortKey))
          .slice(0, count);
        expect(await newestOf(list, count, key)).toEqual(expected);
      },
    ),
    { numRuns: 60 },
  ));

const rowsOf = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({ id: `r${index}`, time: index, counts: true }));

test('a short list is read once', async () => {
  const { list, reads } = listOf(rowsOf(99));
  await newestOf(list, 20, key);
  expect(reads).toEqual([99]);
});

test('a long list that begins with its newest rows is read twice, and few of its rows', async () => {
  const { list, reads } = listOf(rowsOf(50_000).toReversed());
  await newestOf(list, 20, key);
  expect(reads).toEqual([99, 20]);
});

test('a long list that begins with its oldest rows is read on until all newest are there', async () => {
  const { list, reads } = listOf(rowsOf(50_000));
  const found = await newestOf(list, 20, key);
  expect(found.map(({ row }) => row.time)).toEqual(Array.from({ length: 20 }, (_, index) => 49_999 - index));
  expect(reads.length).toBeLessThanOrEqual(4);
});
