/** RFC 3339; a time without a zone is read as UTC, as all of Bird's are. */
const RFC3339 = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?)([Zz]|[+-]\d\d:?\d\d)?$/;

/**
 * A date-time of Bird, which writes RFC 3339 in UTC with milliseconds (Bird's page on common API usage).
 *
 * @returns undefined when there is none or it cannot be read
 */
export const readTime = (value: unknown): Date | undefined => {
  if (typeof value !== 'string') return undefined;
  const [, time, zone = 'Z'] = RFC3339.exec(value) ?? [];
  const date = new Date(`${time}${zone}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
};

/** A moment as Bird takes it. */
export const writeTime = (value: Date): string => value.toISOString();
