import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { MessageStatus } from '../../../src/ports.ts';
import { CHANNEL_ID, idOfMessage, type Live, startLive } from '../live.ts';
import { next, STATUS_WITH_MESSAGE } from '../published.ts';

/** Statuses that each raise the last. */
const STEPS = [
  'DRAFT',
  'SCHEDULED',
  'ACCEPTED',
  'PROCESSING',
  'SENT',
  'DELIVERED',
  'READ',
  'DELETED',
] as const;

/** A subscription of frames of some 6 KB, so that they fill what the system holds for a connection. */
const LARGE = `subscription { messageStatusChanged {
  messageId status
  ${Array.from({ length: 95 }, (_, index) => `a${index}: messageId`).join(' ')}
} }`;

const record = (live: Live, name: string, status: MessageStatus) =>
  live.stream.changes.record([
    {
      messageId: idOfMessage(name),
      channelId: CHANNEL_ID,
      added: false,
      status,
      nativeStatus: null,
      occurredAt: 0,
      via: 'WEBHOOK',
      audience: 'service',
    },
  ]);

/** Raises so many messages step by step to the last status, a step of all at a time. */
const raiseAll = async (live: Live, messages: number): Promise<void> => {
  for (const status of STEPS) {
    await Promise.all(Array.from({ length: messages }, (_, name) => record(live, `m${name}`, status)));
  }
};

/** Keeps what a client is told, and fails at a step back. */
const ledger = () => {
  const told = new Map<string, string>();
  let count = 0;
  return {
    told,
    get count() {
      return count;
    },
    add: ({ messageId, status }: { messageId: string; status: string }) => {
      count += 1;
      const before = (STEPS as readonly unknown[]).indexOf(told.get(messageId));
      expect((STEPS as readonly unknown[]).indexOf(status)).toBeGreaterThan(before);
      told.set(messageId, status);
    },
    isDone: (messages: number) =>
      told.size === messages && [...told.values()].every((status) => status === STEPS.at(-1)),
  };
};

describe('an event', () => {
  it('is read once for all who are told the same, over sockets and event streams', async () => {
    await using live = await startLive({ messages: { one: 'sent' } });
    const sockets = [1, 2, 3].map(() => live.gateway.watch(STATUS_WITH_MESSAGE));
    const streams = [1, 2].map(() => live.gateway.watchSse(STATUS_WITH_MESSAGE));
    const all = [...sockets, ...streams];
    const first = all.map(next);
    await live.subscribed(5);
    await live.webhook('one', 'delivered');
    const told = await Promise.all(first);
    expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(told[0]).toMatchObject({ status: 'DELIVERED', message: { status: 'DELIVERED' } });
    expect(live.bird.reads()).toHaveLength(1);
    // Fresh for every event.
    const second = all.map(next);
    await live.webhook('one', 'deleted');
    for (const one of await Promise.all(second)) {
      expect(one).toMatchObject({ status: 'DELETED', message: { status: 'DELETED' } });
    }
    expect(live.bird.reads()).toHaveLength(1);
    for (const events of sockets) await events.return?.();
    for (const events of streams) await events.return(undefined);
    await live.subscribed(0);
  });

  it('shows the same errors to all, as clients may see them', async () => {
    await using live = await startLive({ messages: { one: 'sent' } });
    const all = [live.gateway.watch(STATUS_WITH_MESSAGE), live.gateway.watch(STATUS_WITH_MESSAGE)];
    const sse = live.gateway.watchSse(STATUS_WITH_MESSAGE);
    const waiting = Promise.all(all.map((events) => events.next()));
    const streamed = sse.next();
    await live.subscribed(3);
    live.bird.fail(500);
    await live.webhook('one', 'delivered');
    for (const { value } of [...(await waiting), { value: (await streamed).value?.data }]) {
      expect(value).toMatchObject({
        data: { messageStatusChanged: { status: 'DELIVERED', message: null } },
        errors: [{ path: ['messageStatusChanged', 'message'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }],
      });
      expect(JSON.stringify(value)).not.toContain('"http"');
    }
    for (const events of all) await events.return?.();
    await sse.return(undefined);
  });

  it('is still told to the others when the one leaves for whom it is executed', async () => {
    await using live = await startLive({ messages: { one: 'sent' } });
    const leaver = live.gateway.watch(STATUS_WITH_MESSAGE);
    void leaver.next();
    await live.subscribed(1);
    const stayer = live.gateway.watch(STATUS_WITH_MESSAGE);
    const told = next(stayer);
    await live.subscribed(2);
    const held = Promise.withResolvers<void>();
    live.bird.hold(held.promise);
    await live.webhook('one', 'delivered');
    while (live.bird.upstream.calls().length === 0) await new Promise(setImmediate);
    await leaver.return?.();
    await live.subscribed(1);
    held.resolve();
    expect(await told).toMatchObject({ status: 'DELIVERED', message: { status: 'DELIVERED' } });
    await stayer.return?.();
  });
});

it('comes whole over a socket, however long it is and whatever the client calls it', async () => {
  await using live = await startLive();
  const socket = new WebSocket(`${live.gateway.url}/graphql`.replace('http', 'ws'), 'graphql-transport-ws');
  const heard: unknown[] = [];
  socket.on('message', (message) => heard.push(JSON.parse(String(message))));
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  const names = Array.from({ length: 95 }, (_, index) => `a${index}${'x'.repeat(700)}`);
  const fields: Readonly<Record<string, readonly string[]>> = {
    '1': ['status'],
    'ключ "1"': ['status', 'messageId', ...names.slice(0, 5).map((name) => `${name}: status`)],
    large: names.map((name) => `${name}: status`),
  };
  for (const [id, asked] of Object.entries(fields)) {
    const query = `subscription { messageStatusChanged { ${asked.join(' ')} } }`;
    socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }));
  }
  await live.subscribed(3);
  await record(live, 'one', 'READ');
  await expect.poll(() => heard.length).toBe(4);
  for (const [id, asked] of Object.entries(fields)) {
    const told = asked.map((field) => [
      field.split(':')[0],
      field === 'messageId' ? idOfMessage('one') : 'READ',
    ]);
    expect(heard).toContainEqual({
      id,
      type: 'next',
      payload: { data: { messageStatusChanged: Object.fromEntries(told) } },
    });
  }
  socket.close();
});

