import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { KnownPlans } from '../../../src/plugins/plan/known-plans.ts';
import type { Plan } from '../../../src/plugins/plan/tally.ts';

const plan = (fields = 1): Plan =>
  ({ fields: Array.from({ length: fields }, () => ({})) }) as unknown as Plan;

test('a plan is made once for the values that it depends on', () => {
  const known = new KnownPlans();
  const document = parse('query ($first: Int, $id: ID) { a(first: $first, id: $id) }');
  let made = 0;
  const of = (variables: Record<string, unknown>, rest = 'A 1000') =>
    known.of(document, variables, rest, ({ first }) => {
      made += 1;
      return { ...plan(), calls: first as never };
    });
  expect(of({ first: 1, id: 'a' })).toBe(of({ first: 1, id: 'b' }));
  expect(made).toBe(1);
  expect(of({ first: 2, id: 'a' }).calls).toBe(2);
  expect(of({ first: 1 }).calls).toBe(1);
  expect(made).toBe(2);
  expect(of({ id: 'a' }).calls).toBe(undefined);
  expect(of({ first: null }).calls).toBe(null);
  expect(made).toBe(4);
  of({ first: 1 }, 'B 1000');
  of({ first: 1 }, 'A 10');
  expect(made).toBe(6);
});

test('what a plan depends on may depend on values itself', () => {
  const known = new KnownPlans();
  const document = parse('{ a }');
  const of = (variables: Record<string, unknown>) =>
    known.of(document, variables, '', (values) => ({
      ...plan(),
      objects: Object.hasOwn(values, 'deep') && values.deep ? Number(values.first) : 0,
    }));
  expect(of({ deep: false, first: 1 }).objects).toBe(0);
  expect(of({ deep: true, first: 1 }).objects).toBe(1);
  expect(of({ deep: true, first: 2 }).objects).toBe(2);
  expect(of({ deep: false, first: 2 }).objects).toBe(0);
});

test('documents of the same text are told apart, and no more is kept than may be', () => {
  const known = new KnownPlans(10_000);
  let made = 0;
  const of = (document: ReturnType<typeof parse>, variables: Record<string, unknown> = {}) =>
    known.of(document, variables, '', ({ id }) => {
      made += 1;
      return { ...plan(10), calls: id as never };
    });
  const documents = Array.from({ length: 10 }, () => parse('{ a }'));
  for (const document of [...documents, ...documents]) of(document);
  expect(made).toBe(20);
  const [first] = documents;
  if (first) for (let turn = 0; turn < 3; turn += 1) of(first, { id: 'x'.repeat(3000) });
  expect(made).toBe(23);
});
