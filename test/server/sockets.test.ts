import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { PER_CALLER, SUBSCRIPTIONS_PER_SOCKET } from '../../src/plugins/caller-quota.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { smallSchema } from '../support/schema.ts';
import { JWT_AUTH, tokenOf } from '../support/tokens.ts';

const WAITS = 'subscription { waits { cursor } }';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ schema: smallSchema(), auth: JWT_AUTH });
});
afterAll(() => gateway.close());

/** A socket of somebody, spoken to message by message. */
const open = async (sub: string) => {
  const socket = new WebSocket(`${gateway.url}/graphql`.replace('http', 'ws'), 'graphql-transport-ws');
  const heard: string[] = [];
  let waiting: ((message: string) => void) | undefined;
  socket.on('message', (message) => {
    if (waiting) waiting(String(message));
    else heard.push(String(message));
    waiting = undefined;
  });
  const send = (message: object) => socket.send(JSON.stringify(message));
  const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  await once(socket, 'open');
  send({ type: 'connection_init', payload: { authorization: `Bearer ${await tokenOf({ sub })}` } });
  const next = async () =>
    JSON.parse(
      heard.shift() ??
        (await new Promise<string>((resolve) => {
          waiting = resolve;
        })),
    );
  return {
    closed,
    next,
    subscribe: async (id: string, query = WAITS) => {
      send({ id, type: 'subscribe', payload: { query } });
      return next();
    },
    complete: async (id: string) => {
      send({ id, type: 'complete' });
      send({ type: 'ping' });
      expect(await next()).toEqual({ type: 'pong' });
    },
    close: async () => {
      socket.close();
      await closed;
    },
  };
};

const ready = async (sub: string) => {
  const socket = await open(sub);
  expect(await socket.next()).toEqual({ type: 'connection_ack' });
  return socket;
};

const fill = async (socket: Awaited<ReturnType<typeof ready>>) => {
  for (let id = 0; id < SUBSCRIPTIONS_PER_SOCKET; id += 1) {
    expect(await socket.subscribe(String(id))).toMatchObject({ type: 'next' });
  }
};

const LIMITED = [{ extensions: { code: 'RATE_LIMITED', retryable: true } }];

describe('subscriptions', () => {
  test('of one socket are bounded, queries beside them are not', async () => {
    const socket = await ready('ada');
    await fill(socket);
    expect(await socket.subscribe('more')).toMatchObject({ id: 'more', type: 'error', payload: LIMITED });
    expect(await socket.subscribe('query', '{ hello }')).toMatchObject({ id: 'query', type: 'next' });
    expect(await socket.next()).toEqual({ id: 'query', type: 'complete' });
    await socket.complete('7');
    expect(await socket.subscribe('more')).toMatchObject({ id: 'more', type: 'next' });
    await socket.close();
  });

  test('of one caller are bounded over all transports, those of others are not', async () => {
    const sockets = await Promise.all(
      Array.from({ length: PER_CALLER.subscriptions / SUBSCRIPTIONS_PER_SOCKET }, () => ready('bob')),
    );
    await Promise.all(sockets.map(fill));
    const one = await ready('bob');
    const isRefused = async () => {
      expect(await one.subscribe('more')).toMatchObject({ type: 'next', payload: { errors: LIMITED } });
      expect(await one.next()).toEqual({ id: 'more', type: 'complete' });
    };
    await isRefused();
    const headers = { authorization: `Bearer ${await tokenOf({ sub: 'bob' })}` };
    expect((await gateway.watchSse(WAITS, {}, { headers }).next()).value?.data).toMatchObject({
      errors: LIMITED,
    });
    const other = await ready('carol');
    expect(await other.subscribe('one')).toMatchObject({ type: 'next' });
    await sockets[0]?.complete('0');
    const stream = gateway.watchSse(WAITS, {}, { headers });
    expect((await stream.next()).value?.data).toMatchObject({ data: { waits: { cursor: '1' } } });
    await isRefused();
    await stream.return(undefined);
    await sockets[1]?.close();
    expect(await one.subscribe('more')).toMatchObject({ payload: { data: { waits: { cursor: '1' } } } });
    await Promise.all([...sockets, one, other].map(({ close }) => close()));
  });

  test('that are refused take no place', async () => {
    const socket = await ready('dan');
    for (let index = 0; index < PER_CALLER.subscriptions + 1; index += 1) {
      expect(await socket.subscribe('one', 'subscription { refused { cursor } }')).toMatchObject({
        payload: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
      });
      expect(await socket.next()).toEqual({ id: 'one', type: 'complete' });
    }
    await socket.close();
  });
});

test('sockets of one caller are bounded, and told to come back later', async () => {
  const sockets = await Promise.all(Array.from({ length: PER_CALLER.sockets }, () => ready('eve')));
  const refused = await open('eve');
  expect(await refused.closed).toEqual({
    code: 1013,
    reason: `RATE_LIMITED: a caller may have ${PER_CALLER.sockets} sockets at once`,
  });
  await sockets[0]?.close();
  const again = await ready('eve');
  await Promise.all([...sockets.slice(1), again].map(({ close }) => close()));
});
