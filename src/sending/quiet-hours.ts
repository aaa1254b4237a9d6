import type { DayHours } from '../config/config.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** How far behind a moment the end of quiet hours is looked for, in minutes: a day, and what clocks are put back. */
const FURTHEST = DAY_MINUTES + 180;

const formats = new Map<string, Intl.DateTimeFormat>();

/** True for a name of a time zone that this machine knows. */
export const isTimeZone = (name: string): boolean => {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
};

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  // Whoever names zones without end gets no more memory than there are zones.
  if (formats.size < 1000) formats.set(timeZone, format);
  return format;
};

/** What the clock on the wall shows, in minutes since midnight. */
const wallMinutes = (time: number, timeZone: string): number => {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(time)
      .map(({ type, value }) => [type, value]),
  );
  return Number(parts.hour) * 60 + Number(parts.minute);
};

const isWithin = (minutes: number, { from, to }: DayHours): boolean =>
  from < to ? minutes >= from && minutes < to : minutes >= from || minutes < to;

/**
 * When quiet hours end that a moment lies in.
 *
 * @param time in milliseconds since the epoch
 * @returns the first whole minute at which they are over, in milliseconds since the epoch; undefined when they are not
 */
export const endOfQuietHours = (time: number, hours: DayHours, timeZone: string): number | undefined => {
  if (!isWithin(wallMinutes(time, timeZone), hours)) return undefined;
  // Minute by minute, because clocks are put forward and back.
  const minute = Math.floor(time / MINUTE_MS);
  for (let ahead = 1; ahead <= FURTHEST; ahead += 1) {
    const at = (minute + ahead) * MINUTE_MS;
    if (!isWithin(wallMinutes(at, timeZone), hours)) return at;
  }
  return undefined;
};
