import type { Context } from '../context.ts';
import type { List } from '../graph/verbs/list.ts';

/** The largest page that leaves room for the one row more by which it is seen whether another page follows. */
const PAGE = 999;

/**
 * Reads a list page by page, in its own order.
 *
 * @param values what the list is asked for beside its pages
 * @param most how many rows are read at the most
 * @returns the rows, and whether they are all
 */
export const readRows = async <Row extends object>(
  context: Context,
  list: List<Row>,
  values: Record<string, unknown>,
  most: number,
): Promise<{ readonly rows: readonly Row[]; readonly whole: boolean }> => {
  const rows: Row[] = [];
  let after: string | null = null;
  for (;;) {
    const first = Math.min(PAGE, most - rows.length);
    const { edges, pageInfo } = await list.read(context, { first, after }, values, true);
    rows.push(...edges.map(({ node }) => node));
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage) return { rows, whole: true };
    if (rows.length >= most || after === null) return { rows, whole: false };
  }
};
