import { globalId } from '../../src/graph/ids.ts';
import type { LogBounds } from '../../src/stream/log/log.ts';
import { openStream, type Stream } from '../../src/stream/stream.ts';
import { birdSignature } from '../../src/stream/webhooks/bird-signature.ts';
import {
  startTestGateway,
  type TestGateway,
  type TestGatewayOptions,
  WORKSPACE_ID,
} from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { type Asked, startUpstream, type Upstream } from '../support/upstream.ts';

const KEY = 'signing key';

export const CHANNEL = idOf('channel');
export const CHANNEL_ID = globalId('BirdChannel', `${WORKSPACE_ID}/${CHANNEL}`);

/** Global id of the message that a test calls by this name. */
export const idOfMessage = (name: string): string =>
  globalId('BirdMessage', `${WORKSPACE_ID}/${CHANNEL}/${idOf(name)}`);

/** A Bird whose channel has these messages, oldest first, by name with their status. */
export interface BirdWorld {
  readonly upstream: Upstream;
  /** Sets a message's status, or adds it as the newest. */
  set(name: string, status: string): void;
  /** Keeps every answer back until the promise resolves. */
  hold(until: Promise<unknown>): void;
  /** Makes it answer this status to everything, or well again. */
  fail(status: number | undefined): void;
  /** The calls that read messages, since the last time. */
  reads(): string[];
}

export const startBird = async (messages: Readonly<Record<string, string>> = {}): Promise<BirdWorld> => {
  const statuses = new Map(Object.entries(messages));
  /** What was there before the test began was made long ago. */
  const old = new Set(Object.keys(messages));
  let held: Promise<unknown> | undefined;
  let failure: number | undefined;
  let seen = 0;
  const row = (name: string) => ({
    id: idOf(name),
    channelId: CHANNEL,
    direction: 'outgoing',
    sender: { connector: { id: idOf('connector') } },
    receiver: { contacts: [] },
    body: { type: 'text', text: { text: name } },
    status: statuses.get(name),
    lastStatusAt: '2025-01-01T00:00:00Z',
    createdAt: old.has(name) ? '2025-01-01T00:00:00Z' : new Date().toISOString(),
    updatedAt: '2025-01-01T00:00:00Z',
  });
  const nameOf = (id: string) => [...statuses.keys()].find((name) => idOf(name) === id);
  const answer = async (body: unknown) => {
    // As things stood when it was asked.
    const text = JSON.stringify(body ?? { message: 'not found' });
    await held;
    if (failure) return { status: failure, body: { message: 'no' } };
    return { status: body === undefined ? 404 : 200, raw: text };
  };
  const last = ({ path }: Asked) => path.split('/').at(-1) ?? '';
  const base = `/workspaces/${WORKSPACE_ID}/channels`;
  const upstream = await startUpstream({
    [`GET ${base}/messages`]: ({ params }) =>
      answer({
        results: params.getAll('id').flatMap((id) => {
          const name = nameOf(id);
          return name === undefined ? [] : [row(name)];
        }),
      }),
    [`GET ${base}/${CHANNEL}/messages/*`]: (asked) => {
      const name = nameOf(last(asked));
      return answer(name === undefined ? undefined : row(name));
    },
    [`GET ${base}/${CHANNEL}/messages`]: ({ params }) =>
      answer({
        results: [...statuses.keys()]
          .reverse()
          .slice(0, Number(params.get('limit')))
          .map(row),
      }),
    [`POST ${base}/${CHANNEL}/messages`]: () => {
      statuses.set('sent', 'accepted');
      return answer(row('sent'));
    },
    [`POST /workspaces/${WORKSPACE_ID}/contacts/search`]: { body: { results: [] } },
    [`GET ${base}/*`]: (asked) =>
      answer(last(asked) === CHANNEL ? { id: CHANNEL, name: 'Line', status: 'active' } : undefined),
  });
  return {
    upstream,
    set: (name, status) => statuses.set(name, status),
    hold: (until) => {
      held = until;
    },
    fail: (status) => {
      failure = status;
    },
    reads: () => {
      const calls = upstream.calls().filter((call) => call.includes('/messages'));
      const fresh = calls.slice(seen);
      seen = calls.length;
      return fresh;
    },
  };
};

/** A gateway with its stream over a Bird. */
export interface Live extends AsyncDisposable {
  readonly gateway: TestGateway;
  readonly bird: BirdWorld;
  readonly stream: Stream;
  /** Posts a webhook of a message's status, signed; `inbound` for one that came in, of a contact if one is named. */
  webhook(name: string, status: string, kind?: 'outbound' | 'inbound', contact?: string): Promise<void>;
  /** Resolves when so many subscribe. */
  subscribed(count: number): Promise<void>;
}

interface LiveOptions extends TestGatewayOptions {
  readonly messages?: Readonly<Record<string, string>>;
  readonly bounds?: Partial<LogBounds>;
  readonly dataDir?: string;
}

export const startLive = async ({
  messages,
  bounds,
  dataDir = ':memory:',
  ...options
}: LiveOptions = {}): Promise<Live> => {
  const bird = await startBird(messages);
  let opened: Stream | undefined;
  const gateway = await startTestGateway({
    bird: bird.upstream,
    stream: ({ publicUrl, services }) => {
      opened = openStream({
        dataDir,
        birdKeys: [KEY],
        publicUrl,
        workspaceId: WORKSPACE_ID,
        hearing: services,
        warn: services.warn,
        ...(bounds ? { bounds } : {}),
      });
      return opened;
    },
    ...options,
  });
  const stream = opened as Stream | undefined;
  if (!stream) throw new Error('the gateway did not open its stream');
  return {
    gateway,
    bird,
    stream,
    webhook: async (name, status, kind = 'outbound', contact) => {
      const end = contact && { id: idOf(contact), identifierValue: '+12025550142' };
      const body = JSON.stringify({
        service: 'channels',
        event: `sms.${kind}`,
        payload: {
          id: idOf(name),
          channelId: CHANNEL,
          status,
          direction: kind === 'inbound' ? 'incoming' : 'outgoing',
          lastStatusAt: '2025-01-02T00:00:00Z',
          createdAt: new Date().toISOString(),
          ...(end && (kind === 'inbound' ? { sender: { contact: end } } : { receiver: { contacts: [end] } })),
        },
      });
      const url = `${gateway.publicUrl}/webhooks/bird`;
      const timestamp = '1735776000';
      const response = await fetch(`${gateway.url}/webhooks/bird`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'messagebird-request-timestamp': timestamp,
          'messagebird-signature': birdSignature(KEY, { timestamp, url, body: Buffer.from(body) }),
        },
        body,
      });
      if (response.status !== 204) throw new Error(`the webhook was answered ${response.status}`);
    },
    subscribed: async (count) => {
      while (stream.counts.subscribers !== count) await new Promise(setImmediate);
    },
    [Symbol.asyncDispose]: async () => {
      await gateway.close();
      await bird.upstream.close();
    },
  };
};
