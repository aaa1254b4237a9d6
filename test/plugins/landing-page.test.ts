import { buildSchema } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useDemo } from '../../src/plugins/demo/demo.ts';
import { useExplainPage } from '../../src/plugins/explain-page.ts';
import { useLandingPage } from '../../src/plugins/landing-page.ts';
import { schema } from '../../src/schema.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { raw } from '../support/raw.ts';
import { JWT_AUTH } from '../support/tokens.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    plugins: [
      useLandingPage({ schema, sandbox: true }),
      useExplainPage(),
      useDemo({ filesUrl: 'http://127.0.0.1:9' }),
    ],
  });
});
afterAll(() => gateway.close());

test('the landing page says what this is, and every link on it is answered', async () => {
  const { status, text, headers } = await raw(`${gateway.url}/`, { headers: { accept: 'text/html' } });
  expect(status).toBe(200);
  expect(headers['content-type']).toContain('text/html');
  expect(text).toContain('sandbox');
  const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href);
  expect(links).toContain('/graphql');
  expect(links).toContain('/demo');
  for (const link of links.filter((href) => href !== '/graphql'))
    expect([link, (await raw(`${gateway.url}${link}`)).status]).toEqual([link, 200]);
});

test('what is switched off is neither named nor served', async () => {
  await using closed = await startTestGateway({
    introspection: false,
    graphiql: false,
    metricsPort: 0,
    plugins: [
      useLandingPage({ schema, sandbox: false, introspection: false, graphiql: false, metrics: false }),
    ],
  });
  const { text } = await raw(`${closed.url}/`);
  const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href);
  expect(links).toEqual(['/readyz']);
  for (const path of ['/schema.graphql', '/possibleTypes.json', '/explain', '/metrics', '/demo']) {
    expect([path, (await raw(`${closed.url}${path}`)).status]).toEqual([path, 404]);
  }
  const accept = 'text/html';
  expect(await raw(`${closed.url}/graphql`, { headers: { accept } })).toMatchObject({
    code: 'BAD_USER_INPUT',
  });
});

test('a browser that asks for a page is nobody who may read, where there is none', async () => {
  await using closed = await startTestGateway({ auth: JWT_AUTH, graphiql: false });
  const query = `${closed.url}/graphql?query={courier{__typename}}`;
  expect(await raw(query, { headers: { accept: 'text/html' } })).toMatchObject({
    status: 401,
    code: 'UNAUTHENTICATED',
  });
});

test('the schema is served as SDL with its directives', async () => {
  const { text } = await raw(`${gateway.url}/schema.graphql`);
  expect(buildSchema(text).getQueryType()?.getFields().person).toBeDefined();
  expect(text).toContain('@rest(api: "courier"');
});

test('the possible types name what stands behind each interface', async () => {
  const types = JSON.parse((await raw(`${gateway.url}/possibleTypes.json`)).text);
  expect(types.Message).toEqual(['BirdMessage', 'CourierEmail', 'CourierMessage', 'CourierText']);
});

test('the landing page is kept from foreign origins like everything else', async () => {
  expect((await raw(`${gateway.url}/`, { headers: { origin: 'https://evil.example' } })).status).toBe(403);
});
