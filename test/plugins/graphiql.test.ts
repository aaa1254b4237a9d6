import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useGraphiql } from '../../src/plugins/graphiql.ts';
import { tabs } from '../../src/plugins/tabs.ts';
import { schema } from '../../src/schema.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { raw } from '../support/raw.ts';
import { startLiveGateway } from '../support/sandbox.ts';
import { smallSchema } from '../support/schema.ts';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

let gateway: TestGateway;
let page: string;
beforeAll(async () => {
  gateway = await startTestGateway({ schema: smallSchema(), plugins: [useGraphiql()] });
  page = (await raw(`${gateway.url}/graphql`, { headers: HTML })).text;
});
afterAll(() => gateway.close());

test.each(tabs().map((tab) => [/(?:query|mutation|subscription) (\w+)/.exec(tab.query)?.[1], tab] as const))(
  'the tab %s asks for what the graph has',
  (_, { query, variables = '{}' }) => {
    expect(validate(schema, parse(query))).toEqual([]);
    expect(() => JSON.parse(variables)).not.toThrow();
    // Longer lines would not fit beside the answer.
    expect(query.split('\n').filter((line) => line.length > 60)).toEqual([]);
  },
);

test('a tab that nobody has filled in is answered with an error that says so, not with nobody', async () => {
  await using live = await startLiveGateway();
  for (const { query, variables } of tabs().filter(({ variables }) => /REPLACE/.test(variables ?? ''))) {
    const { body } = await live.ask(query, JSON.parse(variables ?? '{}'));
    expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  }
  const [first] = tabs();
  expect((await live.ask(first?.query ?? '')).body.errors).toBeUndefined();
});

describe('the page', () => {
  test('is for browsers that ask for one', async () => {
    const { headers, status } = await raw(`${gateway.url}/graphql`, { headers: HTML });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect((await raw(`${gateway.url}/graphql?query={hello}`)).text).toBe('{"data":{"hello":"hello you"}}');
  });

  test('is small and names no other host', () => {
    expect(page.length).toBeLessThan(10_000);
    expect(
      [...page.matchAll(/(?:src|href)="([^"]*)"/g)].every(([, path = '']) => path.startsWith('/graphql/')),
    ).toBe(true);
  });

  test('subscribes over a transport that carries its headers, where callers need them', async () => {
    expect(page).toContain('"subscriptionsProtocol":"WS"');
    const plugins = [useGraphiql({ withHeaders: true })];
    await using strict = await startTestGateway({ schema: smallSchema(), plugins });
    const { text } = await raw(`${strict.url}/graphql`, { headers: HTML });
    expect(text).toContain('"subscriptionsProtocol":"SSE"');
  });

  test('cannot be broken out of by what its tabs hold', () => {
    expect(page.split('<script type="application/json"')[1]?.split('</script>')[0]).not.toContain('<');
  });

  test('is kept from foreign origins like everything else', async () => {
    const headers = { ...HTML, origin: 'https://evil.example' };
    expect((await raw(`${gateway.url}/graphql`, { headers })).status).toBe(403);
  });
});

describe('its files', () => {
  const paths = () =>
    [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path = '']) => gateway.url + path);

  test('come compressed, and may be kept for ever', async () => {
    for (const path of paths()) {
      const answer = await raw(path, { headers: { 'accept-encoding': 'gzip, deflate, br' } });
      expect(answer).toMatchObject({
        status: 200,
        headers: {
          'content-encoding': 'br',
          vary: 'Accept-Encoding',
          'cache-control': 'public, max-age=31536000, immutable',
        },
      });
    }
  });

  test('say the same in every encoding', async () => {
    const path = paths().find((name) => name.endsWith('start.js')) ?? '';
    const bytes = async (encoding: string) => {
      const response = await fetch(path, { headers: { 'accept-encoding': encoding } });
      return { sent: response.headers.get('content-encoding'), text: await response.text() };
    };
    const plain = await bytes('identity');
    expect(plain.text).toContain('renderYogaGraphiQL');
    expect(await bytes('gzip')).toEqual({ sent: 'gzip', text: plain.text });
    expect(await bytes('br')).toEqual({ sent: 'br', text: plain.text });
    expect(await bytes('br;q=0, gzip')).toMatchObject({ sent: 'gzip' });
  });

  test('that do not exist are not found', async () => {
    expect((await raw(`${gateway.url}/graphql/assets/x/graphiql.js`)).status).toBe(404);
  });
});
