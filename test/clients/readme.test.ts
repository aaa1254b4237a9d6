import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClientOptions, createClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { CHANNEL_ID, idOfMessage, type Live, startLive } from '../stream/live.ts';
import { browserIsMissing, startBrowser } from '../support/chromium.ts';
import { startProxy } from '../support/proxy.ts';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** The code block of the README that has this in it, without its imports and types, for another address. */
const snippet = (mark: string, url: string): string => {
  const blocks = [...README.matchAll(/```(?:ts|js)\n(.*?)```/gs)].map(([, code = '']) => code);
  const [block, ...more] = blocks.filter((code) => code.includes(mark));
  if (block === undefined || more.length > 0) throw new Error(`${blocks.length} blocks, not one has ${mark}`);
  const { host } = new URL(url);
  return stripTypeScriptTypes(block.replace(/^import .*\n/gm, '')).replace('localhost:4000', host);
};

/** Runs code with these names known. */
const run = (code: string, names: Record<string, unknown>): void => {
  new Function(...Object.keys(names), code)(...Object.values(names));
};

const STEPS = ['accepted', 'processing', 'sent', 'delivered', 'deleted'];
const MESSAGES = Array.from({ length: 12 }, (_, index) => `m${index}`);

/** What a client has been told, as `message status`. */
const listen = () => {
  const told: string[] = [];
  const nameOf = (id: string) => MESSAGES.find((name) => idOfMessage(name) === id);
  return {
    told,
    log: ({ messageId, status }: { messageId: string; status: string }) => {
      told.push(`${nameOf(messageId)} ${status.toLowerCase()}`);
    },
    /** Resolves when it has been told this. */
    until: (line: string) => expect.poll(() => told, { timeout: 10_000 }).toContain(line),
  };
};

/** Posts every step of every message, and does this to the client's connection after each message. */
const postAll = async (live: Live, disturb: (index: number) => unknown): Promise<void> => {
  for (const [index, name] of MESSAGES.entries()) {
    for (const [step, status] of STEPS.entries()) {
      await live.webhook(name, status);
      if (step === 2) await disturb(index);
    }
  }
};

const ALL = MESSAGES.flatMap((name) => STEPS.map((status) => `${name} ${status}`));

/** The snippet's own client, which comes back without waiting. */
const hurried = (options: ClientOptions) =>
  createClient({
    ...options,
    webSocketImpl: WebSocket,
    retryWait: () => new Promise((go) => setImmediate(go)),
  });

describe('the README’s graphql-ws client', () => {
  test('misses nothing and hears nothing twice, whenever its connection breaks', async () => {
    await using live = await startLive({ messages: { m0: 'accepted' } });
    await using proxy = await startProxy(live.gateway.url);
    const client = listen();
    const made: ReturnType<typeof createClient>[] = [];
    run(snippet('graphql-ws', proxy.url), {
      createClient: (options: ClientOptions) => made.push(hurried(options)) && made[0],
      channelId: CHANNEL_ID,
      console: { ...console, log: client.log },
    });
    await client.until('m0 accepted');
    await postAll(live, async (index) => {
      // Who goes between the snapshot and the first event behind it may be told again what the snapshot told.
      if (index === 0) await client.until('m0 processing');
      proxy.cut();
    });
    await client.until(ALL.at(-1) ?? '');
    expect(client.told).toEqual(ALL);
    expect(proxy.connections).toBeGreaterThan(3);
    await made[0]?.dispose();
  });

  test('goes on where it was when the gateway was restarted', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'pigeon-readme-'));
    const first = await startLive({ messages: { m0: 'accepted' }, dataDir });
    const { port } = first.gateway;
    const client = listen();
    const made: ReturnType<typeof createClient>[] = [];
    run(snippet('graphql-ws', first.gateway.url), {
      createClient: (options: ClientOptions) => made.push(hurried(options)) && made[0],
      channelId: CHANNEL_ID,
      console: { ...console, log: client.log },
    });
    await client.until('m0 accepted');
    await first.webhook('m0', 'sent');
    await first[Symbol.asyncDispose]();
    await using second = await startLive({ messages: { m0: 'sent' }, dataDir, port });
    await second.webhook('m0', 'delivered');
    await client.until('m0 delivered');
    expect(client.told).toEqual(['m0 accepted', 'm0 sent', 'm0 delivered']);
    await made[0]?.dispose();
    await rm(dataDir, { recursive: true });
  });
});

describe.skipIf(browserIsMissing)(
  `the README’s EventSource${browserIsMissing ? `, ${browserIsMissing}` : ''}`,
  () => {
    test('misses nothing and hears nothing twice, whenever its connection breaks', async () => {
      const browser = await startBrowser();
      await using live = await startLive();
      await using proxy = await startProxy(live.gateway.url);
      const client = listen();
      const page = await browser.newPage();
      await page.goto(`${proxy.url}/livez`);
      await page.exposeFunction('told', ({ data }: { data: { messageStatusChanged: never } }) =>
        client.log(data.messageStatusChanged),
      );
      await page.evaluate(`{ const console = { log: told }; ${snippet('EventSource', proxy.url)} }`);
      await live.subscribed(1);
      await live.webhook('m0', 'accepted');
      await client.until('m0 accepted');
      // A browser waits some seconds before it comes back.
      await postAll(live, (index) => index % 8 === 0 && proxy.cut());
      await client.until(ALL.at(-1) ?? '');
      expect(client.told).toEqual(ALL);
      await browser.close();
    });
  },
);
