import { buildSchema, execute, parse, validate } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { expect, it } from 'vitest';
import { useDocumentCache } from '../../src/plugins/document-cache.ts';

/** A GraphQL server that counts what is parsed and validated anew. */
const start = (mostBytes?: number) => {
  const counts = { parsed: 0, validated: 0 };
  const counting: Plugin = {
    onParse: ({ setParseFn }) =>
      setParseFn((source, options) => {
        counts.parsed += 1;
        return parse(source, options);
      }),
    onValidate: ({ setValidationFn }) =>
      setValidationFn((...args: Parameters<typeof validate>) => {
        counts.validated += 1;
        return validate(...args);
      }),
    onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
  };
  const yoga = createYoga({
    schema: buildSchema('type Query { a: Int }'),
    plugins: [counting, useDocumentCache(mostBytes)],
    parserAndValidationCache: false,
    logging: false,
  });
  const ask = async (query: string) => {
    const response = await yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return response.json();
  };
  return { ask, counts };
};

it('parses and validates a document once', async () => {
  const { ask, counts } = start();
  for (let time = 0; time < 3; time += 1) expect(await ask('{ a }')).toEqual({ data: { a: null } });
  expect(counts).toEqual({ parsed: 1, validated: 1 });
});

it('keeps nothing of a document that is not valid or cannot be parsed', async () => {
  const { ask, counts } = start();
  for (let time = 0; time < 2; time += 1) {
    expect(await ask('{ b }')).toHaveProperty('errors');
    expect(await ask('{')).toHaveProperty('errors');
  }
  expect(counts).toEqual({ parsed: 4, validated: 2 });
});

it('is bounded by what documents take once they are parsed', async () => {
  const { ask, counts } = start(700 * 60);
  const large = `{ ${'a '.repeat(40)}}`;
  await ask(large);
  await ask('{ a }');
  await ask('{ a }');
  expect(counts.parsed).toBe(2);
  await ask(large.replace('{', '{ a'));
  await ask(large);
  expect(counts.parsed).toBe(4);
  const larger = `{ ${'a '.repeat(70)}}`;
  await ask(larger);
  await ask(larger);
  expect(counts.parsed).toBe(6);
});
