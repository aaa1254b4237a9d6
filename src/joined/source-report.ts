import { builder } from '../builder.ts';
import type { Api } from '../context.ts';
import { Source } from '../graph/source.ts';

/** What became of asking one upstream for one page. */
export interface Report {
  readonly source: Api;
  readonly status: 'OK' | 'FAILED' | 'SKIPPED';
  readonly error: string | null;
}

const Status = builder.enumType('TimelineSourceStatus', {
  description: 'What became of asking one upstream for one page.',
  values: {
    OK: { description: 'Its rows are here.' },
    FAILED: { description: 'Its rows are missing from this page; the same page asked again may have them.' },
    SKIPPED: { description: 'It was not asked: it could add nothing, or was not wanted.' },
  } as const,
});

/** The report of one upstream on one page. */
export const SourceReport = builder.objectRef<Report>('TimelineSource').implement({
  description: 'What became of asking one upstream for one page of a joined list.',
  fields: (t) => ({
    source: t.expose('source', { type: Source, nullable: false, description: 'The upstream.' }),
    status: t.expose('status', { type: Status, nullable: false, description: 'What became of it.' }),
    error: t.exposeString('error', { description: 'Why it failed.' }),
  }),
});

/** The report on an upstream that failed. Our own errors' messages hold nothing personal. */
export const reportOn = (source: Api, error: unknown): Report => ({
  source,
  status: 'FAILED',
  error: error instanceof Error ? error.message : 'failed',
});
