import { expect, test } from 'vitest';
import { readTime, writeTime } from '../../src/courier/times.ts';

test.each([
  ['2026-01-31 12:00:00', '2026-01-31T12:00:00.000Z'],
  // The hours that a clock of New York skips and repeats.
  ['2026-03-08 02:30:00', '2026-03-08T02:30:00.000Z'],
  ['2026-11-01 01:30:00', '2026-11-01T01:30:00.000Z'],
  ['2026-01-31T12:00:00', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00:00.123456+02:00', '2026-01-31T10:00:00.123Z'],
])('courier’s %s is %s, wherever Pigeon runs', (text, moment) => {
  expect(readTime(text)?.toISOString()).toBe(moment);
});

test.each(['', 'yesterday', '2026-01-31', '12:00:00', '2026-13-01 00:00:00', null, undefined, 5, {}])(
  '%j is no time of courier’s',
  (value) => {
    expect(readTime(value)).toBeUndefined();
  },
);

test('a time is written with its milliseconds', () => {
  expect(writeTime(new Date(1_767_225_600_123))).toBe('2026-01-01T00:00:00.123Z');
});
