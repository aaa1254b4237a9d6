import { readFileSync } from 'node:fs';
import {
  buildClientSchema,
  buildSchema,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  introspectionFromSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { CORE_SCHEMA, load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { ledger } from '../src/graph/ledger.ts';
import { restOf } from '../src/graph/rest.ts';
import { printGraph } from '../src/print.ts';
import { schema } from '../src/schema.ts';

const read = (name: string) => readFileSync(new URL(`../schema/${name}`, import.meta.url), 'utf8');

interface LeftOut {
  readonly api: string;
  readonly method: string;
  readonly path: string;
  readonly reason: string;
}

const documented = (api: string): string[] => {
  const { paths } = load(read(`${api}.openapi.yaml`), { schema: CORE_SCHEMA }) as {
    paths: Record<string, object>;
  };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((method) => ['get', 'put', 'post', 'patch', 'delete'].includes(method))
      .map((method) => `${api} ${method.toUpperCase()} ${path}`),
  );
};

const types: GraphQLNamedType[] = Object.values(schema.getTypeMap()).filter(
  ({ name }) => !name.startsWith('__'),
);

const fields = types.flatMap((type) =>
  isObjectType(type) || isInterfaceType(type)
    ? Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field }))
    : [],
);

/** A description without the calls that stand at its end. */
const saidOf = (description: string | null | undefined): string =>
  (description ?? '').replace(/(?:^|\n\n)@rest .*/s, '').trim();

const wordsOf = (text: string): string[] =>
  text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .match(/[a-z0-9]+/g) ?? [];

/** Everything that has a description, by its coordinate, and what the description says. */
const described = types.flatMap((type) => {
  const of = (coordinate: string, name: string, description: string | null | undefined) => ({
    coordinate,
    name,
    said: saidOf(description),
  });
  const members = [
    ...(isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
      ? Object.values(type.getFields())
      : []),
    ...(isEnumType(type) ? type.getValues() : []),
  ];
  return [
    of(type.name, type.name, type.description),
    ...members.map(({ name, description }) => of(`${type.name}.${name}`, name, description)),
    ...(isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []).flatMap((field) =>
      field.args.map(({ name, description }) =>
        of(`${type.name}.${field.name}(${name}:)`, name, description),
      ),
    ),
  ];
});

describe('the schema', () => {
  it('is printed as it stands', () => {
    expect(read('schema.graphql')).toBe(printGraph());
  });

  it('is the one that runs, defaults included', () => {
    const running = lexicographicSortSchema(buildClientSchema(introspectionFromSchema(schema)));
    const printed = lexicographicSortSchema(buildSchema(read('schema.graphql')));
    const plain = (of: GraphQLSchema) =>
      printSchema(of).replaceAll(/^directive @\w+.*\n(?: {2}.*\n|\) .*\n)*/gm, '');
    expect(plain(printed)).toBe(plain(running));
    expect(read('schema.graphql')).toContain('confidence: [MatchConfidence!] = [VERIFIED]');
  });

  it('parses again, with its directives', () => {
    const parsed = buildSchema(read('schema.graphql'));
    expect(parsed.getDirective('rest')?.isRepeatable).toBe(true);
    expect(parsed.getDirective('include')).toBeDefined();
    expect(read('schema.graphql')).toContain(
      '@rest(api: "courier", method: "GET", path: "/v1/messaging-channels/{id}/")',
    );
  });

  it('reaches every documented operation that is not left out for a reason', () => {
    const leftOut = (load(read('left-out.yaml')) ?? []) as LeftOut[];
    expect(leftOut.every(({ reason }) => reason.length > 10)).toBe(true);
    const reached = ledger().map(({ api, method, path }) => `${api} ${method} ${path}`);
    const expected = [...documented('bird'), ...documented('courier')].filter(
      (line) => !leftOut.some(({ api, method, path }) => line === `${api} ${method} ${path}`),
    );
    expect(reached.toSorted()).toEqual(expected.toSorted());
  });

  it('knows every operation that the vendors document, and no other', () => {
    const listed = readFileSync(new URL('documented-operations.txt', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const known = [...documented('bird'), ...documented('courier')].map((line) =>
      line.replaceAll(/\{\w+\}/g, '{}'),
    );
    expect(known.toSorted()).toEqual(listed.toSorted());
  });

  it('says for every operation in the ledger which field calls it', () => {
    const said = new Set(
      fields.flatMap(({ field }) => restOf(field).map(({ api, method, path }) => `${api} ${method} ${path}`)),
    );
    expect(
      ledger()
        .map(({ api, method, path }) => `${api} ${method} ${path}`)
        .filter((line) => !said.has(line)),
    ).toEqual([]);
  });

  it('lets every field that calls an upstream be null, or each of its items', () => {
    const isSure = (type: GraphQLOutputType): boolean =>
      isNonNullType(type) && !(isListType(type.ofType) && !isNonNullType(type.ofType.ofType));
    expect(
      fields
        // An event is made of what is known; what may be read before the first one is no part of it.
        .filter(
          ({ name, field }) =>
            restOf(field).length > 0 && isSure(field.type) && !name.startsWith('Subscription.'),
        )
        .map(({ name }) => name),
    ).toEqual([]);
  });

  it('names the calls at the end of the description', () => {
    const silent = fields.filter(({ field }) =>
      restOf(field).some(
        ({ api, method, path }) => !field.description?.includes(`@rest ${api} ${method} ${path}`),
      ),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it('describes every type, field, argument, input and value', () => {
    expect(described.filter(({ said }) => said === '').map(({ coordinate }) => coordinate)).toEqual([]);
  });

  it('says in every description more than the name says, as a sentence', () => {
    // What a mutation takes and gives is described by the mutation.
    const poor = described.filter(({ name, said }) => {
      if (/^The (?:input|answer|payload) of `\w+`\.$/.test(said)) return false;
      const known = new Set([...wordsOf(name), 'the', 'a', 'an', 'its', 'of', 'it', 's']);
      const isSentence = /^(?:[A-Z0-9`“]|courier\b)/.test(said) && /[.?)]$/.test(said);
      return !isSentence || wordsOf(said).length < 2 || wordsOf(said).every((word) => known.has(word));
    });
    expect(poor.map(({ coordinate, said }) => `${coordinate}: ${said}`)).toEqual([]);
  });
});
