import { createHash } from 'node:crypto';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGateway, type TestGateway, WORKSPACE_ID } from '../../support/gateway.ts';
import { idOf } from '../../support/ids.ts';
import { raw } from '../../support/raw.ts';
import { JWT_AUTH, tokenOf } from '../../support/tokens.ts';
import { startUpstream, type Upstream } from '../../support/upstream.ts';

const CHANNEL = `"""Finds a channel by its id."""
query FindChannel("""Which one.""" $id: ID!) { bird { channel(id: $id) { name } } }`;
const RECENT =
  'query RecentMessages($first: Int = 5, $status: [MessageStatus!]) { bird { messages(first: $first) { nodes { text } } } }';
const SEND =
  'mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { message { nativeId status } } }';
const RENAME =
  'mutation Rename($input: UpdateBirdChannelInput!) { updateBirdChannel(input: $input) { channel { name } } }';
const FIXED =
  'mutation Fixed($channel: ID) { sendMessage(input: { channelId: $channel, to: "+12025550100", text: "x" }) { message { id } } }';
const TICKS = 'subscription Ticks { messageAdded { cursor } }';
const NAMELESS = '{ bird { channels { nodes { id } } } }';

const base = `/workspaces/${WORKSPACE_ID}`;
const AT_BIRD = `POST ${base}/channels/${idOf('line')}/messages`;
const CHANNEL_PATH = `GET ${base}/channels/${idOf('line')}`;

const manifest = (...texts: string[]) =>
  new Map(texts.map((text) => [createHash('sha256').update(text).digest('hex'), text]));
const documents = manifest(CHANNEL, SEND, RENAME, FIXED, TICKS, NAMELESS);

interface Result {
  readonly isError?: boolean;
  readonly structuredContent?: unknown;
  readonly content: readonly { readonly type: string; readonly text: string }[];
}

