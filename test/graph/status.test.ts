import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { higher, isFinal, rank } from '../../src/graph/status.ts';
import { MESSAGE_STATUSES, type MessageStatus } from '../../src/ports.ts';

const status = fc.constantFrom(...MESSAGE_STATUSES);

describe('the order of statuses', () => {
  test('is that of the enum, with DELIVERED and RECEIVED equal', () => {
    const ordered = MESSAGE_STATUSES.filter((one) => one !== 'RECEIVED');
    expect(ordered.map(rank)).toEqual(ordered.map(rank).toSorted((one, other) => one - other));
    expect(new Set(ordered.map(rank)).size).toBe(ordered.length);
    expect(rank('RECEIVED')).toBe(rank('DELIVERED'));
  });

  test('lets the highest win, in whatever order and however often they come', () =>
    fc.assert(
      fc.property(fc.array(status, { minLength: 1 }), fc.nat(), (seen, seed) => {
        const last = (all: readonly MessageStatus[]) => rank(all.reduce((one, other) => higher(one, other)));
        const shuffled = seen.toSorted((one, other) => ((rank(one) + seed) % 7) - ((rank(other) + seed) % 5));
        expect(last(shuffled)).toBe(last([...seen, ...seen]));
        expect(last(seen)).toBe(Math.max(...seen.map(rank)));
      }),
    ));

  test('keeps the first of equals', () => {
    expect(higher('RECEIVED', 'DELIVERED')).toBe('RECEIVED');
    expect(higher('DELIVERED', 'RECEIVED')).toBe('DELIVERED');
    expect(higher('SENT', undefined)).toBe('SENT');
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
