import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest';
import { type LiveGateway, startLiveGateway } from '../support/sandbox.ts';
import { graphql } from './generated/index.ts';

const PersonsNames = graphql(`
  query PersonsNames($email: String!) {
    person(by: { email: $email }) {
      individuals {
        confidence
        individual {
          firstName
          lastName
        }
      }
    }
  }
`);

let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await startLiveGateway();
});
afterAll(() => gateway.close());

test('a typed document is answered in the shape that it promises', async () => {
  type Answer = NonNullable<ReturnType<NonNullable<(typeof PersonsNames)['__apiType']>>>;
  const { email } = gateway.sandbox.fixtureIds;
  const { body } = await gateway.ask<Answer>(PersonsNames.toString(), { email });
  const match = body.data?.person?.individuals?.[0];
  expectTypeOf(match?.individual?.firstName).toEqualTypeOf<string | null | undefined>();
  expect(match).toEqual({ confidence: 'VERIFIED', individual: { firstName: 'Amina', lastName: 'Diallo' } });
});
