import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestError, type TestGateway } from '../support/gateway.ts';
import { smallSchema } from '../support/schema.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ schema: smallSchema(), introspection: false });
});
afterAll(() => gateway.close());

/** The first error over each of the three transports. */
const errors = async (query: string, variables = {}): Promise<(TestError | undefined)[]> => {
  const found: (TestError | undefined)[] = [(await gateway.ask(query, variables)).body.errors?.[0]];
  for await (const { event, data } of gateway.watchSse(query, variables)) {
    if (event === 'next') found.push(data.errors?.[0]);
  }
  try {
    for await (const result of gateway.watch(query, variables))
      found.push(result.errors?.[0] as TestError | undefined);
  } catch (thrown) {
    found.push((thrown as TestError[])[0]);
  }
  return found;
};

test.each([
  '{ __schema { types { name } } }',
  '{ __type(name: "Query") { name } }',
  '{ deep { value } ...F } fragment F on Query { __schema { description } }',
])('introspection is refused over every transport: %s', async (query) => {
  const found = await errors(query);
  expect(found.map((error) => error?.extensions.code)).toEqual(Array(3).fill('GRAPHQL_VALIDATION_FAILED'));
});

test('the name of an object’s own type is still told, as clients’ caches need it', async () => {
  expect((await gateway.ask('{ __typename deep { __typename } }')).body).toEqual({
    data: { __typename: 'Query', deep: { __typename: 'Deep' } },
  });
});

test.each(['{ helo }', '{ hello(nam: "x") }', '{ deep { valu } }', 'query ($x: Strin) { hello(name: $x) }'])(
  'no error suggests what was meant: %s',
  async (query) => {
    const found = await errors(query);
    expect(found).toHaveLength(3);
    for (const error of found) {
      expect(error?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
      expect(error?.message).not.toMatch(/did you mean/i);
    }
  },
);

test('documents are otherwise validated as ever', async () => {
  expect((await gateway.ask('{ a: hello a: count(by: 1) }')).body.errors?.[0]?.extensions.code).toBe(
    'GRAPHQL_VALIDATION_FAILED',
  );
});
