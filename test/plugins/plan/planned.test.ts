import fc from 'fast-check';
import { getNamedType, getOperationAST, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Asked, ESTIMATED_ROWS, weightOf } from '../../../src/graph/weight.ts';
import { planOf } from '../../../src/plugins/plan/plan.ts';
import { schema } from '../../../src/schema.ts';
import { type FullUpstream, startFullUpstream } from '../../support/full-upstream.ts';
import { startTestGateway, type TestGateway, WORKSPACE_ID } from '../../support/gateway.ts';
import { type GenerateOptions, generateQuery } from '../../support/generate-query.ts';

const RUNS = 300;

/** Larger ones take long, and say no more. */
const MAX = { calls: 100, objects: 800 };

const NOTHING: Asked = { arg: () => undefined, asksFor: () => false, asksOnly: () => false };

/** What depends on what is found on the way is estimated before, and bounded while it runs. */
const OPTIONS: GenerateOptions = {
  skips: (_type, field) =>
    getNamedType(field.type).name === 'JSON' ||
    weightOf(field.extensions)?.(NOTHING).estimated !== undefined ||
    ['person', 'directory'].includes(field.name),
  nodes: {
    BirdMessage: [WORKSPACE_ID, '00000000-0000-4000-a000-00000000aaaa'],
    BirdChannel: [WORKSPACE_ID],
    BirdContact: [WORKSPACE_ID],
    CourierMessage: [],
    CourierChannel: [],
    CourierIndividual: [],
  },
};

interface Upstream {
  readonly calls: readonly { readonly api: string; readonly cached: boolean; readonly shared: boolean }[];
  readonly objects: number;
}

/** As long as lists are taken to be; the recipients of a message are two lists in one. */
const SIZES = { ...ESTIMATED_ROWS, embedded: ESTIMATED_ROWS.embedded - 1 };

let gateway: TestGateway;
let bird: FullUpstream;
let courier: FullUpstream;
let shows = true;

beforeAll(async () => {
  bird = await startFullUpstream('bird', SIZES, () => shows);
  courier = await startFullUpstream('courier', SIZES, () => shows);
  const config = {
    url: bird.url,
    accessKey: 'key',
    workspaceId: WORKSPACE_ID,
    organizationId: undefined,
    signingKeys: [],
    getRps: 0,
    postRps: 0,
  };
  gateway = await startTestGateway({
    bird: config,
    courier: { url: courier.url, authorization: 'Bearer token', forwards: false },
    deadlineMs: 60_000,
    limits: { depth: 50, aliases: 10_000, tokens: 100_000 },
  });
});
afterAll(async () => {
  await gateway.close();
  await bird[Symbol.asyncDispose]();
  await courier[Symbol.asyncDispose]();
});

/** How many objects stand in an answer without JSON scalars. */
const objectsIn = (value: unknown): number => {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + objectsIn(one), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + objectsIn(Object.values(value));
};

describe('the plan of an operation', () => {
  test(`is never below what it does, for ${RUNS} generated queries`, { timeout: 300_000 }, async () => {
    const sums = { planned: 0, made: 0, objects: 0, failed: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 150, size: 'max' }),
        fc.boolean(),
        async (choices, listsShow) => {
          const { query, variables } = generateQuery(schema, choices, OPTIONS);
          const document = parse(query);
          expect(validate(schema, document)).toEqual([]);
          const operation = getOperationAST(document);
          if (!operation) throw new Error('it is an operation');
          const plan = planOf(schema, document, operation, variables);

          fc.pre(plan.objects <= MAX.objects && plan.calls.bird + plan.calls.courier <= MAX.calls);

          shows = listsShow;

          const { body } = await gateway.ask(query, variables, { headers: { 'x-pigeon-explain': '1' } });
          const { upstream } = (body as object as { extensions: { upstream: Upstream } }).extensions;
          const objects = objectsIn(body.data) - 1;
          const called = upstream.calls.filter(({ cached, shared }) => !cached && !shared);
          const by = (api: string) => called.filter((call) => call.api === api).length;
          const made = { bird: by('bird'), courier: by('courier'), objects, counted: upstream.objects };
          expect(made, query).toEqual({
            bird: expect.toSatisfy((calls: number) => calls <= plan.calls.bird, `${plan.calls.bird} planned`),
            courier: expect.toSatisfy(
              (calls: number) => calls <= plan.calls.courier,
              `${plan.calls.courier} planned`,
            ),
            objects: expect.toSatisfy((made: number) => made <= upstream.objects, 'all are counted'),
            counted: expect.toSatisfy((made: number) => made <= plan.objects, `${plan.objects} planned`),
          });
          sums.planned += plan.calls.bird + plan.calls.courier;
          sums.made += called.length;
          sums.objects += objects;
          sums.failed += body.errors ? 1 : 0;
        },
      ),
      { numRuns: RUNS, maxSkipsPerRun: 50, interruptAfterTimeLimit: 150_000 },
    );
    // Nothing was called that no answer tells of.
    await vi.waitFor(() => expect(bird.calls + courier.calls).toBe(sums.made));
    // It would hold of queries that ask for nothing, too.
    expect(sums.made).toBeGreaterThan(RUNS);
    expect(sums.objects).toBeGreaterThan(5 * RUNS);
  });
});
