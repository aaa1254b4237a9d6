import {
  buildSchema,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  graphql,
} from 'graphql';
import { expect, test } from 'vitest';
import { asksFor, asksOnly } from '../../src/graph/selection.ts';

/** What a resolver of `things` can tell of the document that asks for it. */
const told = async (source: string, tell: (info: GraphQLResolveInfo) => boolean): Promise<boolean> => {
  const schema = buildSchema(`
    interface Thing { id: ID name: String }
    type Own implements Thing { id: ID name: String inner: Own pageInfo: PageInfo }
    type Other implements Thing { id: ID name: String }
    type PageInfo { hasNextPage: Boolean endCursor: String }
    type Query { things(first: Int): Own }
  `);
  let said: boolean | undefined;
  const resolve: GraphQLFieldResolver<unknown, unknown> = (_root, _args, _context, info) => {
    said = tell(info);
    return null;
  };
  Object.assign((schema.getType('Query') as GraphQLObjectType).getFields().things ?? {}, { resolve });
  const { errors } = await graphql({ schema, source });
  if (errors || said === undefined) throw new Error(String(errors));
  return said;
};

const onlyIds = (info: GraphQLResolveInfo) => asksOnly(info, ['id']);
const forMore = (info: GraphQLResolveInfo) => asksFor(info, 'pageInfo', 'hasNextPage');

test.each([
  ['{ things { id } }', true],
  ['{ things { __typename one: id id two: id } }', true],
  ['{ things { ... on Own { id } ... on Thing { id } ... { id } } }', true],
  ['{ things { ...Ids } } fragment Ids on Thing { id }', true],
  [
    '{ things { id ... on Thing { ... on Other { name } ...Names } } } fragment Names on Other { name }',
    true,
  ],
  ['{ things { id name } }', false],
  ['{ things { id: name } }', false],
  ['{ things { id ... on Own { name } } }', false],
  ['{ things { ...Names } } fragment Names on Own { id name }', false],
  ['{ things { ...A } } fragment A on Thing { id ... on Own { ...B } } fragment B on Own { name }', false],
  ['{ things { id } things { name } }', false],
  ['{ things { id name @include(if: false) } }', false],
])('%s asks for ids alone: %j', async (source, expected) => {
  expect(await told(source, onlyIds)).toBe(expected);
});

test.each([
  ['{ things { pageInfo { hasNextPage } } }', true],
  ['{ things { info: pageInfo { more: hasNextPage } } }', true],
  ['{ things { ... { pageInfo { ... on PageInfo { hasNextPage } } } } }', true],
  [
    '{ things { ...A } } fragment A on Own { pageInfo { ...B } } fragment B on PageInfo { hasNextPage }',
    true,
  ],
  ['{ things { pageInfo { endCursor } pageInfo { hasNextPage } } }', true],
  ['{ things { id } things { pageInfo { hasNextPage } } }', true],
  ['{ things { pageInfo { endCursor } } }', false],
  ['{ things { id } }', false],
  ['{ things { inner { pageInfo { hasNextPage } } } }', false],
  ['{ things { hasNextPage: id pageInfo { hasNextPage: endCursor } } }', false],
])('%s asks whether more follows: %j', async (source, expected) => {
  expect(await told(source, forMore)).toBe(expected);
});
