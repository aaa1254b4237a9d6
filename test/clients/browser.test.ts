import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserIsMissing, startBrowser } from '../support/chromium.ts';
import { type LiveGateway, startLiveGateway } from '../support/sandbox.ts';

describe.skipIf(browserIsMissing)(
  `GraphiQL in a browser${browserIsMissing ? `, ${browserIsMissing}` : ''}`,
  () => {
    let gateway: LiveGateway;
    let browser: Browser;
    let page: Page;
    const requested: string[] = [];
    const complaints: string[] = [];

    beforeAll(async () => {
      [gateway, browser] = await Promise.all([startLiveGateway(), startBrowser()]);
      page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      page.on('request', (request) => requested.push(request.url()));
      page.on('websocket', (socket) => requested.push(socket.url()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      await page.goto(`${gateway.url}/graphql`);
      await page.waitForSelector('.graphiql-execute-button');
    });
    afterAll(async () => {
      await browser?.close();
      await gateway?.close();
    });

    const open = async (tab: string) => {
      const name = `.graphiql-tab-button:has-text("${tab}")`;
      const tabs = await page.locator(name).boundingBox();
      // The very first click counts, as quick as a mouse can click.
      await page.mouse.click(
        (tabs?.x ?? 0) + (tabs?.width ?? 0) / 2,
        (tabs?.y ?? 0) + (tabs?.height ?? 0) / 2,
      );
      await page.waitForSelector(`.graphiql-tab-active ${name}`, { timeout: 2000 });
      // Only once it has read the editor does it know which operation is there.
      await page.click('.graphiql-query-editor');
      await page.keyboard.press('End');
      await page.keyboard.type(' ');
      const stored = () => page.evaluate(() => localStorage.getItem('graphiql:query') ?? '');
      const operation = new RegExp(`(?:query|mutation|subscription) ${tab}\\b`);
      await expect.poll(stored, { timeout: 10_000 }).toMatch(operation);
    };
    const run = () => page.click('.graphiql-execute-button');
    /** What stands on the answer's side, without the spaces that the editor draws in its own way. */
    const answer = async () => (await page.innerText('.graphiql-response')).replace(/\s/g, '');
    const answers = (text: string) => expect.poll(answer, { timeout: 10_000 }).toContain(text);

    test('opens with its tabs', async () => {
      expect(await page.$$eval('.graphiql-tab-button', (tabs) => tabs.map((tab) => tab.textContent))).toEqual(
        ['BothApis', 'PersonsMessages', 'Conversations', 'Send', 'Watch', 'Pages', 'Cost'],
      );
    });

    test.each(['BothApis', 'PersonsMessages', 'Conversations', 'Pages'])(
      '%s is answered without an error',
      async (tab) => {
        await open(tab);
        await run();
        await answers('"data":');
        expect(await answer()).not.toContain('"errors"');
      },
    );

    test('Cost shows what the query cost beside its answer', async () => {
      await open('Cost');
      await run();
      // The editor draws only the lines that are in sight.
      await answers('"extensions":{"upstream":{');
    });

    test('Send is answered without an error', async () => {
      await open('Send');
      await run();
      await answers('"HellofromPigeon!"');
      expect(await answer()).not.toContain('"errors"');
    });

    test('Watch shows the steps of what Send sends', async () => {
      await open('Watch');
      await run();
      await expect.poll(() => requested.some((url) => url.startsWith('ws:'))).toBe(true);
      await gateway.ask(
        'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }',
        {
          input: {
            channelId: gateway.sandbox.fixtureIds.birdSmsChannelId,
            contactId: gateway.sandbox.fixtureIds.birdContactId,
            text: 'Seen in a browser',
          },
        },
      );
      await answers('"Seeninabrowser"');
      await gateway.sandbox.step();
      await answers('"via":"WEBHOOK"');
      await run();
    });

    test('asks nobody but Pigeon, and complains of nothing', () => {
      const { host } = new URL(gateway.url);
      expect(requested.filter((url) => !/^(?:data|blob):/.test(url) && new URL(url).host !== host)).toEqual(
        [],
      );
      expect(requested.some((url) => url.startsWith('ws:'))).toBe(true);
      expect(complaints).toEqual([]);
    });
  },
);
