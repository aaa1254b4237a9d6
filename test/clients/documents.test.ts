import { join } from 'node:path';
import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest';
import { readPersistedDocuments } from '../../src/config/persisted-documents.ts';
import { startTestGateway } from '../support/gateway.ts';
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

test.each(['sha256Hash', 'documentId'])(
  'a typed document is run by its id in the manifest beside it, as %s',
  async (name) => {
    const { documents, faults } = readPersistedDocuments(
      join(import.meta.dirname, 'generated/persisted-documents.json'),
    );
    expect(faults).toEqual([]);
    await using closed = await startTestGateway({ persisted: { documents, only: true } });
    const { hash } = (PersonsNames as unknown as { __meta__: { hash: string } }).__meta__;
    const id =
      name === 'documentId'
        ? { documentId: hash }
        : { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } };
    const response = await fetch(`${closed.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...id, variables: { email: 'ada@example.com' } }),
    });
    // There is no upstream: what matters is that the document was found and run.
    expect(await response.json()).toEqual({ data: { person: null } });
  },
);
