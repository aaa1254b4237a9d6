import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';
import { smallSchema } from './support/schema.ts';

/** Audits that Pigeon does not pass, with the reason; none is a MUST. */
const NOT_PASSED: Readonly<Record<string, string>> = {};

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ schema: smallSchema() });
});
afterAll(() => gateway.close());

describe('GraphQL over HTTP', () => {
  for (const audit of serverAudits({ url: () => `${gateway.url}/graphql` })) {
    test(audit.name, async () => {
      const result = await audit.fn();
      if (audit.id in NOT_PASSED) expect(result.status).not.toBe('error');
      else expect(result).toMatchObject({ status: 'ok' });
    });
  }
});