describe('a client that does not read', () => {
  const MESSAGES = 400;

  it('over a socket slows nobody, and is told the last of each message when it reads on', async () => {
    await using live = await startLive();
    const slow = new WebSocket(`${live.gateway.url}/graphql`.replace('http', 'ws'), 'graphql-transport-ws');
    await once(slow, 'open');
    slow.send('{"type":"connection_init"}');
    await once(slow, 'message');
    slow.send(JSON.stringify({ id: 'one', type: 'subscribe', payload: { query: LARGE } }));
    const slowly = ledger();
    const finished = Promise.withResolvers<void>();
    slow.on('message', (message) => {
      slowly.add(JSON.parse(String(message)).payload.data.messageStatusChanged);
      if (slowly.isDone(MESSAGES)) finished.resolve();
    });
    slow.pause();
    const quickly = ledger();
    const quick = createClient({
      url: `${live.gateway.url}/graphql`.replace('http', 'ws'),
      webSocketImpl: WebSocket,
    }).iterate<{ messageStatusChanged: { messageId: string; status: string } }>({ query: LARGE });
    const quickDone = (async () => {
      for await (const { data } of quick) {
        if (data) quickly.add(data.messageStatusChanged);
        if (quickly.isDone(MESSAGES)) return;
      }
    })();
    await live.subscribed(2);
    await raiseAll(live, MESSAGES);
    await quickDone;
    expect(slowly.count).toBe(0);
    slow.resume();
    await finished.promise;
    expect(slowly.count).toBeLessThan(MESSAGES * STEPS.length);
    slow.close();
    await live.subscribed(0);
  });

  it('over an event stream neither', async () => {
    await using live = await startLive();
    const response = await fetch(`${live.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: LARGE }),
    });
    const quickly = ledger();
    const quick = live.gateway.watch(LARGE);
    const quickDone = (async () => {
      while (!quickly.isDone(MESSAGES)) quickly.add(await next(quick));
    })();
    await live.subscribed(2);
    await raiseAll(live, MESSAGES);
    await quickDone;
    const slowly = ledger();
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (reader && !slowly.isDone(MESSAGES)) {
      const frames = (text + (await reader.read()).value).split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const data = /^data: (.+)$/m.exec(frame)?.[1];
        if (data) slowly.add(JSON.parse(data).data.messageStatusChanged);
      }
    }
    await reader?.cancel();
    expect(slowly.count).toBeLessThan(MESSAGES * STEPS.length);
    await quick.return?.();
    await live.subscribed(0);
  });
});

it('leaves nothing behind when thousands have come and gone', async () => {
  await using live = await startLive();
  const socket = new WebSocket(`${live.gateway.url}/graphql`.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  const send = (message: object) => socket.send(JSON.stringify(message));
  send({ type: 'connection_init' });
  await once(socket, 'message');
  for (let index = 0; index < 3000; index += 1) {
    send({
      id: `${index}`,
      type: 'subscribe',
      payload: { query: 'subscription { messageStatusChanged { status } }' },
    });
    if (index % 3) {
      send({ type: 'ping' });
      await once(socket, 'message');
    }
    send({ id: `${index}`, type: 'complete' });
  }
  send({ type: 'ping' });
  await once(socket, 'message');
  await live.subscribed(0);
  const metrics = await (await fetch(`${live.gateway.url}/metrics`)).text();
  expect(metrics).toContain('pigeon_websocket_operations 0');
  socket.close();
});
