import type { Api, Context } from '../context.ts';
import { inTime, LateError } from './in-time.ts';
import { type Report, reportOn } from './source-report.ts';

/**
 * How much of the time that is left each upstream may take: one that hangs leaves time to answer with what the other
 * one has.
 */
const SHARE = 0.7;

/** What one upstream gives of a page. */
export interface Part<Row> {
  readonly rows: readonly Row[];
  /** Why these are not all, where that is so. */
  readonly short?: string | undefined;
}

/**
 * Asks both upstreams at once for their part of a page.
 *
 * @param ask gives an upstream's part; undefined where it has nothing to do with what is asked
 * @returns what they gave, and what became of asking each
 * @throws what failed, when none of them gave a part
 */
export const askSources = async <Row>(
  context: Context,
  ask: (source: Api) => Promise<Part<Row>> | undefined,
): Promise<{ readonly rows: readonly Row[]; readonly sources: readonly Report[] }> => {
  const errors: unknown[] = [];
  const parts = await Promise.all(
    (['bird', 'courier'] as const).map(async (source) => {
      const asked = context.services[source] && ask(source);
      if (!asked) return { report: { source, status: 'SKIPPED', error: null } satisfies Report };
      try {
        const { rows, short } = await inTime(context, SHARE, asked);
        const report: Report =
          short === undefined
            ? { source, status: 'OK', error: null }
            : { source, status: 'FAILED', error: short };
        return { rows, report };
      } catch (error) {
        errors.push(error);
        return { report: reportOn(source, error) };
      }
    }),
  );
  const given = parts.flatMap((part) => ('rows' in part && part.rows ? [part.rows] : []));
  if (errors.length > 0 && given.length === 0) {
    const [error] = errors;
    // Nothing else needs the time, so the upstream's own failure can be waited for.
    if (error instanceof LateError) await error.answer;
    throw error;
  }
  return { rows: given.flat(), sources: parts.map(({ report }) => report) };
};
