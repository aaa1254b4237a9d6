import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compare,
  isBehind,
  type Keyed,
  type MessageSource,
  merge,
  type SortKey,
} from '../../src/graph/merge.ts';

const sortKey = fc.record({
  t: fc.integer({ min: 0, max: 40 }),
  r: fc.integer({ min: 0, max: 1 }),
  i: fc.uuid(),
});

/** Lists whose sort keys differ, each sorted as a source gives it. */
const lists = fc.array(fc.array(sortKey, { maxLength: 30 }), { maxLength: 5 }).map((all) => {
  const seen = new Set<string>();
  return all.map((sortKeys) => sortKeys.filter(({ i }) => !seen.has(i) && seen.add(i)).toSorted(compare));
});

/** A source over sort keys in memory that remembers how often it was read. */
const sourceOf = (sortKeys: readonly SortKey[], newest = sortKeys[0]?.t ?? 0) => {
  const reads: number[] = [];
  const source: MessageSource<string> = {
    newest,
    read: async (behind, count) => {
      reads.push(count);
      return sortKeys
        .filter((one) => isBehind(one, behind))
        .slice(0, count)
        .map((one) => ({ row: one.i, sortKey: one }));
    },
  };
  return { source, reads };
};

const never = (): never => {
  throw new Error('no source fails here');
};

const ids = (keyed: readonly Keyed<string>[]) => keyed.map(({ row }) => row);

describe('merge', () => {
  it('gives pages of any size, in any mixture, as one list in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        lists,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
        async (all, sizes) => {
          const expected = all
            .flat()
            .toSorted(compare)
            .map(({ i }) => i);
          const found: string[] = [];
          let behind: SortKey | undefined;
          for (let page = 0; found.length < expected.length; page++) {
            const sources = all.map((sortKeys) => sourceOf(sortKeys).source);
            const rows = await merge(sources, behind, sizes[page % sizes.length] ?? 1, never);
            if (rows.length === 0) break;
            found.push(...ids(rows));
            behind = rows.at(-1)?.sortKey;
          }
          expect(found).toEqual(expected);
        },
      ),
    );
  });

  it('leaves a source closed whose newest row is older than the page', async () => {
    const recent = sourceOf([30, 29, 28, 27].map((t) => ({ t, r: 0, i: `a${t}` })));
    const old = sourceOf([10, 9].map((t) => ({ t, r: 1, i: `b${t}` })));
    expect(ids(await merge([recent.source, old.source], undefined, 3, never))).toEqual(['a30', 'a29', 'a28']);
    expect(recent.reads).toEqual([3]);
    expect(old.reads).toEqual([]);
  });

  it('reads each source once where that is enough', async () => {
    const sources = [0, 1, 2].map((index) =>
      sourceOf(
        [20, 19, 18, 17, 16].map((t) => ({ t, r: 0, i: `${index}.${t}` })),
        Number.POSITIVE_INFINITY,
      ),
    );
    await merge(
      sources.map(({ source }) => source),
      undefined,
      4,
      never,
    );
    expect(sources.map(({ reads }) => reads.length)).toEqual([1, 1, 1]);
  });

  it('goes on without a source that fails, and says so', async () => {
    const good = sourceOf(
      [5, 4].map((t) => ({ t, r: 0, i: `g${t}` })),
      Number.POSITIVE_INFINITY,
    );
    const bad: MessageSource<string> = {
      newest: Number.POSITIVE_INFINITY,
      read: () => Promise.reject(new Error('down')),
    };
    const failed: unknown[] = [];
    const rows = await merge([good.source, bad], undefined, 5, (source, error) =>
      failed.push([source === bad, String(error)]),
    );
    expect(ids(rows)).toEqual(['g5', 'g4']);
    expect(failed).toEqual([[true, 'Error: down']]);
  });

  it('gives a row of two sources once', async () => {
    const sortKeys = [{ t: 3, r: 0, i: 'same' }];
    const rows = await merge([sourceOf(sortKeys).source, sourceOf(sortKeys).source], undefined, 5, never);
    expect(ids(rows)).toEqual(['same']);
  });
});
