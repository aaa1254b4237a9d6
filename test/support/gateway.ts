import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import type { Plugin } from 'graphql-yoga';
import { type Logger, pino } from 'pino';
import { WebSocket } from 'ws';
import type { BirdConfig, Config, CourierConfig } from '../../src/config/config.ts';
import type { Changes } from '../../src/ports.ts';
import { type Gateway, type GatewayOptions, startGateway } from '../../src/server.ts';
import { idOf } from './ids.ts';
import { watchCalls } from './rest.ts';
import type { Upstream } from './upstream.ts';

/** What a test's gateway differs in; the rest is quick, quiet and on a free loopback port. */
export interface TestGatewayOptions extends Partial<Omit<Config, 'bird' | 'courier'>> {
  readonly bird?: Upstream | BirdConfig | undefined;
  /** The keys that sign Bird's webhooks, where `bird` does not say. */
  readonly signingKeys?: readonly string[];
  readonly courier?: Upstream | CourierConfig | undefined;
  /** Callers are served by their own courier credential alone. */
  readonly courierForwards?: boolean;
  /** In place of Pigeon's own schema. */
  readonly schema?: GraphQLSchema;
  readonly stream?: GatewayOptions['stream'];
  readonly directory?: GatewayOptions['directory'];
  readonly sends?: GatewayOptions['outbox'];
  readonly sendStore?: GatewayOptions['sendStore'];
  readonly sendQueueMs?: GatewayOptions['sendQueueMs'];
  readonly changes?: Changes;
  readonly plugins?: readonly Plugin[];
  readonly concurrency?: GatewayOptions['concurrency'];
  readonly log?: Logger;
}

/** An answer over HTTP. */
export interface Answered<Data> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly data?: Data; readonly errors?: readonly TestError[] };
}

/** An error as clients see it. */
export interface TestError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string } & Readonly<Record<string, unknown>>;
}

/** A gateway and the three ways to ask it. */
export interface TestGateway extends Gateway {
  /** Asks over HTTP; `Data` is what the test expects to find. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever its own query asked for
  ask<Data = any>(
    query: string,
    variables?: object,
    options?: { headers?: Readonly<Record<string, string>>; signal?: AbortSignal },
  ): Promise<Answered<Data>>;
  /** Subscribes over a WebSocket of its own; ending the iteration closes it. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever its own query asked for
  watch<Data = any>(
    query: string,
    variables?: Record<string, unknown>,
    options?: { payload?: Record<string, unknown>; headers?: Readonly<Record<string, string>> },
  ): AsyncIterableIterator<ExecutionResult<Data>>;
  /** Subscribes over server-sent events; ending the iteration closes the connection. */
  watchSse(
    query: string,
    variables?: object,
    options?: { headers?: Readonly<Record<string, string>>; signal?: AbortSignal },
  ): AsyncGenerator<SseEvent>;
}

/** One server-sent event. */
export interface SseEvent {
  readonly event: string;
  readonly id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever its own query asked for
  readonly data: any;
}

/** The workspace that a test's Bird is configured with. */
export const WORKSPACE_ID = idOf('workspace');

const SILENT: Changes = { record: async () => {}, seen: async () => new Map() };

/** Starts a gateway in front of the upstreams that a test has prepared. */
export const startTestGateway = async (options: TestGatewayOptions = {}): Promise<TestGateway> => {
  const {
    bird,
    signingKeys = [],
    courier,
    courierForwards = false,
    schema,
    stream,
    directory,
    sends,
    sendStore,
    sendQueueMs,
    changes = SILENT,
    plugins,
    concurrency,
    log,
    ...rest
  } = options;
  const config: Config = {
    ...DEFAULTS,
    ...rest,
    bird: bird && birdConfig(bird, signingKeys),
    courier: courier && courierConfig(courier, courierForwards),
  };
  const gateway = await startGateway(config, {
    schema: schema ?? (await import('../../src/schema.ts')).schema,
    stream: stream ?? (() => ({ changes, plugin: {}, close: async () => {} })),
    ...(directory && { directory }),
    outbox: sends,
    sendStore,
    sendQueueMs,
    plugins: plugins ?? [],
    ...(concurrency && { concurrency }),
    log: log ?? pino({ level: 'silent' }),
  });
  const endpoint = `${gateway.url}/graphql`;
  return Object.assign(gateway, {
    ask: async (query: string, variables: object = {}, { headers, signal }: RequestOptions = {}) => {
      using _watched = watchCalls(query, isBound(headers) ? [bird] : [bird, courier], schema);
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
        signal: signal ?? null,
      });
      return { status: response.status, headers: response.headers, body: await response.json() };
    },
    watch: (
      query: string,
      variables: Record<string, unknown> = {},
      { payload, headers }: SocketOptions = {},
    ) => {
      const client = createClient({
        url: endpoint.replace('http', 'ws'),
        webSocketImpl: headers ? withHeaders(headers) : WebSocket,
        retryAttempts: 0,
        connectionParams: payload,
      });
      return client.iterate({ query, variables });
    },
    watchSse: (query: string, variables: object = {}, options: RequestOptions = {}) =>
      readEvents(endpoint, { query, variables }, options),
  }) as TestGateway;
};

interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

interface SocketOptions {
  readonly payload?: Record<string, unknown>;
  readonly headers?: Readonly<Record<string, string>>;
}

const withHeaders = (headers: Readonly<Record<string, string>>) =>
  class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, { headers });
    }
  };

async function* readEvents(
  endpoint: string,
  body: object,
  { headers, signal }: RequestOptions,
): AsyncGenerator<SseEvent> {
  const controller = new AbortController();
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify(body),
    signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
  });
  if (!response.body) return;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let buffered = '';
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      buffered += decoder.decode(read.value, { stream: true });
      const frames = buffered.split('\n\n');
      buffered = frames.pop() ?? '';
      for (const frame of frames) {
        const field = (name: string) =>
          frame
            .split('\n')
            .find((line) => line.startsWith(`${name}:`))
            ?.slice(name.length + 1)
            .trim();
        const event = field('event');
        if (event) yield { event, id: field('id'), data: JSON.parse(field('data') || 'null') };
      }
    }
  } finally {
    controller.abort();
  }
}

const birdConfig = (bird: Upstream | BirdConfig, signingKeys: readonly string[]): BirdConfig =>
  'accessKey' in bird
    ? bird
    : {
        url: bird.url,
        accessKey: 'bird-key',
        workspaceId: WORKSPACE_ID,
        organizationId: undefined,
        signingKeys,
        getRps: 0,
        postRps: 0,
      };

const courierConfig = (courier: Upstream | CourierConfig, forwards: boolean): CourierConfig =>
  'forwards' in courier
    ? courier
    : { url: courier.url, authorization: forwards ? undefined : 'Bearer courier-token', forwards };

const DEFAULTS: Config = {
  host: '127.0.0.1',
  port: 0,
  publicUrl: undefined,
  otherPublicUrls: [],
  bird: undefined,
  courier: undefined,
  sandbox: false,
  auth: { kind: 'none' },
  corsOrigins: [],
  corsLoopback: false,
  metricsPort: undefined,
  tracing: undefined,
  dataDir: '.data',
  redisUrl: undefined,
  defaultRegion: undefined,
  directoryIntervalMs: 600_000,
  directoryMaxAgeMs: 1_800_000,
  outbox: { ageMs: 86_400_000, rows: 1_000_000 },
  sendRules: { quietHours: undefined, cap: undefined, otherwise: 'refuse', timeZone: 'UTC', optOutLists: [] },
  freshMs: 0,
  sharing: true,
  workers: 1,
  deadlineMs: 2000,
  drainDelayMs: 0,
  budgetCalls: 500,
  budgetObjects: 25_000,
  budgetBytes: 32 * 1024 * 1024,
  limits: { depth: 20, aliases: 100, tokens: 2000 },
  callerRps: 0,
  persisted: { documents: undefined, only: false },
  audit: false,
  introspection: true,
  graphiql: true,
  mcp: 'off',
  logLevel: 'silent',
};

/**
 * True for a token that is bound to organizations of courier: where what it asks for belongs is read beside the query,
 * whatever that selects.
 */
const isBound = (headers: Readonly<Record<string, string>> = {}): boolean => {
  const [, payload = ''] = (headers.authorization ?? '').split('.');
  return Buffer.from(payload, 'base64url').includes('"courier_organizations"');
};
