import {
  buildSchema,
  type DocumentNode,
  type GraphQLError,
  getVariableValues,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { withoutValues } from '../../src/plugins/without-values.ts';

const schema = buildSchema(`
  enum Kind { SMALL LARGE }
  input Person { name: String! age: Int kind: Kind more: [Person!] }
  input One @oneOf { a: String b: Int }
  type Query { ask(s: String, i: Int, f: Float, b: Boolean, id: ID, k: Kind, p: Person, o: One, l: [Int]): String }
`);

/** What GraphQL says of a document, and of its variables. */
const said = (text: string, variables: Record<string, unknown> = {}): string[] => {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch (error) {
    return [(error as GraphQLError).message];
  }
  const faults = validate(schema, document);
  if (faults.length > 0) return faults.map(({ message }) => message);
  const { variableDefinitions = [] } = document.definitions[0] as OperationDefinitionNode;
  const { errors = [] } = getVariableValues(schema, variableDefinitions, variables);
  return errors.map(({ message }) => message);
};

const VALUE = 'Amina Diallo, +49 151 2345678 "found: x" Did you mean';
const quoted = JSON.stringify(VALUE);
const TYPES = ['String', 'Int', 'Float', 'Boolean', 'ID', 'Kind', 'Person', 'One', '[Int]'];
const ARGUMENTS = ['s', 'i', 'f', 'b', 'id', 'k', 'p', 'o', 'l'];
const WRONG = [
  VALUE,
  { name: 7, x: VALUE },
  [VALUE],
  { name: VALUE, age: VALUE },
  { name: VALUE, kind: VALUE },
  { name: VALUE, more: [{ name: VALUE, more: VALUE }] },
  { a: VALUE, b: VALUE },
  1e15 + 0.5,
];

const expectNothingQuoted = (messages: readonly string[]) => {
  for (const message of messages) {
    const bare = withoutValues(message);
    for (const part of ['Amina', 'Diallo', '151', '2345678', '1000000000000000'])
      expect(bare).not.toContain(part);
    expect(bare).toMatch(/^[A-Z].*[.?]$/s);
    expect(bare.length).toBeGreaterThan(20);
  }
};

describe('no value is quoted', () => {
  test.each(TYPES)('of a variable of type %s', (type) => {
    const argument = ARGUMENTS[TYPES.indexOf(type)];
    const messages = WRONG.flatMap((value) =>
      said(`query ($v: ${type}) { ask(${argument}: $v) }`, { v: value }),
    );
    expect(messages.length).toBeGreaterThan(0);
    expectNothingQuoted(messages);
  });

  test.each(ARGUMENTS.filter((name) => name !== 's' && name !== 'id'))('of a literal for %s', (argument) => {
    const messages = [
      quoted,
      `{ name: ${quoted}, age: ${quoted} }`,
      `[${quoted}]`,
      'Amina',
      '1515151515151515',
    ].flatMap((literal) => said(`{ ask(${argument}: ${literal}) }`));
    expect(messages.length).toBeGreaterThan(0);
    expectNothingQuoted(messages);
  });

  test.each([
    `{ ask(s: "Amina" ${quoted}) }`,
    '{ ask(s: Amina Diallo) }',
    '{ ask(s: Amina" Diallo) }',
    `{ ${quoted} }`,
    '{ ask(s: 151Amina) }',
    '{ ask(s: "\\uAmina") }',
    '{ ask(s: "\\Amina") }',
    '{ ask(i: 0151) }',
    `query ${quoted} { ask }`,
    '""" Amina """ 151',
  ])('of a document that cannot be parsed: %s', (text) => {
    const messages = said(text);
    expect(messages).toHaveLength(1);
    expectNothingQuoted(messages);
  });
});

test('the schema’s own names stay', () => {
  const bare = (text: string, variables?: Record<string, unknown>) =>
    said(text, variables).map(withoutValues);
  expect(bare('query ($v: Int) { ask(i: $v) }', { v: 'x' })).toEqual([
    'Variable "$v" has invalid value: Int cannot represent non-integer value.',
  ]);
  expect(bare('{ ask(k: SMAL) }')[0]).toMatch(
    /^the value does not exist in "Kind" enum\. Did you mean the enum value "SMALL"\?$/i,
  );
  expect(bare('query ($v: Person) { ask(p: $v) }', { v: {} })).toEqual([
    'Variable "$v" has invalid value: Expected value of type "Person" to include required field "name".',
  ]);
  expect(bare('query ($v: Person) { ask(p: $v) }', { v: { name: 'x', nam: 'y' } })).toEqual([
    'Variable "$v" has invalid value: Expected value of type "Person" not to include unknown field "nam". Did you mean "name"?',
  ]);
  expect(bare('{ aks }')).toEqual(['Cannot query field "aks" on type "Query". Did you mean "ask"?']);
  expect(bare('{ ask(s: "a" }')).toEqual(['Syntax Error: Expected Name, found "}".']);
  expect(bare('{ ask')).toEqual(['Syntax Error: Expected Name, found <EOF>.']);
});
