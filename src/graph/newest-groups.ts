import { compare, type Keyed } from './merge.ts';
import type { TimedList } from './newest.ts';

/** How many rows are read at first for each group that is wanted, how many then, and how many at the most. */
const A_GROUP = 5;
const SIZES = [100, 1000, 5000] as const;
export const MOST_ROWS = 5000;

/** What is wanted of a list whose rows fall into groups. */
interface Wanted<Row, Group> {
  /** How many groups are wanted. */
  readonly count: number;
  /** The groups that a row belongs to, each under the row's time and the group's id. */
  readonly groupsOf: (row: Row) => readonly Keyed<Group>[];
  readonly isWanted: (group: Keyed<Group>) => boolean;
  /** Newer rows, which have been read: they take their groups out of those that are to be found. */
  readonly newer?: readonly Row[];
}

/** The newest of each group, by the group's id. */
const fold = <Group>(all: readonly Keyed<Group>[]): Keyed<Group>[] => {
  const newest = new Map<string, Keyed<Group>>();
  for (const one of all) {
    const known = newest.get(one.sortKey.i);
    if (!known || compare(one.sortKey, known.sortKey) < 0) newest.set(one.sortKey.i, one);
  }
  return [...newest.values()];
};

/**
 * The groups of a list whose newest rows are the newest, in order. Nothing is taken to be known of the list's order:
 * the rows that come first only tell how far back is far enough, and all from there on is read then.
 *
 * @returns fewer groups than are wanted mean that there are no more, unless the list was not `whole`: then more rows
 *   than are read had to be read
 */
export const newestGroups = async <Row, Group>(
  list: TimedList<Row>,
  { count, groupsOf, isWanted, newer = [] }: Wanted<Row, Group>,
): Promise<{ readonly found: readonly Keyed<Group>[]; readonly whole: boolean }> => {
  let since: number | undefined;
  for (let most = Math.min(MOST_ROWS, Math.max(SIZES[0], A_GROUP * count)); ; ) {
    const { rows, whole } = await list.read(since, most);
    const found = fold([...newer, ...rows].flatMap(groupsOf))
      .filter(isWanted)
      .toSorted((one, other) => compare(one.sortKey, other.sortKey))
      .slice(0, count);
    if (whole) return { found, whole };
    const enough = found[count - 1]?.sortKey.t;
    if (enough === undefined || since !== undefined) {
      if (most >= MOST_ROWS) return { found, whole };
      most = SIZES.find((size) => size > most) ?? MOST_ROWS;
    } else if (most < SIZES[1]) most = SIZES[1];
    since = enough ?? since;
  }
};
