import { buildSchema } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useExplainPage } from '../../src/plugins/explain-page.ts';
import { useLandingPage } from '../../src/plugins/landing-page.ts';
import { schema } from '../../src/schema.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { raw } from '../support/raw.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    plugins: [useLandingPage({ schema, sandbox: true }), useExplainPage()],
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
  for (const link of links.filter((href) => href !== '/graphql'))
    expect([link, (await raw(`${gateway.url}${link}`)).status]).toEqual([link, 200]);
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
