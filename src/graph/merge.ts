import { isTime } from './connection.ts';

/** A place in a merged list: behind the row with this time, rank and id. */
export interface Point {
  /** Milliseconds since the epoch. */
  readonly t: number;
  /** Rank of the row's source; of one moment the lower comes first. */
  readonly r: number;
  readonly i: string;
}

/** True for a point that is whole; a cursor may hold anything. */
export const isPoint = ({ t, r, i }: Point): boolean =>
  isTime(t) && Number.isSafeInteger(r) && typeof i === 'string';

/** A row with its place. */
export interface Placed<Row> {
  readonly row: Row;
  readonly point: Point;
}

/** A list that can be entered at any point, newest first. */
export interface Strand<Row> {
  /** No row of it is newer than this; `Infinity` where that is not known. */
  readonly newest: number;
  /**
   * Reads the rows behind a point, or from the newest on, in order.
   *
   * @param count how many are wanted; fewer mean that there are no more
   */
  readonly read: (behind: Point | undefined, count: number) => Promise<readonly Placed<Row>[]>;
}

/** Newest first; of one moment by rank, then by id. */
export const compare = (one: Point, other: Point): number =>
  other.t - one.t || one.r - other.r || (one.i < other.i ? -1 : Number(one.i > other.i));

/** True when the point stands behind the other, or there is no other. */
export const isBehind = (point: Point, other: Point | undefined): boolean =>
  other === undefined || compare(point, other) > 0;

interface Opened<Row> {
  readonly strand: Strand<Row>;
  rows: readonly Placed<Row>[];
  next: number;
  ended: boolean;
}

/**
 * The next rows of many strands as one list. A strand is opened only when it could hold one of them, and read
 * on only when all that it gave is used up.
 *
 * @param failed is told of a strand that cannot be read; its rows are missing then
 * @returns at most `count` rows, each once
 */
export const merge = async <Row>(
  strands: readonly Strand<Row>[],
  behind: Point | undefined,
  count: number,
  failed: (strand: Strand<Row>, error: unknown) => void,
): Promise<Placed<Row>[]> => {
  const waiting = new Set(strands);
  const opened: Opened<Row>[] = [];
  const merged: Placed<Row>[] = [];
  const seen = new Set<string>();

  const fill = async (open: Opened<Row>): Promise<void> => {
    const last = open.rows.at(-1)?.point ?? behind;
    const wanted = Math.max(1, count - merged.length);
    try {
      open.rows = await open.strand.read(last, wanted);
      open.ended = open.rows.length < wanted;
    } catch (error) {
      failed(open.strand, error);
      open.rows = [];
      open.ended = true;
    }
    open.next = 0;
  };

  const head = (): Opened<Row> | undefined =>
    opened
      .filter(({ rows, next }) => next < rows.length)
      .toSorted((one, other) =>
        compare(one.rows[one.next]?.point as Point, other.rows[other.next]?.point as Point),
      )[0];

  while (merged.length < count) {
    const best = head();
    const time = best?.rows[best.next]?.point.t ?? Number.NEGATIVE_INFINITY;
    const reach = [...waiting].filter(({ newest }) => newest >= time);
    // Without a row to measure by, the strand that may be the newest is opened first, and its equals with it.
    const top = Math.max(...reach.map(({ newest }) => newest));
    const due = best ? reach : reach.filter(({ newest }) => newest === top);
    if (due.length > 0) {
      const fresh = due.map((strand): Opened<Row> => ({ strand, rows: [], next: 0, ended: false }));
      for (const strand of due) waiting.delete(strand);
      opened.push(...fresh);
      await Promise.all(fresh.map(fill));
      continue;
    }
    if (!best) break;
    const placed = best.rows[best.next] as Placed<Row>;
    best.next++;
    if (!seen.has(placed.point.i)) merged.push(placed);
    seen.add(placed.point.i);
    if (best.next === best.rows.length && !best.ended && merged.length < count) await fill(best);
  }
  return merged;
};
