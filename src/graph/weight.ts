import type { Api } from '../context.ts';
import { readFirst } from './connection.ts';

/** Calls by upstream. */
export type Calls = Partial<Readonly<Record<Api, number>>>;

/** How the objects of one type are read by their keys, which decides what many of them cost. */
export interface Loading {
  /** The type, because keys of one type are read together wherever they are named. */
  readonly name: string;
  readonly api: Api;
  /** True when one call reads many; what it does not show is then read by itself. */
  readonly batched: boolean;
}

/** How many rows a list is taken to have that stands inside a row, and one that is fetched without pages. */
export const ESTIMATED_ROWS = { embedded: 5, fetched: 20 } as const;

/** What one field costs for each object that it is asked of. */
export interface Cost {
  /** The calls that it makes. */
  readonly calls?: Calls | undefined;
  /**
   * The calls that it may make, by estimate: how many depends on what is read, and rows may share them. No operation
   * is refused for them; they are bounded while it runs.
   */
  readonly estimated?: Calls | undefined;
  /** The objects that it reads by key, each by itself. Rows may name the same object, which is then read once. */
  readonly loads?: readonly Loading[] | undefined;
  /** The calls that the operation makes once, however often the field is asked for, under a name. */
  readonly once?: { readonly name: string; readonly calls: Calls } | undefined;
  /** How many rows its list has, or the list of its connection. */
  readonly rows?: number | undefined;
}

/** How a field is asked for: the arguments and what is selected below it, before anything is executed. */
export interface Asked {
  /** The value of an argument; undefined when it is not said. */
  arg(name: string): unknown;
  /** True when the query asks for the field at the end of the path below this one. */
  asksFor(...path: readonly string[]): boolean;
  /** True when the query asks for nothing but these fields and those that need the key of the object alone. */
  asksOnly(fields: readonly string[]): boolean;
}

/** Prices a field for one object that it is asked of. */
export type Weight = (asked: Asked) => Cost;

/**
 * Has a field say what it costs. A field that says nothing costs one call for each of its `@rest`, and a list that
 * says nothing of its rows is estimated.
 */
export const weighs = (weight: Weight) => ({ weight });

/** What a field says that it costs. */
export const weightOf = (extensions: Readonly<Record<string, unknown>>): Weight | undefined =>
  typeof extensions.weight === 'function' ? (extensions.weight as Weight) : undefined;

/** How many rows the arguments of a connection ask for. */
export const firstOf = (asked: Asked): number => {
  const first = asked.arg('first');
  try {
    return readFirst({ first: typeof first === 'number' ? first : undefined });
  } catch {
    // What cannot be asked for is refused when it is executed, and gives no rows.
    return 0;
  }
};

/** How a list is paged, as far as its price depends on it. */
interface Paging {
  readonly api: Api;
  /** The upstream's largest page. */
  readonly page: number;
  /** By tokens, by offsets, or not at all: then one call gives all rows. */
  readonly by: 'token' | 'offset' | 'none';
}

/** How many calls a page of a connection takes when the upstream's pages are full. */
export const pagesOf = (asked: Asked, { page, by }: Omit<Paging, 'api'>): number => {
  const first = firstOf(asked);
  const resumes = asked.arg('after') != null;
  if (by === 'none') return 1;
  // The page on which the cursor stood is read again.
  if (by === 'token') return Math.max(1, Math.ceil(first / page)) + (resumes ? 1 : 0);
  const wanted = first + (asked.asksFor('pageInfo', 'hasNextPage') ? 1 : 0);
  return wanted === 0 ? 0 : Math.ceil((wanted + (resumes ? 1 : 0)) / page);
};

/** The price of a connection over one list of an upstream. */
export const weighsPages = (paging: Paging) =>
  weighs((asked) => ({ calls: { [paging.api]: pagesOf(asked, paging) }, rows: firstOf(asked) }));

/** The price of an object that is read by its key. */
export const weighsLoad = (loading: Loading | undefined) =>
  weighs(() => (loading ? { loads: [loading] } : {}));

/** The same where a row holds the key, so that nothing is read when the query asks for the key, or these fields, alone. */
export const weighsRelation = (loading: Loading | undefined, free: readonly string[] = []) =>
  weighs((asked) => (loading && !asked.asksOnly(['id', ...free]) ? { loads: [loading] } : {}));

/** The same where a row holds the keys of several. */
export const weighsRelations = (loading: Loading | undefined) =>
  weighs((asked) =>
    loading && !asked.asksOnly(['id'])
      ? { loads: Array.from({ length: ESTIMATED_ROWS.embedded }, () => loading) }
      : {},
  );
