import { isTime } from './connection.ts';

/** What rows of a merged list are sorted by, and where a page of it goes on. */
export interface SortKey {
  /** Milliseconds since the epoch. */
  readonly t: number;
  /** Rank of the row's source; of one moment the lower comes first. */
  readonly r: number;
  readonly i: string;
}

/** True for a sort key that is whole; a cursor may hold anything. */
export const isSortKey = ({ t, r, i }: SortKey): boolean =>
  isTime(t) && Number.isSafeInteger(r) && typeof i === 'string';

/** A row with its sort key. */
export interface Keyed<Row> {
  readonly row: Row;
  readonly sortKey: SortKey;
}

/** A list of messages that can be entered at any sort key, newest first. */
export interface MessageSource<Row> {
  /** No row of it is newer than this; `Infinity` where that is not known. */
  readonly newest: number;
  /**
   * Reads the rows behind a sort key, or from the newest on, in order.
   *
   * @param count how many are wanted; fewer mean that there are no more
   */
  readonly read: (behind: SortKey | undefined, count: number) => Promise<readonly Keyed<Row>[]>;
}

/** Newest first; of one moment by rank, then by id. */
export const compare = (one: SortKey, other: SortKey): number =>
  other.t - one.t || one.r - other.r || (one.i < other.i ? -1 : Number(one.i > other.i));

/** True when the sort key stands behind the other, or there is no other. */
export const isBehind = (sortKey: SortKey, other: SortKey | undefined): boolean =>
  other === undefined || compare(sortKey, other) > 0;

interface Opened<Row> {
  readonly source: MessageSource<Row>;
  rows: readonly Keyed<Row>[];
  next: number;
  ended: boolean;
}

/**
 * The next rows of many sources as one list. A source is opened only when it could hold one of them, and read
 * on only when all that it gave is used up.
 *
 * @param failed is told of a source that cannot be read; its rows are missing then
 * @returns at most `count` rows, each once
 */
export const merge = async <Row>(
  sources: readonly MessageSource<Row>[],
  behind: SortKey | undefined,
  count: number,
  failed: (source: MessageSource<Row>, error: unknown) => void,
): Promise<Keyed<Row>[]> => {
  const waiting = new Set(sources);
  const opened: Opened<Row>[] = [];
  const merged: Keyed<Row>[] = [];
  const seen = new Set<string>();

  const fill = async (open: Opened<Row>): Promise<void> => {
    const last = open.rows.at(-1)?.sortKey ?? behind;
    const wanted = Math.max(1, count - merged.length);
    try {
      open.rows = await open.source.read(last, wanted);
      open.ended = open.rows.length < wanted;
    } catch (error) {
      failed(open.source, error);
      open.rows = [];
      open.ended = true;
    }
    open.next = 0;
  };

  const head = (): Opened<Row> | undefined =>
    opened
      .filter(({ rows, next }) => next < rows.length)
      .toSorted((one, other) =>
        compare(one.rows[one.next]?.sortKey as SortKey, other.rows[other.next]?.sortKey as SortKey),
      )[0];

  while (merged.length < count) {
    const best = head();
    const time = best?.rows[best.next]?.sortKey.t ?? Number.NEGATIVE_INFINITY;
    const reachable = [...waiting].filter(({ newest }) => newest >= time);
    // Without a row to measure by, the source that may be the newest is opened first, and its equals with it.
    const top = Math.max(...reachable.map(({ newest }) => newest));
    const due = best ? reachable : reachable.filter(({ newest }) => newest === top);
    if (due.length > 0) {
      const opening = due.map((source): Opened<Row> => ({ source, rows: [], next: 0, ended: false }));
      for (const source of due) waiting.delete(source);
      opened.push(...opening);
      await Promise.all(opening.map(fill));
      continue;
    }
    if (!best) break;
    const keyed = best.rows[best.next] as Keyed<Row>;
    best.next++;
    if (!seen.has(keyed.sortKey.i)) merged.push(keyed);
    seen.add(keyed.sortKey.i);
    if (best.next === best.rows.length && !best.ended && merged.length < count) await fill(best);
  }
  return merged;
};
