import { InputError } from './errors.ts';

/** How many rows a connection gives when `first` is not said. */
export const DEFAULT_FIRST = 20;

/** The most rows of one connection; more than any upstream's page. */
const MAX_FIRST = 1000;

/** The arguments of every connection. */
export interface ConnectionArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** What a connection resolves to. */
export interface Connection<Row> {
  readonly edges: { readonly cursor: string; readonly node: Row }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** What the paging engines need to know of a list. */
interface List<Row> {
  /** Tells lists apart: a cursor of one is refused by another. */
  readonly name: string;
  /** The upstream's largest page. */
  readonly max: number;
  readonly id: (row: Row) => string;
  /** The time by which the upstream orders, newest first, in milliseconds; left out where the order is another. */
  readonly time?: (row: Row) => number | undefined;
}

/** A list that goes on by an opaque token of its last page. */
export interface TokenList<Row> extends List<Row> {
  readonly read: (page: {
    readonly limit: number;
    readonly token: string | undefined;
  }) => Promise<{ readonly rows: readonly Row[]; readonly next: string | undefined }>;
}

/** A list that goes on by the number of rows to pass over; it ends where the upstream says, or with a short page. */
export interface OffsetList<Row> extends List<Row> {
  readonly read: (page: { readonly limit: number; readonly offset: number }) => Promise<{
    readonly rows: readonly Row[];
    /** How many rows the list has, where the upstream says it. */
    readonly total?: number | undefined;
  }>;
}

/** Where an edge stood: enough to go on right behind it, also when its row has moved. */
interface RowCursor {
  /** The list's name. */
  readonly k: string;
  /** Token of the page it stood on, or of the one behind it where there is neither limit nor offset. */
  readonly p?: string | undefined;
  /** Its offset: in the list, or within the page of the token. */
  readonly o?: number | undefined;
  /** Limit of that page. */
  readonly l?: number | undefined;
  /** Its id. */
  readonly i?: string | undefined;
  /** Its time in milliseconds. */
  readonly t?: number | undefined;
}

/** The latest moment that a Date can hold, in milliseconds. */
const MAX_TIME = 8.64e15;

/** True for a moment in milliseconds that is one. */
export const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) < MAX_TIME;

const isRowCursor = ({ p, o, l, i, t }: RowCursor): boolean =>
  (p === undefined || typeof p === 'string') &&
  (o === undefined || (Number.isSafeInteger(o) && o >= 0)) &&
  (l === undefined || (Number.isSafeInteger(l) && l > 0 && l <= MAX_FIRST)) &&
  (i === undefined || typeof i === 'string') &&
  (t === undefined || isTime(t));

/**
 * Reads how many rows to give.
 *
 * @throws {InputError} it is below 0 or above 1000
 */
export const readFirst = ({ first }: ConnectionArgs): number => {
  const count = first ?? DEFAULT_FIRST;
  if (count < 0 || count > MAX_FIRST) throw new InputError('first', `must be between 0 and ${MAX_FIRST}`);
  return count;
};

/** A cursor over anything that JSON can hold. */
export const writeCursor = (position: object): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

/**
 * Reads a cursor back.
 *
 * @param k the list it must belong to
 * @param isWhole tells whether it holds all that a position of the list needs
 * @throws {InputError} it is not one of this list's
 */
export const readCursor = <P extends { readonly k: string }>(
  after: string,
  k: string,
  isWhole: (position: P) => boolean,
): P => {
  try {
    const position = JSON.parse(Buffer.from(after, 'base64url').toString('utf8'));
    if (position?.k === k && isWhole(position)) return position;
  } catch {}
  throw new InputError('after', 'is not a cursor of this list');
};

/** A row whose cursor is written when it is asked for, which of most rows it never is. */
class Edge<Row> {
  readonly node: Row;
  readonly #position: () => object;

  constructor(node: Row, position: () => object) {
    this.node = node;
    this.#position = position;
  }

