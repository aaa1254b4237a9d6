import { expect, test } from 'vitest';

test('the zone that the tests run in is the one that was asked for', () => {
  const { TZ = new Intl.DateTimeFormat().resolvedOptions().timeZone } = process.env;
  const hours = { 'America/New_York': 7, 'Asia/Kolkata': 17 }[TZ];
  if (hours !== undefined) expect(new Date('2026-01-01T12:00:00Z').getHours()).toBe(hours);
});