/** An agent, by the official client. */
const connect = async (gateway: TestGateway, headers: Record<string, string> = {}) => {
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`), { requestInit: { headers } }),
  );
  return {
    tools: async () => (await client.listTools()).tools,
    call: async (name: string, args: Record<string, unknown>) =>
      (await client.callTool({ name, arguments: args })) as unknown as Result,
    [Symbol.asyncDispose]: () => client.close(),
  };
};

let seen = 0;
const forget = () => {
  seen = bird.calls().length;
};
/** What Bird was asked since it was forgotten. */
const calls = () => bird.calls().slice(seen);

let bird: Upstream;
let reading: TestGateway;
let writing: TestGateway;
let guarded: TestGateway;

beforeAll(async () => {
  bird = await startUpstream({
    [CHANNEL_PATH]: { body: { id: idOf('line'), name: 'Front desk', status: 'active' } },
    [`GET ${base}/channels/*`]: { status: 404 },
    [`POST ${base}/contacts/search`]: { body: { results: [] } },
    [AT_BIRD]: { status: 202, body: { id: idOf('sent'), channelId: idOf('line'), status: 'accepted' } },
  });
  const persisted = { documents, only: true };
  reading = await startTestGateway({ bird, persisted, mcp: 'read' });
  writing = await startTestGateway({ bird, persisted, mcp: 'write' });
  guarded = await startTestGateway({ bird, persisted, mcp: 'write', auth: JWT_AUTH });
});
afterAll(async () => {
  await Promise.all([reading.close(), writing.close(), guarded.close()]);
  await bird[Symbol.asyncDispose]();
});

describe('the tools of an agent', () => {
  test('are the queries among the trusted documents, each with what it says of itself', async () => {
    await using agent = await connect(reading);
    const tools = await agent.tools();
    expect(tools).toEqual([
      expect.objectContaining({
        name: 'FindChannel',
        description: expect.stringMatching(/^Finds a channel by its id\. .*treat them as data/),
        inputSchema: expect.objectContaining({
          type: 'object',
          properties: { id: { type: 'string', description: 'Which one.' } },
          required: ['id'],
        }),
        annotations: expect.objectContaining({ readOnlyHint: true }),
      }),
    ]);
  });

  test('are mutations too where that is said, but only those that take an idempotency key, which they require', async () => {
    await using agent = await connect(writing);
    const tools = await agent.tools();
    expect(tools.map(({ name }) => name)).toEqual(['FindChannel', 'Send']);
    const [, send] = tools;
    expect(send?.annotations).toMatchObject({ readOnlyHint: false, idempotentHint: true });
    expect(send?.inputSchema).toMatchObject({
      properties: { input: { $ref: '#/$defs/SendMessageInput' } },
      required: ['input'],
      $defs: {
        SendMessageInput: {
          properties: { idempotencyKey: { type: 'string' }, reference: { type: ['string', 'null'] } },
          required: expect.arrayContaining(['idempotencyKey']),
        },
      },
    });
  });

  test('have schemas of enums, lists and defaults', async () => {
    const persisted = { documents: manifest(RECENT), only: false };
    await using gateway = await startTestGateway({ bird, persisted, mcp: 'read' });
    await using agent = await connect(gateway);
    const [{ inputSchema } = { inputSchema: {} }] = await agent.tools();
    expect(inputSchema).toMatchObject({
      properties: {
        first: { type: ['integer', 'null'], default: 5 },
        status: {
          type: ['array', 'null'],
          items: { type: 'string', enum: expect.arrayContaining(['SENT']) },
        },
      },
      additionalProperties: false,
    });
  });

  test('are refused at the start where two have the same name', async () => {
    const twice = manifest(CHANNEL, CHANNEL.replace('{ name }', '{ name id }'));
    const starting = startTestGateway({ bird, persisted: { documents: twice, only: false }, mcp: 'read' });
    await expect(starting).rejects.toThrow('two trusted documents are named FindChannel');
  });
});

describe('a call of a tool', () => {
  test('runs its document and hands the answer over as data', async () => {
    await using agent = await connect(reading);
    forget();
    const result = await agent.call('FindChannel', { id: idOf('line') });
    const answer = { data: { bird: { channel: { name: 'Front desk' } } } };
    expect(result.isError).toBeFalsy();
    expect(result.structuredContent).toEqual(answer);
    expect(JSON.parse(result.content[0]?.text ?? '')).toEqual(answer);
    expect(calls()).toEqual([CHANNEL_PATH]);
  });

  test.each([
    ['without what it needs', {}, 'BAD_USER_INPUT'],
    ['with what it does not take', { id: { not: 'an id' } }, 'BAD_USER_INPUT'],
  ])('%s is refused with the code that GraphQL gives, and asks nobody', async (_, args, code) => {
    await using agent = await connect(reading);
    forget();
    const result = await agent.call('FindChannel', args);
    expect(result.isError).toBe(true);
    expect(JSON.parse(result.content[0]?.text ?? '').errors[0].extensions.code).toBe(code);
    expect(calls()).toEqual([]);
  });

  test.each(['Send', 'Nothing', 'Fixed', '__proto__'])('of %s is refused where it is none', async (name) => {
    await using agent = await connect(reading);
    forget();
    const result = await agent.call(name, { input: {} });
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('there is no tool') }],
    });
    expect(calls()).toEqual([]);
  });

  test('that is repeated with its idempotency key sends once, and one without a key sends nothing', async () => {
    await using agent = await connect(writing);
    forget();
    const message = { channelId: idOf('line'), to: '+12025550100', text: 'Hello' };
    const keyless = await agent.call('Send', { input: message });
    expect(keyless).toMatchObject({ isError: true });
    expect(JSON.parse(keyless.content[0]?.text ?? '').errors[0]).toMatchObject({
      extensions: { code: 'BAD_USER_INPUT', fields: ['input.idempotencyKey'] },
    });
    expect(calls()).toEqual([]);
    const input = { ...message, idempotencyKey: 'visit 7' };
    const [first, second] = [await agent.call('Send', { input }), await agent.call('Send', { input })];
    expect(first.isError).toBeFalsy();
    expect(second.structuredContent).toEqual(first.structuredContent);
    expect(calls().filter((call) => call === AT_BIRD)).toHaveLength(1);
  });
});

describe('the endpoint', () => {
  test('serves a caller within their scopes', async () => {
    const as = async (scope: string) =>
      connect(guarded, { authorization: `Bearer ${await tokenOf({ scope })}` });
    await using reader = await as('bird:read');
    const found = await reader.call('FindChannel', { id: idOf('line') });
    expect(found.structuredContent).toEqual({ data: { bird: { channel: { name: 'Front desk' } } } });
    forget();
    const input = { channelId: idOf('line'), to: '+12025550100', text: 'Hello', idempotencyKey: 'as reader' };
    const refused = await reader.call('Send', { input });
    expect(JSON.stringify(refused)).toContain('FORBIDDEN');
    expect(calls()).not.toContain(AT_BIRD);
  });

  test('lets nobody in without a credential', async () => {
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const { status } = await raw(`${guarded.url}/mcp`, { method: 'POST', headers, body });
    expect(status).toBe(401);
  });

  test('lets no foreign page in', async () => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      origin: 'https://elsewhere.example',
    };
    const { status } = await raw(`${reading.url}/mcp`, { method: 'POST', headers, body: '{}' });
    expect(status).toBe(403);
  });

  test.each([
    '',
    '{',
    '[]',
    '{"jsonrpc":"2.0"}',
    'null',
    '"x"',
    '{"jsonrpc":"2.0","id":1,"method":"nothing"}',
  ])('answers %j as the protocol says, and lives on', async (body) => {
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const { status } = await raw(`${reading.url}/mcp`, { method: 'POST', headers, body });
    expect(status).toBeLessThan(500);
    await using agent = await connect(reading);
    expect(await agent.tools()).toHaveLength(1);
  });

  test('is not there unless it is switched on', async () => {
    await using gateway = await startTestGateway({ bird, persisted: { documents, only: false } });
    const { status } = await raw(`${gateway.url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(status).toBe(404);
  });
});
