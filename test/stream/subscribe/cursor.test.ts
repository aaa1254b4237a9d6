import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InputError } from '../../../src/graph/errors.ts';
import { readCursor, writeCursor } from '../../../src/stream/subscribe/cursor.ts';

it('reads back every position', () => {
  fc.assert(
    fc.property(
      fc.record({
        epoch: fc.stringMatching(/^[\w-]{12}$/),
        position: fc.nat(),
        within: fc.constantFrom(undefined, 'SNAPSHOT' as const, 'RECONCILED' as const),
      }),
      (position) => {
        const cursor = writeCursor(position);
        expect(cursor).toMatch(/^[\w-]+$/);
        expect(readCursor(cursor)).toEqual(position);
      },
    ),
  );
});

const encode = (text: string) => Buffer.from(text).toString('base64url');

it.each([
  ['nothing', ''],
  ['something else', 'abc'],
  ['a list’s cursor', encode('{"k":"BirdMessage","p":"x"}')],
  ['no position', encode('epoch.')],
  ['a negative position', encode('epoch.-1')],
  ['a position beyond counting', encode(`epoch.${'9'.repeat(20)}`)],
  ['a leading zero', encode('epoch.01')],
  ['another flag', encode('epoch.1.x')],
  ['a foreign character', `${encode('epoch.1')}!`],
  ['padding', `${encode('epoch.1')}=`],
  ['a megabyte', 'A'.repeat(1_000_000)],
])('refuses %s', (_, cursor) => {
  expect(() => readCursor(cursor)).toThrow(InputError);
});

it('refuses any text that is not a cursor without breaking', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => readCursor(text)).toThrow('after: is not a cursor of an event');
    }),
  );
});
