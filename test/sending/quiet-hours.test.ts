import { expect, test } from 'vitest';
import { endOfQuietHours, isTimeZone } from '../../src/sending/quiet-hours.ts';
import { wishIn } from '../../src/sending/stop-words.ts';

const NIGHT = { from: 21 * 60, to: 8 * 60 };
const NOON = { from: 12 * 60, to: 13 * 60 };

test.each([
  ['2026-01-15T22:30:00Z', 'UTC', NIGHT, '2026-01-16T08:00:00Z'],
  ['2026-01-15T03:30:59Z', 'UTC', NIGHT, '2026-01-15T08:00:00Z'],
  ['2026-01-15T21:00:00Z', 'UTC', NIGHT, '2026-01-16T08:00:00Z'],
  ['2026-01-15T08:00:00Z', 'UTC', NIGHT, undefined],
  ['2026-01-15T20:59:59Z', 'UTC', NIGHT, undefined],
  ['2026-01-15T12:30:00Z', 'UTC', NOON, '2026-01-15T13:00:00Z'],
  ['2026-01-15T18:00:00Z', 'Asia/Kolkata', NIGHT, '2026-01-16T02:30:00Z'],
  // The night on which clocks are put forward is an hour shorter, the one on which they are put back an hour longer.
  ['2026-03-29T00:00:00Z', 'Europe/Amsterdam', NIGHT, '2026-03-29T06:00:00Z'],
  ['2026-10-24T22:00:00Z', 'Europe/Amsterdam', NIGHT, '2026-10-25T07:00:00Z'],
  // Half past two is there twice, and not at all.
  ['2026-10-25T00:15:00Z', 'Europe/Amsterdam', { from: 120, to: 150 }, '2026-10-25T00:30:00Z'],
  ['2026-03-29T00:59:00Z', 'Europe/Amsterdam', { from: 110, to: 150 }, '2026-03-29T01:00:00Z'],
])('quiet hours at %s in %s', (time, zone, hours, end) => {
  const found = endOfQuietHours(Date.parse(time), hours, zone);
  expect(found && new Date(found).toISOString()).toBe(end && new Date(end).toISOString());
});

test('knows time zones by their names', () => {
  expect(['Europe/Amsterdam', 'UTC', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false]);
});

test.each([
  ['STOP', 'stop'],
  [' stop!\n', 'stop'],
  ['«Stopp»', 'stop'],
  ['please stop texting me', 'stop'],
  ['Unsubscribe', 'stop'],
  ['ARRÊT', 'stop'],
  ['START', 'resume'],
  ['unstop', 'resume'],
  ['stop by tomorrow', undefined],
  ['The end of the week suits me', undefined],
  ['', undefined],
  [null, undefined],
  ['stop '.repeat(1000), undefined],
])('%j asks for %s', (text, wish) => {
  expect(wishIn(text)).toBe(wish);
});