  get cursor(): string {
    return writeCursor(this.#position());
  }
}

/** A row of a list, and what says where it stands there. */
export const edgeOf = <Row>(
  node: Row,
  position: () => object,
): { readonly cursor: string; readonly node: Row } => new Edge(node, position);

/** The connection over rows with their cursors. */
export const connect = <Row>(
  edges: { readonly cursor: string; readonly node: Row }[],
  { after }: ConnectionArgs,
  hasNextPage: boolean,
): Connection<Row> => ({
  edges,
  pageInfo: {
    hasNextPage,
    hasPreviousPage: typeof after === 'string',
    get startCursor() {
      return edges[0]?.cursor ?? null;
    },
    get endCursor() {
      return edges.at(-1)?.cursor ?? null;
    },
  },
});

/**
 * A connection over a list with page tokens: as many pages as `first` needs, each row once.
 *
 * @throws {InputError} `first` or `after` cannot be
 */
export const byToken = async <Row>(args: ConnectionArgs, list: TokenList<Row>): Promise<Connection<Row>> => {
  const first = readFirst(args);
  const after = args.after == null ? undefined : readCursor<RowCursor>(args.after, list.name, isRowCursor);
  const edges: { cursor: string; node: Row }[] = [];
  const seen = new Set<string>();
  let token = after?.p;
  let from = after;
  for (;;) {
    // The cursor's own page is read again as it was.
    const limit =
      token === after?.p && after?.l ? after.l : Math.min(list.max, Math.max(1, first - edges.length));
    const { rows, next } = await list.read({ limit, token });
    const ends = next === undefined || next === token;
    const start = startBehind(rows, from, list);
    if (start !== undefined) from = undefined;
    for (let index = start ?? rows.length; index < rows.length; index++) {
      const row = rows[index] as Row;
      const id = list.id(row);
      if (seen.has(id)) continue;
      if (edges.length === first) return connect(edges, args, true);
      seen.add(id);
      const page = index === rows.length - 1 && !ends ? { p: next } : { p: token, l: limit, o: index };
      edges.push(edgeOf(row, () => ({ k: list.name, ...page, i: id, t: list.time?.(row) })));
    }
    if (ends || edges.length >= first) return connect(edges, args, !ends);
    token = next;
  }
};

/**
 * A connection over a list with offsets: as many pages as `first` needs, each row once.
 *
 * @param asksForMore true when it matters whether more follows: then one row more is read
 * @throws {InputError} `first` or `after` cannot be
 */
export const byOffset = async <Row>(
  args: ConnectionArgs,
  asksForMore: boolean,
  list: OffsetList<Row>,
): Promise<Connection<Row>> => {
  const first = readFirst(args);
  const after = args.after == null ? undefined : readCursor<RowCursor>(args.after, list.name, isRowCursor);
  const wanted = first + (asksForMore ? 1 : 0);
  const found: { row: Row; offset: number }[] = [];
  const seen = new Set<string>();
  let offset = after?.o ?? 0;
  let from = after;
  /** True once the rows right before the page have been looked at. */
  let follows = offset === 0;
  /** True while the cursor's row is looked for where it did not stand. */
  let searches = false;
  let ended = wanted === 0;
  /** True when the upstream's own count tells that more follows. */
  let more = false;
  while (!ended && !(more && found.length >= first) && found.length < wanted) {
    // The first row read again is the cursor's own.
    const limit = from && searches ? list.max : Math.min(list.max, wanted - found.length + (from ? 1 : 0));
    const { rows, total = -1 } = await list.read({ limit, offset });
    if (from && !follows && isBeyond(rows, from, list)) {
      // Rows before it have gone, so what follows it now stands before its old place.
      offset = Math.max(0, offset - list.max);
      follows = offset === 0;
      searches = true;
      continue;
    }
    const start = startBehind(rows, from, list);
    // A row that has moved back by more than a page is still to be passed.
    if (start === undefined) searches = true;
    else from = undefined;
    for (let index = start ?? rows.length; index < rows.length; index++) {
      const row = rows[index] as Row;
      const id = list.id(row);
      if (!seen.has(id)) found.push({ row, offset: offset + index });
      seen.add(id);
    }
    offset += rows.length;
    // A count that is below what was read says nothing.
    const counted = total >= offset;
    ended = rows.length === 0 || (counted ? offset === total : rows.length < limit);
    more = counted && !ended;
    follows = true;
  }
  const edges = found
    .slice(0, first)
    .map(({ row, offset: o }) =>
      edgeOf(row, () => ({ k: list.name, o, i: list.id(row), t: list.time?.(row) })),
    );
  return connect(edges, args, found.length > first || (asksForMore && more));
};

/** True when the rows stand newest first. A list may be said to be ordered so and yet have another order. */
const isNewestFirst = <Row>(rows: readonly Row[], list: List<Row>): boolean =>
  rows.every((row, index) => {
    const before = rows[index - 1];
    return before === undefined || (list.time?.(before) ?? 0) >= (list.time?.(row) ?? 0);
  });

/** True when an ordered page begins behind the position, so that rows may be missing in between. */
const isBeyond = <Row>(rows: readonly Row[], from: RowCursor, list: List<Row>): boolean => {
  const [row] = rows;
  if (from.t === undefined || !isNewestFirst(rows, list) || (row && list.id(row) === from.i)) return false;
  const time = row && list.time?.(row);
  return time === undefined || time < from.t;
};

/** Where in a page the rows behind the position begin; undefined while the position is still to come. */
const startBehind = <Row>(
  rows: readonly Row[],
  from: RowCursor | undefined,
  list: List<Row>,
): number | undefined => {
  if (from === undefined) return 0;
  const index = rows.findIndex((row) => list.id(row) === from.i);
  if (index >= 0) return index + 1;
  const { t, l, o } = from;
  // Without its row and an order by time, its old place is the best guess.
  if (t === undefined || !isNewestFirst(rows, list)) return l === undefined ? 0 : o;
  // Rows of the same moment stand behind it where the page does.
  const bound = l === undefined && o === undefined ? t + 1 : t;
  const older = rows.findIndex((row) => (list.time?.(row) ?? 0) < bound);
  return older < 0 ? undefined : older;
};
