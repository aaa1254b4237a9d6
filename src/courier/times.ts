/** courier's own form of a date-time: `2026-01-31 12:00:00`, in UTC, a second wide. */
const OWN = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)$/;

/** RFC 3339, which courier takes and might answer. */
const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/**
 * A date-time of courier. Its answers write `YYYY-MM-DD hh:mm:ss` and mean UTC, whatever the machine's zone is
 * (Carium developer pages, API introduction).
 *
 * @returns undefined when there is none or it cannot be read
 */
export const readTime = (value: unknown): Date | undefined => {
  if (typeof value !== 'string') return undefined;
  const [, day, time] = OWN.exec(value) ?? [];
  const text = day === undefined ? (RFC3339.test(value) ? value : '') : `${day}T${time}Z`;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
};

/** A moment as courier takes it: RFC 3339 with milliseconds, so that nothing of it is cut off. */
export const writeTime = (value: Date): string => value.toISOString();

/** How wide a date-time of an answer is: what courier keeps may lie anywhere within its second. */
export const SECOND = 1000;
