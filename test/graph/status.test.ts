import { describe, expect, test } from 'vitest';
import { isFinal, rank } from '../../src/graph/status.ts';
import { MESSAGE_STATUSES } from '../../src/ports.ts';

describe('the order of statuses', () => {
  test('is that of the enum, with DELIVERED and RECEIVED equal', () => {
    const ordered = MESSAGE_STATUSES.filter((one) => one !== 'RECEIVED');
    expect(ordered.map(rank)).toEqual(ordered.map(rank).toSorted((one, other) => one - other));
    expect(new Set(ordered.map(rank)).size).toBe(ordered.length);
    expect(rank('RECEIVED')).toBe(rank('DELIVERED'));
  });
});

test('only statuses that nothing but a reader or a removal moves are final', () => {
  expect(MESSAGE_STATUSES.filter((one) => !isFinal(one))).toEqual([
    'UNKNOWN',
    'DRAFT',
    'SCHEDULED',
    'ACCEPTED',
    'PROCESSING',
    'SENT',
  ]);
});
