import { expect, test } from 'vitest';
import { compose, type Layer, type Operation, target } from '../../src/upstream/send.ts';
import { callOf } from './call.ts';

const IDENTIFIER: Operation = {
  api: 'bird',
  method: 'PATCH',
  path: '/contacts/identifiers/{key}/{value}',
  safe: false,
};

const pathOf = (value: string): string =>
  target(callOf({ operation: IDENTIFIER, params: { key: 'k', value } }));

test.each([
  ['ada@example.com', 'ada@example.com'],
  ['+31612345678', '+31612345678'],
  ["a:b,c$d&e=f;g!h'i(j)k*l~m.n_o-p", "a:b,c$d&e=f;g!h'i(j)k*l~m.n_o-p"],
  ['a/b', 'a%2Fb'],
  ['a?b#c', 'a%3Fb%23c'],
  ['a b%41', 'a%20b%2541'],
  ['é', '%C3%A9'],
  ['...', '...'],
])('a path value %j is asked for as %j', (value, asked) => {
  expect(pathOf(value)).toBe(`/contacts/identifiers/k/${asked}`);
});

test.each(['', '.', '..'])('the path value %j is refused, because it names another resource', (value) => {
  expect(() => pathOf(value)).toThrow(TypeError);
});

test('a path value that is missing is refused', () => {
  expect(() => target(callOf({ params: {} }))).toThrow(TypeError);
});

test('arrays are repeated parameters, in their order, and what is null or left out is not asked', () => {
  const query = { limit: 20, id: ['b', 'a'], reverse: false, status: undefined, name: null, none: [] };
  expect(target(callOf({ query }))).toBe('/v1/things/1/?limit=20&id=b&id=a&reverse=false');
});

test('query values and names are encoded whole', () => {
  const query = { 'filter[email]': 'ada+x@example.com', to: '+31 6' };
  expect(target(callOf({ query }))).toBe('/v1/things/1/?filter%5Bemail%5D=ada%2Bx%40example.com&to=%2B31+6');
});

test('the first layer is the outermost', async () => {
  const order: string[] = [];
  const named =
    (name: string): Layer =>
    (next) =>
    (call) => {
      order.push(name);
      return next(call);
    };
  await compose(async () => ({ status: 200, body: 1 }), named('outer'), named('inner'))(callOf());
  expect(order).toEqual(['outer', 'inner']);
});
