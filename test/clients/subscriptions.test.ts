import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type LiveGateway, startLiveGateway } from '../support/sandbox.ts';

const WATCH = `subscription ($channels: [ID!]) {
  messageStatusChanged(channels: $channels) { cursor status via message { text } }
}`;

const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id } }
}`;

interface Event {
  readonly messageStatusChanged: {
    readonly cursor: string;
    readonly status: string;
    readonly via: string;
    readonly message: { readonly text: string | null } | null;
  };
}

let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await startLiveGateway();
});
afterAll(() => gateway.close());

const send = async (text: string) => {
  const { birdSmsChannelId: channelId, birdContactId: contactId } = gateway.sandbox.fixtureIds;
  const { body } = await gateway.ask(SEND, { input: { channelId, contactId, text } });
  expect(body.errors).toBeUndefined();
};

const clients = {
  'graphql-ws': () => {
    const client = createSocketClient({
      url: `${gateway.url}/graphql`.replace('http', 'ws'),
      webSocketImpl: WebSocket,
    });
    const { birdSmsChannelId } = gateway.sandbox.fixtureIds;
    return client.iterate<Event>({ query: WATCH, variables: { channels: [birdSmsChannelId] } });
  },
  'graphql-sse': () => {
    const client = createSseClient({ url: `${gateway.url}/graphql` });
    const { birdSmsChannelId } = gateway.sandbox.fixtureIds;
    return client.iterate<Event>({ query: WATCH, variables: { channels: [birdSmsChannelId] } });
  },
};

test.each(Object.entries(clients))('%s hears how a message goes on to its delivery', async (name, open) => {
  const text = `By ${name}`;
  await send(text);
  const heard: Event['messageStatusChanged'][] = [];
  for await (const { data } of open()) {
    const event = data?.messageStatusChanged;
    if (event?.message?.text !== text) continue;
    heard.push(event);
    if (event.status === 'DELIVERED' || event.status === 'READ') break;
    await gateway.sandbox.step();
  }
  expect(heard[0]).toMatchObject({ status: 'ACCEPTED', via: 'SNAPSHOT' });
  expect(heard.at(-1)?.via).toBe('WEBHOOK');
  expect(new Set(heard.map(({ cursor }) => cursor)).size).toBe(heard.length);
});
