const PLAIN = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** The moment that courier's form `YYYY-MM-DD hh:mm:ss`, which is in UTC, or RFC 3339 names; NaN when a text is neither. */
export function momentOf(text: string): number {
  if (PLAIN.test(text)) return Date.parse(`${text.replace(' ', 'T')}Z`);
  return RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
}

/** A moment as rows store it, with milliseconds; what is no moment stays as it is. */
export function toStored(text: string): string {
  const moment = momentOf(text);
  return Number.isNaN(moment) ? text : new Date(moment).toISOString();
}

/** A stored moment as courier answers it: without its fraction, which is cut off and not rounded. */
export function toWire(text: string): string {
  return text.slice(0, 19).replace('T', ' ');
}

/** Whether a text is a date-time as courier answers it. */
export function isWireTime(text: string): boolean {
  return PLAIN.test(text) && !Number.isNaN(momentOf(text));
}
