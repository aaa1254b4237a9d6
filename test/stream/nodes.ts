import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { birdSignature } from '../../src/stream/webhooks/bird-signature.ts';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { CHANNEL } from './live.ts';
import type { Result } from './published.ts';

const KEY = 'signing key';

/** Pigeon in a process of its own, as one of the nodes that share a Redis. */
export interface Node extends AsyncDisposable {
  readonly url: string;
  /** Posts a webhook of a message's status; resolves to what it was answered. */
  webhook(name: string, status: string): Promise<number>;
  ask(query: string): Promise<{ data?: Record<string, unknown>; errors?: readonly unknown[] }>;
  /** Subscribes over a socket; ends without retrying when it breaks. */
  watch(query: string, variables?: Record<string, unknown>): AsyncIterableIterator<Result['value']>;
  readonly pid: number;
  /** Ends it by a signal; resolves to its exit code. */
  end(): Promise<number | null>;
  /** Kills it at once. */
  kill(): Promise<void>;
}

/** Starts a node over a Bird and a Redis, as `npm start` does. */
export const startNode = async (
  birdUrl: string,
  redisUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Node> => {
  const child: ChildProcess = spawn(process.execPath, ['src/main.ts'], {
    cwd: new URL('../..', import.meta.url),
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      BIRD_API_URL: birdUrl,
      BIRD_ACCESS_KEY: 'key',
      BIRD_WORKSPACE_ID: WORKSPACE_ID,
      BIRD_WEBHOOK_SIGNING_KEY: KEY,
      REDIS_URL: redisUrl,
      DATA_DIR: ':memory:',
      LOG_LEVEL: 'silent',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [line] = await Promise.race([
    once(lines, 'line'),
    ended.then(([code]) => {
      throw new Error(`Pigeon ended with ${code}`);
    }),
  ]);
  const url = new URL(/http:\S+/.exec(String(line))?.[0] ?? '').origin;
  return {
    url,
    pid: child.pid ?? 0,
    end: async () => {
      child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
    webhook: async (name, status) => {
      const body = JSON.stringify({
        service: 'channels',
        event: 'sms.outbound',
        payload: { id: idOf(name), channelId: CHANNEL, status, direction: 'outgoing' },
      });
      const timestamp = '1735776000';
      const signed = { timestamp, url: `${url}/webhooks/bird`, body: Buffer.from(body) };
      const response = await fetch(signed.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'messagebird-request-timestamp': timestamp,
          'messagebird-signature': birdSignature(KEY, signed),
        },
        body,
      });
      return response.status;
    },
    ask: async (query) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return response.json();
    },
    watch: (query, variables = {}) =>
      createClient({
        url: `${url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      }).iterate({ query, variables }),
    kill,
    [Symbol.asyncDispose]: kill,
  };
};
