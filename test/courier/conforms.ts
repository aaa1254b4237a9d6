import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import type { Prepared } from '../support/upstream.ts';
import { contract } from './contract.ts';
import { type Front, startFront } from './front.ts';
import { many, one, pageOf, type Resource } from './samples.ts';

interface List {
  /** Its field on `Courier`. */
  readonly field: string;
  /** The arguments it cannot do without, as the query has them, and as courier is asked for them. */
  readonly args?: string;
  readonly asks?: string;
  /** The largest page. */
  readonly max: number;
}

interface Sample {
  /** Its path of one object. */
  readonly path: string;
  /** Its field on `Courier`. */
  readonly field: string;
  /** A row with every attribute that the contract knows. */
  readonly sample: Resource;
  /** What reads all of them. */
  readonly selection: string;
  /** What it reads. */
  readonly reads: object;
  readonly list?: List;
}

/** Somebody's number, which nothing may quote. */
const SECRET = '+12025550142';
const NEVER = new Promise(() => {});
const BIRD_CHANNEL = idOf('bird channel');

/** What an upstream may do wrong, and what becomes of it. */
const FAILURES: [string, Prepared, { code: string; status: number; retryable: boolean }][] = [
  [
    '401',
    { status: 401, body: { errors: [{ detail: SECRET }] } },
    { code: 'UPSTREAM_REFUSED', status: 401, retryable: false },
  ],
  [
    '403',
    { status: 403, body: { errors: [{ detail: SECRET }] } },
    { code: 'UPSTREAM_REFUSED', status: 403, retryable: false },
  ],
  ['409', { status: 409, body: { detail: SECRET } }, { code: 'CONFLICT', status: 409, retryable: false }],
  [
    '422',
    { status: 422, body: { errors: [{ code: SECRET }] } },
    { code: 'BAD_USER_INPUT', status: 422, retryable: false },
  ],
  [
    '429',
    { status: 429, headers: { 'retry-after': '0' }, raw: SECRET },
    { code: 'RATE_LIMITED', status: 429, retryable: true },
  ],
  ['500', { status: 500, raw: SECRET }, { code: 'UPSTREAM_UNAVAILABLE', status: 500, retryable: true }],
  [
    'malformed JSON',
    { raw: `{"phone":"${SECRET}` },
    { code: 'UPSTREAM_INVALID_RESPONSE', status: 200, retryable: false },
  ],
  [
    'another content type',
    { raw: SECRET, headers: { 'content-type': 'text/html' } },
    { code: 'UPSTREAM_INVALID_RESPONSE', status: 200, retryable: false },
  ],
  [
    'a document without data',
    { body: { meta: { phone: SECRET } } },
    { code: 'UPSTREAM_INVALID_RESPONSE', status: 200, retryable: false },
  ],
  [
    'data of another shape',
    { body: { data: { id: 7, phone: SECRET } } },
    { code: 'UPSTREAM_INVALID_RESPONSE', status: 200, retryable: false },
  ],
];

/** What each resource asks courier, for the one test that waits. */
const asking: { path: string; selection: string; listPath?: string; listSelection?: string }[] = [];

/** What all resources that conform do when courier says nothing; all in one query, so that it waits only once. */
export const conformsInSilence = (): void => {
  test('everything of courier is null at the deadline when courier says nothing, and costs nothing else', async () => {
    await using front = await startFront({
      deadlineMs: 400,
      bird: {
        [`GET /workspaces/${WORKSPACE_ID}/channels/${BIRD_CHANNEL}`]: {
          body: { id: BIRD_CHANNEL, name: 'SMS' },
        },
      },
      courier: Object.fromEntries(
        asking.flatMap(({ path, listPath }) => [
          [`GET ${path.replace('{id}', '*')}`, { until: NEVER }],
          ...(listPath ? [[`GET ${listPath}`, { until: NEVER }]] : []),
        ]),
      ),
    });
    const fields = asking.flatMap(({ path, selection, listPath, listSelection }, index) => [
      [`one${index}`, path, selection] as const,
      ...(listPath && listSelection ? [[`all${index}`, listPath, listSelection] as const] : []),
    ]);
    const { body } = await front.gateway.ask(`{
      courier { ${fields.map(([name, , selection]) => `${name}: ${selection}`).join(' ')} }
      bird { channel(id: "${BIRD_CHANNEL}") { name } }
    }`);
    expect(body.data).toEqual({
      courier: Object.fromEntries(fields.map(([name]) => [name, null])),
      bird: { channel: { name: 'SMS' } },
    });
    const errors = body.errors?.map(({ path, extensions }) => [path?.join('.'), extensions]);
    expect(Object.fromEntries(errors ?? [])).toEqual(
      Object.fromEntries(
        fields.map(([name, path]) => [
          `courier.${name}`,
          { code: 'UPSTREAM_TIMEOUT', upstream: { api: 'courier', method: 'GET', path }, retryable: true },
        ]),
      ),
    );
  });
};

