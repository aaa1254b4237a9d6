import type { Browser, Page } from 'playwright-core';
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

test('the page of what a query costs is one file that fetches nothing from elsewhere', async () => {
  const { status, headers, text } = await raw(`${gateway.url}/explain`, { headers: HTML });
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; script-src 'sha256-[^ ]+'; style-src 'sha256-[^ ]+'; connect-src 'self';/,
  );
  expect(text).not.toMatch(/https?:|src=|%QUERY%/);
});

test('it is kept from foreign origins like everything else', async () => {
  const headers = { ...HTML, origin: 'https://evil.example' };
  expect((await raw(`${gateway.url}/explain`, { headers })).status).toBe(403);
});

describe.skipIf(browserIsMissing)(`it${browserIsMissing ? `, ${browserIsMissing}` : ''}`, () => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await startBrowser();
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(`${gateway.url}/explain`);
  });
  afterAll(() => browser?.close());

  test('draws the plan beside what was done, and the calls in their order', async () => {
    await page.fill('#query', '{ bird { messages(first: 10) { nodes { channel { name } } } } }');
    await page.click('button');
    await page.waitForSelector('#calls li');
    const rows = await page.$$eval('#costs tr', (lines) => lines.map((line) => line.textContent));
    expect(rows).toEqual([
      expect.stringMatching(/^planned, at the worst16/),
      expect.stringMatching(/^done2/),
    ]);
    expect(await page.$$eval('#calls li code', (names) => names.map((name) => name.textContent))).toEqual([
      'bird GET /workspaces/{workspaceId}/channels/messages',
      'bird GET /workspaces/{workspaceId}/channels',
    ]);
    expect(await page.$$eval('.bar', (bars) => bars.every((bar) => bar.clientWidth > 0))).toBe(true);
  });

  test('says what is wrong with a query', async () => {
    await page.fill('#query', '{ bird { messages(first: 1000) { nodes { interactions { type } } } } }');
    await page.click('button');
    await page.waitForFunction(() => document.querySelector('#fault')?.textContent);
    expect(await page.textContent('#fault')).toMatch(/^BUDGET_EXCEEDED {2}the operation makes up to 1001/);
    expect(complaints.filter((line) => !line.includes('400'))).toEqual([]);
  });
});
