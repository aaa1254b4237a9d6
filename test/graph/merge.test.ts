import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, isBehind, merge, type Placed, type Point, type Strand } from '../../src/graph/merge.ts';

const point = fc.record({
  t: fc.integer({ min: 0, max: 40 }),
  r: fc.integer({ min: 0, max: 1 }),
  i: fc.uuid(),
});

/** Lists whose points differ, each sorted as a strand gives it. */
const lists = fc.array(fc.array(point, { maxLength: 30 }), { maxLength: 5 }).map((all) => {
  const seen = new Set<string>();
  return all.map((points) => points.filter(({ i }) => !seen.has(i) && seen.add(i)).toSorted(compare));
});

/** A strand over points in memory that remembers how often it was read. */
const strandOf = (points: readonly Point[], newest = points[0]?.t ?? 0) => {
  const reads: number[] = [];
  const strand: Strand<string> = {
    newest,
    read: async (behind, count) => {
      reads.push(count);
      return points
        .filter((one) => isBehind(one, behind))
        .slice(0, count)
        .map((one) => ({ row: one.i, point: one }));
    },
  };
  return { strand, reads };
};

const never = (): never => {
  throw new Error('no strand fails here');
};

const ids = (placed: readonly Placed<string>[]) => placed.map(({ row }) => row);

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
          let behind: Point | undefined;
          for (let page = 0; found.length < expected.length; page++) {
            const strands = all.map((points) => strandOf(points).strand);
            const rows = await merge(strands, behind, sizes[page % sizes.length] ?? 1, never);
            if (rows.length === 0) break;
            found.push(...ids(rows));
            behind = rows.at(-1)?.point;
          }
          expect(found).toEqual(expected);
        },
      ),
    );
  });

  it('leaves a strand closed whose newest row is older than the page', async () => {
    const recent = strandOf([30, 29, 28, 27].map((t) => ({ t, r: 0, i: `a${t}` })));
    const old = strandOf([10, 9].map((t) => ({ t, r: 1, i: `b${t}` })));
    expect(ids(await merge([recent.strand, old.strand], undefined, 3, never))).toEqual(['a30', 'a29', 'a28']);
    expect(recent.reads).toEqual([3]);
    expect(old.reads).toEqual([]);
  });

  it('reads each strand once where that is enough', async () => {
    const strands = [0, 1, 2].map((index) =>
      strandOf(
        [20, 19, 18, 17, 16].map((t) => ({ t, r: 0, i: `${index}.${t}` })),
        Number.POSITIVE_INFINITY,
      ),
    );
    await merge(
      strands.map(({ strand }) => strand),
      undefined,
      4,
      never,
    );
    expect(strands.map(({ reads }) => reads.length)).toEqual([1, 1, 1]);
  });

  it('goes on without a strand that fails, and says so', async () => {
    const good = strandOf(
      [5, 4].map((t) => ({ t, r: 0, i: `g${t}` })),
      Number.POSITIVE_INFINITY,
    );
    const bad: Strand<string> = {
      newest: Number.POSITIVE_INFINITY,
      read: () => Promise.reject(new Error('down')),
    };
    const failed: unknown[] = [];
    const rows = await merge([good.strand, bad], undefined, 5, (strand, error) =>
      failed.push([strand === bad, String(error)]),
    );
    expect(ids(rows)).toEqual(['g5', 'g4']);
    expect(failed).toEqual([[true, 'Error: down']]);
  });

  it('gives a row of two strands once', async () => {
    const points = [{ t: 3, r: 0, i: 'same' }];
    const rows = await merge([strandOf(points).strand, strandOf(points).strand], undefined, 5, never);
    expect(ids(rows)).toEqual(['same']);
  });
});
