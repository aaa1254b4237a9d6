import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGateway, type TestError, type TestGateway } from '../support/gateway.ts';
import { smallSchema } from '../support/schema.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ schema: smallSchema() });
});
afterAll(() => gateway.close());

const nested = (depth: number): string => `${'deep { '.repeat(depth - 1)}value${' }'.repeat(depth - 1)}`;
const aliased = (count: number): string =>
  Array.from({ length: count }, (_, index) => `a${index}: hello`).join(' ');

/** The code of the first error, or `ok`, over each of the three transports. */
const codes = async (query: string): Promise<string[]> => {
  const code = (errors: readonly { extensions?: object }[] | undefined) =>
    (errors?.[0] as TestError | undefined)?.extensions.code ?? 'ok';
  const http = code((await gateway.ask(query)).body.errors);
  const sse: string[] = [];
  for await (const { event, data } of gateway.watchSse(query))
    if (event === 'next') sse.push(code(data.errors));
  const ws: string[] = [];
  try {
    for await (const result of gateway.watch(query)) ws.push(code(result.errors));
  } catch (errors) {
    ws.push(code(errors as readonly TestError[]));
  }
  return [http, ...sse, ...ws];
};

const OK = ['ok', 'ok', 'ok'];
const REFUSED = Array(3).fill('GRAPHQL_VALIDATION_FAILED');

describe('depth', () => {
  test('is 20 at the most', async () => {
    expect(await codes(`{ ${nested(20)} }`)).toEqual(OK);
    expect(await codes(`{ ${nested(21)} }`)).toEqual(REFUSED);
  });

  test('counts through fragments, in whatever order they stand', async () => {
    const query = (depth: number) => `
      fragment C on Deep { ${nested(depth - 12)} }
      query { deep { ...A } }
      fragment B on Deep { ${'deep { '.repeat(6)} ...C ${'}'.repeat(6)} }
      fragment A on Deep { ... on Deep { ${'deep { '.repeat(5)} ...B ${'}'.repeat(5)} } }
    `;
    expect(await codes(query(20))).toEqual(OK);
    expect(await codes(query(21))).toEqual(REFUSED);
  });

  test('ends at a cycle of fragments, which is refused', async () => {
    const cycle =
      '{ deep { ...A } } fragment A on Deep { deep { ...B } } fragment B on Deep { deep { ...A } }';
    expect(await codes(cycle)).toEqual(REFUSED);
    expect(await codes('{ deep { ...A } } fragment A on Deep { ...A }')).toEqual(REFUSED);
  });

  test('lets introspection through', async () => {
    const query = getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    expect(await codes(query)).toEqual(OK);
  });
});

describe('aliases', () => {
  test('are 100 at the most', async () => {
    expect(await codes(`{ ${aliased(100)} }`)).toEqual(OK);
    expect(await codes(`{ ${aliased(101)} }`)).toEqual(REFUSED);
  });

  test('count wherever their fragment is spread', async () => {
    const query = (uses: number) => `
      { ${Array.from({ length: uses }, (_, index) => `d${index}: deep { ...F }`).join(' ')} }
      fragment F on Deep { a: value b: value c: value d: value }
    `;
    expect(await codes(query(20))).toEqual(OK);
    expect(await codes(query(21))).toEqual(REFUSED);
  });

  test('are counted without spreading them out', async () => {
    const levels = Array.from(
      { length: 18 },
      (_, level) =>
        `fragment F${level} on Deep { a: deep { ...F${level + 1} } b: deep { ...F${level + 1} } }`,
    );
    const query = `{ deep { ...F0 } } ${levels.join(' ')} fragment F18 on Deep { value }`;
    expect(await codes(query)).toEqual(REFUSED);
  });
});

test('all three can be set', async () => {
  await using small = await startTestGateway({
    schema: smallSchema(),
    limits: { depth: 2, aliases: 1, tokens: 20 },
  });
  const code = async (query: string) => (await small.ask(query)).body.errors?.[0]?.extensions.code;
  expect(await code('{ deep { value } a: hello }')).toBeUndefined();
  expect(await code('{ deep { deep { value } } }')).toBe('GRAPHQL_VALIDATION_FAILED');
  expect(await code('{ a: hello b: hello }')).toBe('GRAPHQL_VALIDATION_FAILED');
  expect(await code('{ sum(of: [1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1]) }')).toBe('GRAPHQL_PARSE_FAILED');
});

describe('tokens', () => {
  const tokens = (count: number) => `{ sum(of: [${'1 '.repeat(count - 9)}]) }`;

  test('are 2,000 at the most', async () => {
    expect(await codes(tokens(2000))).toEqual(OK);
    expect(await codes(tokens(2001))).toEqual(Array(3).fill('GRAPHQL_PARSE_FAILED'));
  });

  test('are counted before a document is built', async () => {
    const { body } = await gateway.ask(`{ ${'hello '.repeat(150_000)}}`);
    expect(body.errors?.[0]?.extensions.code).toBe('GRAPHQL_PARSE_FAILED');
  });
});
