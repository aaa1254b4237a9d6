import { compare, type Keyed } from './merge.ts';

/** A list of rows with times that can be entered by time, in whichever order its upstream lists them. */
export interface TimedList<Row> {
  /**
   * Reads rows in the list's own order.
   *
   * @param since the moment from which on rows are listed, in milliseconds since the epoch; undefined for all
   * @param most how many rows are read at the most
   * @returns the rows, and whether they are all
   */
  readonly read: (
    since: number | undefined,
    most: number,
  ) => Promise<{ readonly rows: readonly Row[]; readonly whole: boolean }>;
}

/** How many rows are read at first: one call answers for most lists whole, with one row more to see that it does. */
const AT_FIRST = 99;

/** How many times as many rows may be read the next time. */
const GROWTH = 10;

/**
 * The newest rows of a list whose order is not documented. Most lists are short and are read whole. Of a longer one
 * the rows that come first only tell how far back is far enough, and all from there on is read then: a list that
 * begins with its newest rows costs one call more, one in another order costs more calls, and none costs a row.
 *
 * @param key gives a row its place; undefined passes the row over
 * @returns at most `count` rows in order; fewer mean that there are no more
 */
export const newestOf = async <Row>(
  list: TimedList<Row>,
  count: number,
  key: (row: Row) => Keyed<Row> | undefined,
): Promise<readonly Keyed<Row>[]> => {
  let since: number | undefined;
  for (let most = Math.max(count, AT_FIRST); ; most *= GROWTH) {
    const { rows, whole } = await list.read(since, most);
    const found = rows
      .flatMap((row) => key(row) ?? [])
      .toSorted((one, other) => compare(one.sortKey, other.sortKey))
      .slice(0, count);
    if (whole) return found;
    since = found[count - 1]?.sortKey.t ?? since;
  }
};

/** Some rows of a list, and how many of them are wanted. */
export interface PartOf<Row> {
  readonly count: number;
  /** Gives a row its place; undefined passes it over. */
  readonly key: (row: Row) => Keyed<Row> | undefined;
}

/** The most rows that one reading for many parts begins with: one page of either upstream. */
const MOST_FOR_MANY = 1000;

/**
 * The newest rows of each of many parts of a list, found together. It costs one call or two where what was said in all
 * of them is little, or about equally old.
 *
 * @returns for each part its rows in order; undefined for one that is to be read by itself
 */
export const newestOfEach = async <Row>(
  list: TimedList<Row>,
  parts: readonly PartOf<Row>[],
): Promise<readonly (readonly Keyed<Row>[] | undefined)[]> => {
  const select = (rows: readonly Row[]) =>
    parts.map(({ count, key }) =>
      rows
        .flatMap((row) => key(row) ?? [])
        .toSorted((one, other) => compare(one.sortKey, other.sortKey))
        .slice(0, count),
    );
  const wanted = parts.reduce((sum, { count }) => sum + count, 0);
  const most = Math.min(MOST_FOR_MANY, Math.max(AT_FIRST, 5 * wanted));
  const first = await list.read(undefined, most);
  const found = select(first.rows);
  if (first.whole) return found;
  const last = found.flatMap((rows, index) => rows[(parts[index]?.count ?? 0) - 1]?.sortKey.t ?? []);
  if (last.length === 0) return parts.map(() => undefined);
  const { rows, whole } = await list.read(Math.min(...last), 2 * most);
  return select(rows).map((some, index) => (whole && some.length === parts[index]?.count ? some : undefined));
};
