import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { smallSchema } from '../support/schema.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ schema: smallSchema() });
});
afterAll(() => gateway.close());

describe('GraphQL over HTTP', () => {
  for (const audit of serverAudits({ url: () => `${gateway.url}/graphql` })) {
    test(audit.name, async () => {
      expect(await audit.fn()).toMatchObject({ status: 'ok' });
    });
  }
});
