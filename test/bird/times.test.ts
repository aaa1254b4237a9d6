import { expect, test } from 'vitest';
import { readTime, writeTime } from '../../src/bird/times.ts';

test.each([
  ['2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00.500Z'],
  ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00.000Z'],
  ['2026-01-31T12:00:00+0200', '2026-01-31T10:00:00.000Z'],
  ['2026-01-31T12:00:00', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00:00.123456', '2026-01-31T12:00:00.123Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
])('Bird’s %s is %s, wherever Pigeon runs', (text, moment) => {
  expect(readTime(text)?.toISOString()).toBe(moment);
});

test.each(['', 'soon', '2026-01-31', '2026-01-31 12:00:00', '2026-13-01T00:00:00Z', null, undefined, 5, {}])(
  '%j is no time of Bird’s',
  (value) => {
    expect(readTime(value)).toBeUndefined();
  },
);

test('a time is written with its milliseconds', () => {
  expect(writeTime(new Date(1_767_225_600_123))).toBe('2026-01-01T00:00:00.123Z');
});
