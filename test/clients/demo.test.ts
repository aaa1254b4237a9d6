import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserIsMissing, startBrowser } from '../support/chromium.ts';
import { raw } from '../support/raw.ts';
import { type LiveGateway, startLiveGateway } from '../support/sandbox.ts';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await startLiveGateway();
});
afterAll(() => gateway.close());

test('the demo and all that it loads come from Pigeon, under a policy that lets nothing else in', async () => {
  const { status, headers, text } = await raw(`${gateway.url}/demo`, { headers: HTML });
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  const files = gateway.sandbox.files.url;
  expect(headers['content-security-policy']).toBe(
    `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ${files}; img-src 'self' blob: data: ${files}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  );
  const loaded = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path);
  const module = (await raw(`${gateway.url}/demo/inbox.js`)).text;
  const client = (await raw(`${gateway.url}/demo/graphql-ws.js`)).text;
  const imported = [...(module + client).matchAll(/from '\.?(\/[^']+)'/g)].map(([, path = '']) =>
    path.startsWith('/demo') ? path : `/demo${path}`,
  );
  expect(loaded).toEqual(['/demo/inbox.css', '/demo/inbox.js']);
  expect(imported.length).toBeGreaterThan(1);
  for (const path of [...loaded, ...imported])
    expect([path, (await raw(gateway.url + path)).status]).toEqual([path, 200]);
  for (const path of ['/demo/', '/demo/nothing.js', '/demo/demo.ts'])
    expect([path, (await raw(gateway.url + path)).status]).toEqual([path, 404]);
});

test('it is kept from foreign origins like everything else', async () => {
  const headers = { ...HTML, origin: 'https://evil.example' };
  expect((await raw(`${gateway.url}/demo`, { headers })).status).toBe(403);
});

describe.skipIf(browserIsMissing)(
  `the inbox in a browser${browserIsMissing ? `, ${browserIsMissing}` : ''}`,
  () => {
    let browser: Browser;
    let page: Page;
    let picture: Buffer;
    const requested: string[] = [];
    const complaints: string[] = [];

    beforeAll(async () => {
      browser = await startBrowser();
      page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
      picture = await page.screenshot({ clip: { x: 0, y: 0, width: 40, height: 30 } });
      page.on('request', (request) => requested.push(request.url()));
      page.on('websocket', (socket) => requested.push(socket.url()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    });
    afterAll(() => browser?.close());

    const bubbles = () => page.locator('#messages li');
    const rowOver = (words: string): Locator => page.locator(`#list a:has(.over:has-text("${words}"))`);
    const settled = async () => {
      await expect.poll(() => bubbles().count(), { timeout: 10_000 }).toBeGreaterThan(0);
    };
    const openSms = async () => {
      await rowOver('SMS').first().click();
      await settled();
    };
    /** The bubble of what was sent, once its upstream has it. */
    const sent = async (words: string): Promise<Locator> => {
      const bubble = bubbles().filter({ hasText: words });
      await bubble.locator('.tick').waitFor();
      expect(await bubble.count()).toBe(1);
      return bubble;
    };
    const statusOf = (bubble: Locator) => () => bubble.locator('.tick').getAttribute('data-status');

    test('lists the conversations of both systems, the latest first, for four calls', async () => {
      gateway.sandbox.asked.length = 0;
      await page.goto(`${gateway.url}/demo`);
      await page.waitForSelector('#list a');
      const calls = gateway.sandbox.asked.map(
        ({ api, method, url }) => `${api} ${method} ${url.replace(/\?.*/, '')}`,
      );
      const { workspaceId } = gateway.sandbox.bird;
      expect(calls.toSorted()).toEqual([
        `bird GET /workspaces/${workspaceId}/channels`,
        `bird GET /workspaces/${workspaceId}/channels/messages`,
        `bird GET /workspaces/${workspaceId}/channels/messages`,
        'courier GET /v1/communication-messages/',
      ]);
      const times = await page.$$eval('#list li[data-at]', (rows) =>
        rows.map((row) => row.getAttribute('data-at') ?? ''),
      );
      expect(times.length).toBeGreaterThanOrEqual(30);
      expect(times).toEqual(times.toSorted().reverse());
      expect(await rowOver('courier').count()).toBeGreaterThan(0);
      expect(await rowOver('Bird').count()).toBeGreaterThan(0);
      expect(await page.locator('#list .unread:not(:empty)').count()).toBeGreaterThan(0);
    });

    test('reads more of the list as it is scrolled, and names nobody twice', async () => {
      const links = () => page.$$eval('#list a', (all) => all.map((link) => link.getAttribute('href')));
      const before = (await links()).length;
      await page.hover('#list');
      await page.mouse.wheel(0, 100_000);
      await expect.poll(async () => (await links()).length, { timeout: 10_000 }).toBeGreaterThan(before);
      const all = await links();
      expect(new Set(all).size).toBe(all.length);
      await page.mouse.wheel(0, -1_000_000);
    });

    test('a conversation opens by the keyboard and loads what is older as it is scrolled', async () => {
      const { body } = await gateway.ask(
        '{ conversations(first: 40, source: COURIER) { nodes { id messages(first: 50) { nodes { id } } } } }',
      );
      const longest = body.data.conversations.nodes.toSorted(
        (one: Talk, other: Talk) => other.messages.nodes.length - one.messages.nodes.length,
      )[0] as Talk;
      const all = longest.messages.nodes.length;
      expect(all).toBeGreaterThan(20);
      await page.focus(`#list a[href="#${encodeURIComponent(longest.id)}"]`);
      await page.keyboard.press('Enter');
      await settled();
      expect(await page.getAttribute('#list a[aria-current]', 'href')).toBe(
        `#${encodeURIComponent(longest.id)}`,
      );
      expect(await bubbles().count()).toBe(20);
      const newest = await bubbles().last().innerText();
      expect(await bubbles().last().isVisible()).toBe(true);
      const shown = await bubbles().first().innerText();
      await page.focus('#scroller');
      const first = Math.min(all, 40);
      await page.keyboard.press('Home');
      await expect.poll(() => bubbles().count(), { timeout: 10_000 }).toBe(first);
      // What was read goes on standing where it was, below what came.
      expect(await bubbles().allInnerTexts()).toHaveProperty([first - 20], shown);
      expect(await bubbles().last().innerText()).toBe(newest);
      expect(await page.$eval('#scroller', ({ scrollTop }) => scrollTop)).toBeGreaterThan(0);
    });

    test('what is read at courier is told to it', async () => {
      const row = page.locator('#list a:has(.over:has-text("courier")):has(.unread:not(:empty))').first();
      const id = decodeURIComponent((await row.getAttribute('href'))?.slice(1) ?? '');
      await row.click();
      await settled();
      const unread = async () => {
        const { body } = await gateway.ask(
          'query ($id: ID!) { node(id: $id) { ... on Conversation { unread } } }',
          { id },
        );
        return body.data.node.unread;
      };
      await expect.poll(unread, { timeout: 10_000 }).toBe(0);
      await expect.poll(() => page.locator('#list a[aria-current] .unread').textContent()).toBe('');
    });

    test('what is sent shows at once, is there once, and its ticks move', async () => {
      await openSms();
      await page.fill('#text', 'Seen in the inbox');
      await page.keyboard.press('Enter');
      const bubble = await sent('Seen in the inbox');
      expect(await page.inputValue('#text')).toBe('');
      await expect.poll(() => page.locator('#list a').first().innerText()).toContain('Seen in the inbox');
      const seen = [await statusOf(bubble)()];
      while (seen.at(-1) !== 'DELIVERED' && seen.length < 6) {
        await gateway.sandbox.step();
        await expect.poll(statusOf(bubble)).not.toBe(seen.at(-1));
        seen.push(await statusOf(bubble)());
      }
      expect(seen).toEqual(['ACCEPTED', 'PROCESSING', 'SENT', 'DELIVERED']);
      expect(await bubble.locator('.tick').getAttribute('aria-label')).toBe('delivered');
      expect(await bubbles().filter({ hasText: 'Seen in the inbox' }).count()).toBe(1);
    });

    test.each(['SMS', 'courier'])(
      'a picture goes out over %s and is in the timeline afterwards',
      async (over) => {
        await rowOver(over).first().click();
        await settled();
        await page.setInputFiles('#picture', { name: 'wrist.png', mimeType: 'image/png', buffer: picture });
        await page.waitForSelector('#preview[src^="blob:"]');
        await page.fill('#text', `A picture over ${over}`);
        await page.click('button[type="submit"]');
        const bubble = await sent(`A picture over ${over}`);
        await expect.poll(() => isDrawn(bubble)).toBe(true);
        // The row's newest message tells that the upstream has it; then the page knows it by nothing but the graph.
        await expect.poll(() => rowOver(over).first().innerText()).toContain(`A picture over ${over}`);
        await page.reload();
        await settled();
        const again = await sent(`A picture over ${over}`);
        if (over === 'SMS') {
          await expect.poll(() => isDrawn(again)).toBe(true);
          expect(await again.locator('img').getAttribute('src')).toContain(gateway.sandbox.files.url);
        } else {
          // courier documents no address to read a file at.
          expect(await again.locator('.file').innerText()).toContain('wrist.png');
        }
      },
    );

    test('a message that comes in shows in the open conversation, and is announced', async () => {
      await rowOver('courier').first().click();
      await settled();
      const id = decodeURIComponent(new URL(page.url()).hash.slice(1));
      const { body } = await gateway.ask(
        `query ($id: ID!) {
          node(id: $id) {
            ... on Conversation { channel { id } participants { self individual { id } } }
          }
        }`,
        { id },
      );
      const { channel, participants } = body.data.node;
      const they = participants.find(({ self }: { self: boolean }) => !self);
      const input = { channelId: channel.id, individualId: they.individual.id, text: 'Is anybody there?' };
      await gateway.ask(
        'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }',
        {
          input,
        },
      );
      const bubble = bubbles().filter({ hasText: 'Is anybody there?' });
      await bubble.waitFor();
      expect(await bubble.getAttribute('class')).not.toContain('ours');
      await expect.poll(() => page.innerText('#announced')).toContain('Is anybody there?');
    });

    test('a message that comes in elsewhere is counted until it is looked at', async () => {
      const counted = page.locator('#list a:has(.over:has-text("Bird")):has(.unread:not(:empty))').first();
      for (let steps = 0; steps < 100 && !(await counted.count()); steps++) await gateway.sandbox.step();
      const said = await counted.locator('.last').innerText();
      const name = await counted.locator('.name').innerText();
      await counted.click();
      await expect.poll(() => page.innerText('#title')).toBe(name);
      await settled();
      await expect.poll(() => bubbles().last().innerText()).toContain(said);
      await expect.poll(() => page.locator('#list a[aria-current] .unread').textContent()).toBe('');
    }, 60_000);

    test('what cannot be sent says why, and is kept to be tried again', async () => {
      await openSms();
      await page.route('**/graphql', (route) =>
        route.request().postData()?.includes('mutation Send') ? route.abort() : route.continue(),
      );
      await page.fill('#text', 'Not the first time');
      await page.keyboard.press('Enter');
      const why = bubbles().filter({ hasText: 'Not the first time' }).locator('[role="alert"]');
      await why.waitFor();
      expect(await page.locator('#messages .failed .tick').getAttribute('aria-label')).toBe('failed');
      await page.unroute('**/graphql');
      await why.locator('button').click();
      await expect.poll(() => why.count()).toBe(0);
      expect(await (await sent('Not the first time')).count()).toBe(1);
      // The browser itself complains of the request that the test broke.
      expect(complaints.splice(0)).toEqual([expect.stringContaining('ERR_FAILED')]);
    });

    test('the theme is the system’s until one is chosen, and stays chosen', async () => {
      const ground = () => page.$eval('body', (body) => getComputedStyle(body).backgroundColor);
      await page.emulateMedia({ colorScheme: 'light' });
      const light = await ground();
      await page.emulateMedia({ colorScheme: 'dark' });
      const dark = await ground();
      expect(dark).not.toBe(light);
      await page.selectOption('#theme', { label: 'Light' });
      expect(await ground()).toBe(light);
      await page.reload();
      await page.waitForSelector('#list a');
      expect(await ground()).toBe(light);
    });

    test('a narrow screen shows the list or a conversation, and nothing beyond its edge', async () => {
      await page.setViewportSize({ width: 360, height: 640 });
      const isWide = () =>
        page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
      await settled();
      expect(await page.isVisible('#list')).toBe(false);
      expect(await page.isVisible('#form')).toBe(true);
      expect(await isWide()).toBe(false);
      const opened = new URL(page.url()).hash;
      await page.click('#back');
      await page.waitForSelector('#list a');
      expect(await page.isVisible('#form')).toBe(false);
      expect(await isWide()).toBe(false);
      expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe(opened);
      await page.goBack();
      await settled();
      expect(await page.isVisible('#list')).toBe(false);
    });

    test('asks nobody but Pigeon and the sandbox’s store of files, and complains of nothing', () => {
      const known = [gateway.url, gateway.sandbox.files.url].map((url) => new URL(url).host);
      const hosts = requested.filter((url) => !/^(?:data|blob):/.test(url)).map((url) => new URL(url).host);
      expect([...new Set(hosts)].toSorted()).toEqual(known.toSorted());
      expect(requested.some((url) => url.startsWith('ws:'))).toBe(true);
      expect(complaints).toEqual([]);
    });
  },
);

interface Talk {
  readonly id: string;
  readonly messages: { readonly nodes: readonly object[] };
}

/** True once the picture in a bubble is more than an empty frame. */
const isDrawn = (bubble: Locator): Promise<boolean> =>
  bubble.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth > 0);