/** What every resource of courier does, whatever it is. */
export const conforms = (typename: string, options: Sample): void => {
  const { path, field, sample, selection, reads, list } = options;
  const itemPath = path.replace('{id}', sample.id);
  const listPath = path.replace('{id}/', '');
  const id = globalId(typename, sample.id);
  /** Reads the object, by its own field and by `node`. */
  const byField = `query ($id: ID!) { courier { found: ${field}(id: $id) { __typename id nativeId ${selection} } } }`;
  const byNode = `query ($id: ID!) { found: node(id: $id) { __typename id ... on ${typename} { nativeId ${selection} } } }`;

  asking.push({
    path,
    selection: `${field}(id: "${sample.id}") { nativeId }`,
    ...(list && {
      listPath,
      listSelection: `${list.field}${list.args ? `(${list.args})` : ''} { nodes { id } }`,
    }),
  });

  describe(typename, () => {
    let front: Front;
    let asked = 0;
    beforeAll(async () => {
      front = await startFront({
        bird: {
          [`GET /workspaces/${WORKSPACE_ID}/channels/${BIRD_CHANNEL}`]: {
            body: { id: BIRD_CHANNEL, name: 'SMS' },
          },
        },
      });
    });
    afterAll(() => front[Symbol.asyncDispose]());
    beforeEach(() => {
      asked = front.courier.asked.length;
    });

    /** What courier was asked in this test. */
    const calls = () => front.courier.calls().slice(asked);

    test('is shown by a sample that the contract allows and that has all of its attributes', () => {
      expect(contract.answerFaults('GET', itemPath, 200, one(sample).body)).toEqual([]);
      expect(Object.keys(sample.attributes).toSorted()).toEqual(contract.attributesOf(path).toSorted());
    });

    test.each([
      ['its native id', sample.id],
      ['its global id', id],
    ])('is read whole by %s with one call', async (_, value) => {
      front.courier.answers({ [`GET ${itemPath}`]: one(sample) });
      const data = await front.data(byField, { id: value });
      expect(data.courier.found).toEqual({ __typename: typename, id, nativeId: sample.id, ...reads });
      expect(calls()).toEqual([`GET ${itemPath}`]);
    });

    test('is read whole by `node`', async () => {
      front.courier.answers({ [`GET ${itemPath}`]: one(sample) });
      const data = await front.data(byNode, { id });
      expect(data.found).toEqual({ __typename: typename, id, nativeId: sample.id, ...reads });
      expect(calls()).toEqual([`GET ${itemPath}`]);
    });

    test('is asked for once however often it is named', async () => {
      front.courier.answers({ [`GET ${itemPath}`]: one(sample) });
      await front.data(
        `query ($id: ID!, $native: ID!) {
          courier { a: ${field}(id: $id) { id } b: ${field}(id: $native) { id } }
          node(id: $id) { id }
          nodes(ids: [$id, $id]) { id }
        }`,
        { id, native: sample.id },
      );
      expect(calls()).toEqual([`GET ${itemPath}`]);
    });

    test('is read though courier tells nothing of it but its id', async () => {
      front.courier.answers({ [`GET ${itemPath}`]: one({ ...sample, attributes: {} }) });
      const data = await front.data(byField, { id });
      expect(data.courier.found).toMatchObject({ __typename: typename, id, nativeId: sample.id });
    });

    test('is null without an error when courier does not know it', async () => {
      front.courier.answers({ [`GET ${itemPath}`]: { status: 404, body: { errors: [] } } });
      expect(await front.data(byField, { id })).toEqual({ courier: { found: null } });
      expect(await front.data(byNode, { id })).toEqual({ found: null });
    });

    test('refuses the id of something else, without a call', async () => {
      for (const value of [globalId('BirdContact', `${WORKSPACE_ID}/${sample.id}`), 'nonsense', '', '7']) {
        const error = await front.error(byField, { id: value });
        expect(error).toMatchObject({ code: 'BAD_USER_INPUT', fields: ['id'], path: 'courier.found' });
      }
      expect(calls()).toEqual([]);
    });

    test.each(FAILURES)(
      'when courier answers with %s, says so and costs nothing else',
      async (_, answer, facts) => {
        front.courier.answers({ [`GET ${itemPath}`]: answer });
        const { body } = await front.gateway.ask(
          `query ($id: ID!) {
          courier { found: ${field}(id: $id) { nativeId ${selection} } }
          bird { channel(id: "${BIRD_CHANNEL}") { name } }
        }`,
          { id },
        );
        expect(body.data).toEqual({ courier: { found: null }, bird: { channel: { name: 'SMS' } } });
        expect(body.errors).toHaveLength(1);
        const { code, status, retryable } = facts;
        expect(body.errors?.[0]?.path).toEqual(['courier', 'found']);
        const { retryAfter: _after, ...extensions } = { retryAfter: 0, ...body.errors?.[0]?.extensions };
        expect(extensions).toEqual({
          code,
          upstream: { api: 'courier', method: 'GET', path, status },
          retryable,
        });
        expect(JSON.stringify(body)).not.toContain(SECRET);
      },
    );

    if (!list) return;
    const args = list.args ? `, ${list.args}` : '';
    const before = list.asks ? `${list.asks}&` : '';
    const rows = Array.from({ length: list.max + 10 }, (__, index) => ({
      ...sample,
      id: idOf(`${typename} ${index}`),
    }));
    const page = (limit: number, offset = 0) =>
      `GET ${listPath}?${before}page[limit]=${limit}&page[offset]=${offset}`;

    describe('in its list', () => {
      beforeEach(() => {
        front.courier.answers({ [`GET ${listPath}`]: ({ params }) => pageOf(rows, params) });
      });

      test('comes with all that it has', async () => {
        front.courier.answers({ [`GET ${listPath}`]: many([sample]) });
        const data = await front.data(
          `{ courier { list: ${list.field}(first: 1${args}) { nodes { id ${selection} } } } }`,
        );
        expect(data.courier.list.nodes).toEqual([{ id, ...reads }]);
        expect(calls()).toEqual([page(1)]);
      });

      test('comes by twenty, and one more is asked for where it matters whether more follow', async () => {
        await front.data(
          `{ courier { list: ${list.field}${list.args ? `(${list.args})` : ''} { nodes { id } } } }`,
        );
        const data = await front.data(
          `{ courier { list: ${list.field}(first: 3${args}) { nodes { nativeId } pageInfo { hasNextPage } } } }`,
        );
        expect(data.courier.list).toEqual({
          nodes: rows.slice(0, 3).map((row) => ({ nativeId: row.id })),
          pageInfo: { hasNextPage: true },
        });
        expect(calls()).toEqual([page(20), page(4)]);
      });

      test('ends with a short page', async () => {
        front.courier.answers({ [`GET ${listPath}`]: many(rows.slice(0, 2)) });
        const data = await front.data(
          `{ courier { list: ${list.field}(first: 5${args}) { nodes { nativeId } pageInfo { hasNextPage } } } }`,
        );
        expect(data.courier.list).toEqual({
          nodes: rows.slice(0, 2).map((row) => ({ nativeId: row.id })),
          pageInfo: { hasNextPage: false },
        });
        expect(calls()).toEqual([page(6)]);
      });

      test('comes beyond courier’s largest page by as many pages as that needs', async () => {
        const first = Math.min(1000, list.max + 5);
        const data = await front.data(
          `{ courier { list: ${list.field}(first: ${first}${args}) { nodes { nativeId } pageInfo { hasNextPage } } } }`,
        );
        expect(data.courier.list.nodes.map(({ nativeId }: { nativeId: string }) => nativeId)).toEqual(
          rows.slice(0, first).map((row) => row.id),
        );
        expect(data.courier.list.pageInfo.hasNextPage).toBe(true);
        expect(calls()).toEqual([page(list.max), page(first + 1 - list.max, list.max)]);
      });

      test('goes on right behind any row', async () => {
        const { courier } = await front.data(
          `{ courier { list: ${list.field}(first: 5${args}) { edges { cursor } } } }`,
        );
        const after = courier.list.edges[2].cursor;
        const data = await front.data(
          `query ($after: String) { courier { list: ${list.field}(first: 2, after: $after${args}) { nodes { nativeId } } } }`,
          { after },
        );
        expect(data.courier.list.nodes).toEqual(rows.slice(3, 5).map((row) => ({ nativeId: row.id })));
        expect(calls()).toEqual([page(5), page(3, 2)]);
      });

      test('refuses what is no page, without a call', async () => {
        for (const [wrong, name] of [
          ['first: -1', 'first'],
          ['first: 1001', 'first'],
          ['after: "nonsense"', 'after'],
        ]) {
          const error = await front.error(`{ courier { ${list.field}(${wrong}${args}) { nodes { id } } } }`);
          expect(error).toMatchObject({ code: 'BAD_USER_INPUT', fields: [name] });
        }
        expect(calls()).toEqual([]);
      });

      test.each(FAILURES)('is null when courier answers with %s', async (_, answer, facts) => {
        front.courier.answers({ [`GET ${listPath}`]: answer });
        const { body } = await front.gateway.ask(
          `{ courier { list: ${list.field}(first: 1${args}) { nodes { id } } } bird { channel(id: "${BIRD_CHANNEL}") { name } } }`,
        );
        expect(body.data).toEqual({ courier: { list: null }, bird: { channel: { name: 'SMS' } } });
        const { code, status } = facts;
        expect(body.errors).toMatchObject([
          {
            path: ['courier', 'list'],
            extensions: { code, upstream: { api: 'courier', method: 'GET', path: listPath } },
          },
        ]);
        expect(body.errors?.[0]?.extensions.upstream).toMatchObject({ status });
        expect(JSON.stringify(body)).not.toContain(SECRET);
      });
    });
  });
};
