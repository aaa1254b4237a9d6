import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { type Logger, pino } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import type { Config } from './config/config.ts';
import { type Context, createContext, type OpenEvents, type Services } from './context.ts';
import { openSendQueue } from './joined/send-queue.ts';
import { openSqliteOutbox } from './outbox/sqlite-outbox.ts';
import { useAudit } from './plugins/audit.ts';
import { CallerQuota, useSubscriptionQuota } from './plugins/caller-quota.ts';
import { callerRate, useCallerRate } from './plugins/caller-rate.ts';
import { type ConcurrencyBounds, FairSlots, useConcurrency } from './plugins/concurrency.ts';
import { useDocumentCache } from './plugins/document-cache.ts';
import { presenter, useReadableParams } from './plugins/errors.ts';
import { useHealth } from './plugins/health.ts';
import { useNoIntrospection } from './plugins/introspection.ts';
import { useLimits } from './plugins/limits.ts';
import { createMetrics, type Gather } from './plugins/metrics.ts';
import {
  DOCUMENT_ID,
  unfitDocuments,
  usePersistedDocuments,
  withDocument,
} from './plugins/persisted-documents.ts';
import { useLastWord } from './plugins/refusal.ts';
import { useOperationTelemetry } from './plugins/telemetry/operations.ts';
import { observeCalls } from './plugins/telemetry/upstream-calls.ts';
import { useWeight } from './plugins/weight.ts';
import { useWriteCount } from './plugins/write-count.ts';
import type { Changes, Directory, Outbox, SendStore, TextCallbacks } from './ports.ts';
import { OptOuts } from './sending/opt-outs.ts';
import { openSqliteSendStore } from './sending/sqlite-send-store.ts';
import { admission, type Who } from './server/admission.ts';
import { knownOrigins } from './server/known-origins.ts';
import { createListener, type Listener } from './server/listener.ts';
import { serveMetrics } from './server/metrics-server.ts';
import { answerPosted } from './server/posted.ts';
import { requestGuard } from './server/request-guard.ts';
import { securityHeaders } from './server/security-headers.ts';
import { resultSerializer } from './server/serialize.ts';
import type { Engine, OperationContext } from './server/socket-options.ts';
import { type Sockets, serveSockets } from './server/sockets.ts';
import { createEventStreams } from './server/sse.ts';
import { connectUpstreams } from './server/upstreams.ts';
import type { WebhookCounts } from './stream/webhooks/bird-webhooks.ts';
import type { CallbackCounts } from './stream/webhooks/courier-callbacks.ts';
import type { Webhooks } from './stream/webhooks/webhook.ts';
import { localRateLimiter, type RateLimiter } from './upstream/rate-limit.ts';

/** The status stream as the server needs it. */
export interface Stream {
  readonly changes: Changes;
  readonly openEvents?: OpenEvents;
  readonly callbacks?: TextCallbacks;
  /** Delivers subscriptions. */
  readonly plugin: Plugin;
  /** Takes what the upstreams post; without it nobody does. */
  readonly webhooks?: Webhooks;
  /** What has been posted so far, by what came of it, and how many subscribers there are now. */
  readonly counts?: {
    readonly webhooks: Readonly<WebhookCounts>;
    readonly callbacks: Readonly<CallbackCounts>;
    readonly subscribers: number;
  };
  /** How many entries of the log have not been announced here yet. */
  lag?(): Promise<number | undefined>;
  close(): Promise<void>;
}

/** A directory that runs beside the gateway. */
export interface RunningDirectory extends Directory {
  close(): Promise<void>;
}

/** What is told to those who are made when the gateway's address is known. */
export interface Site {
  /** Where it listens, as this machine reaches it. */
  readonly url: string;
  readonly publicUrl: string;
  /** All services but those that are made from it. */
  readonly services: Omit<Services, 'changes' | 'directory'>;
  readonly log: Logger;
}

/** What a gateway is put together from. */
export interface GatewayOptions {
  readonly schema: GraphQLSchema;
  readonly stream: (site: Site) => Stream | Promise<Stream>;
  /** The directory of courier's users, where there can be one. */
  readonly directory?: (site: Site) => RunningDirectory | undefined;
  /** Keeps the upstreams' quotas; by default it counts this gateway's calls alone. */
  readonly rateLimiter?: RateLimiter | undefined;
  /** Remembers what was sent under an idempotency key; by default as long as the gateway runs. Is closed with it. */
  readonly outbox?: Outbox | undefined;
  /** Remembers what people want and what waits to be sent; by default as long as the gateway runs. Is closed with it. */
  readonly sendStore?: SendStore | undefined;
  /** How often it is asked which scheduled messages are due, in milliseconds. */
  readonly sendQueueMs?: number | undefined;
  /** More plugins, such as GraphiQL's; they stand before those of the server. */
  readonly plugins?: readonly Plugin[];
  /** How many operations run at once; by default `CONCURRENCY`. */
  readonly concurrency?: ConcurrencyBounds;
  readonly log?: Logger;
  /** How many lines of the log have been dropped; by default none ever is. */
  readonly droppedLines?: () => number;
  /** Gives the metrics of all processes behind the port; by default this one is the only one. */
  readonly gatherMetrics?: Gather;
}

/** A gateway that listens. */
export interface Gateway extends AsyncDisposable {
  /** Where it listens, as this machine reaches it. */
  readonly url: string;
  readonly publicUrl: string;
  readonly port: number;
  /**
   * Drains: not ready for `DRAIN_DELAY_MS`, then no more connections, subscriptions closed so that they come back,
   * what was accepted answered, and all let go.
   */
  close(): Promise<void>;
}

const { version: VERSION } = packageJson;

/** How many rows are kept for `FRESH_MS`. */
const CACHED_ROWS = 10_000;

/** How long after the deadline of its last operation a gateway that drains closes anyway, in milliseconds. */
const DRAIN_MARGIN_MS = 1000;

/** How long a connection that was accepted last may take to send its request, in milliseconds. */
const FIRST_REQUEST_MS = 500;

/** How many turns of the event loop the port stays open for a moment at which nobody comes. */
const MOST_LOOKS = 1000;

/**
 * Starts a gateway and resolves when it answers. Its port opens last, when everything behind it is ready; only a
 * port that the system is to choose is opened first, because its number must be known, and what comes meanwhile
 * waits. What was opened is closed again when something behind it cannot be.
 */
export const startGateway = async (config: Config, options: GatewayOptions): Promise<Gateway> => {
  const { schema, log = pino({ level: config.logLevel }) } = options;
  await using opened = new AsyncDisposableStack();
  const metrics = createMetrics(VERSION, options.gatherMetrics);
  const warn: Services['warn'] = (message, details) => log.warn(details, message);
  const upstreams = connectUpstreams(
    config,
    observeCalls(metrics.registry, log),
    metrics.measureQuota(options.rateLimiter ?? localRateLimiter()),
    warn,
  );
  opened.defer(() => upstreams.close());
  const present = presenter(log);
  const serialize = resultSerializer(present);
  const streams = createEventStreams(
    serialize,
    (context) => (context as { who?: Who }).who?.caller.expiresAt,
  );
  let draining = false;

  const server = createServer({ shouldUpgradeCallback: asksForSocket });
  opened.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  // Whoever comes before everything is ready waits for those who answer.
  const ready = Promise.withResolvers<{ listener: Listener; sockets: Sockets }>();
  server.on('request', (request, response) => {
    void ready.promise.then(({ listener }) => listener.handle(request, response));
  });
  server.on('upgrade', (request, socket, head) => {
    void ready.promise.then(({ sockets }) => sockets.handleUpgrade(request, socket, head));
  });
  const port = config.port === 0 ? await listen(server, config) : config.port;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const url = `http://${host === '0.0.0.0' || host === '[::]' ? 'localhost' : host}:${port}`;
  const publicUrl = config.publicUrl ?? url;

  const outbox = options.outbox ?? openSqliteOutbox({ dataDir: ':memory:' });
  opened.defer(() => outbox.close());
  const sendStore = options.sendStore ?? openSqliteSendStore(':memory:');
  opened.defer(() => sendStore.close());
  const sharedServices: Site['services'] = {
    outbox,
    sendStore,
    optOuts: new OptOuts(sendStore),
    sendRules: config.sendRules,
    bird: upstreams.bird,
    courier: upstreams.courier,
    birdWebhooks: config.bird && {
      url: `${publicUrl}/webhooks/bird`,
      signingKey: config.bird.signingKeys[0],
    },
    courierForwards: upstreams.courierForwards,
    deadlineMs: config.deadlineMs,
    budgetCalls: config.budgetCalls,
    budgetObjects: config.budgetObjects,
    budgetBytes: config.budgetBytes,
    defaultRegion: config.defaultRegion,
    cache:
      config.sharing && config.freshMs > 0
        ? metrics.measureCache(new LRUCache<string, object>({ max: CACHED_ROWS, ttl: config.freshMs }))
        : undefined,
    warn,
  };
  const site: Site = { url, publicUrl, services: sharedServices, log };
  const stream = await options.stream(site);
  opened.defer(() => stream.close());
  const directory = options.directory?.(site);
  opened.defer(async () => directory?.close());
  const services: Services = {
    ...sharedServices,
    changes: stream.changes,
    openEvents: stream.openEvents,
    callbacks: stream.callbacks,
    directory,
  };
  const sendQueue = openSendQueue(services, config.outbox.ageMs, options.sendQueueMs);
  opened.defer(() => sendQueue.close());
  metrics.show(
    'pigeon_directory_age_seconds',
    'How long ago the last whole sweep of courier’s users began.',
    () => {
      const swept = directory?.summary()?.sweptAt.getTime();
      return swept && (Date.now() - swept) / 1000;
    },
  );
  metrics.show(
    'pigeon_directory_users',
    'How many users the last whole sweep of courier read.',
    () => directory?.summary()?.users,
  );

  for (const unfit of unfitDocuments(schema, config.persisted)) {
    log.warn(unfit, 'a persisted document does not fit the schema and is refused when it is asked for');
  }
  metrics.show('pigeon_subscribers', 'Subscriptions that are open.', () => stream.counts?.subscribers);
  metrics.show(
    'pigeon_log_lag_entries',
    'Entries of the status log that have been written and not been announced to subscribers here yet.',
    async () => stream.lag?.(),
  );
  metrics.showCounts(
    'pigeon_bird_webhooks_total',
    'What has been posted to /webhooks/bird, by what came of it.',
    'outcome',
    () => ({ ...stream.counts?.webhooks }),
  );
  metrics.showCounts(
    'pigeon_courier_callbacks_total',
    'What has been posted to /webhooks/courier/texts/{token}, by what came of it.',
    'outcome',
    () => ({ ...stream.counts?.callbacks }),
  );

  const admit = admission(config.auth, services.courierForwards);

  const rate = callerRate(config.callerRps, options.rateLimiter ?? localRateLimiter());
  const writes = { count: 0 };
  const slots = new FairSlots(options.concurrency);
  metrics.show(
    'pigeon_log_lines_dropped',
    'Lines of the log that were dropped because its output was full or slow.',
    options.droppedLines ?? (() => 0),
  );
  metrics.show('pigeon_operations_running', 'Operations that run now.', () => slots.counts.running);
  metrics.show('pigeon_operations_waiting', 'Operations that wait to run.', () => slots.counts.waiting);

  const yoga = createYoga<OperationContext<Who>, Context>({
    schema,
    context: ({ who, signal, sink, request }) =>
      createContext(services, who, {
        sink,
        signal: signal ?? request?.signal,
        lastEventId: request?.headers.get('last-event-id') ?? undefined,
        explain: who.explain === true,
      }),
    maskedErrors: { maskError: (error) => present(error) },
    parserAndValidationCache: false,
    plugins: [
      ...(options.plugins ?? []),
      ...(await agentsOf(config, schema)),
      ...(config.metricsPort === undefined ? [metrics.plugin] : []),
      useHealth(async () => (draining ? 'draining' : upstreams.fault())),
      stream.plugin,
      useCallerRate(rate),
      useSubscriptionQuota(),
      useConcurrency(slots),
      streams.plugin,
      usePersistedDocuments(config.persisted),
      useLimits(config.limits),
      ...(config.introspection ? [] : [useNoIntrospection()]),
      useDocumentCache(),
      useWeight(),
      ...(config.audit ? [useAudit(log)] : []),
      useWriteCount(writes),
      useOperationTelemetry({ registry: metrics.registry, log, present }),
      useReadableParams(),
      useLastWord(),
    ],
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    batching: false,
    extraParamNames: [DOCUMENT_ID],
    logging: false,
  });
  opened.defer(() => yoga.dispose());

  const origins = knownOrigins({
    publicUrls: [publicUrl, ...config.otherPublicUrls],
    corsOrigins: config.corsOrigins,
    loopback: config.corsLoopback,
  });
  const envelop = (context: OperationContext<Who>, params: object) =>
    yoga.getEnveloped(Object.assign(context, { params })) as unknown as Engine;
  const guard = requestGuard({ origins, anyone: config.auth.kind === 'none', warn });
  const listener = createListener<Who>({
    guard,
    admit,
    log,
    graphiql: config.graphiql,
    headers: securityHeaders(publicUrl),
    origins,
    webhooks: stream.webhooks,
    answer: (request, response, context) => yoga(request, response, context),
    answerPosted: answerPosted({
      envelop,
      withDocument: (params) => withDocument(config.persisted, params),
      present,
      serialize,
      refusal: rate,
      joined: () => metrics.joined.inc(),
      state: config.sharing ? () => `${writes.count} ${stream.changes.newest ?? 0}` : undefined,
      deadlineMs: config.deadlineMs,
    }),
    answered: metrics.answered,
    isDraining: () => draining,
  });
  const socketQuota = new CallerQuota('sockets');
  const sockets = serveSockets<Who>({
    guard,
    present,
    serialize,
    hold: ({ caller }) => socketQuota.take(caller),
    admit: async (request, payload) => {
      const who = await admit(request, payload);
      return { who, expiresAt: who.caller.expiresAt };
    },
    envelop,
    withDocument: (params) => withDocument(config.persisted, params),
    counted: (change) => metrics.operations.inc(change),
  });
  if (config.metricsPort !== undefined) {
    opened.use(await serveMetrics({ host: config.host, port: config.metricsPort, read: metrics.text }));
  }
  // It opens now that everything behind it is there.
  if (config.port !== 0) await listen(server, config);
  ready.resolve({ listener, sockets });

  const running = opened.move();
  let closing: Promise<void> | undefined;
  const drain = async () => {
    // Not ready any more; whoever sends us requests has this long to notice. All of them are still answered.
    draining = true;
    await pause(config.drainDelayMs);
    await stopAccepting(server);
    streams.drain();
    const bound = config.deadlineMs + DRAIN_MARGIN_MS;
    await Promise.race([
      Promise.all([listener.settled(), sockets.drain(bound)]),
      pause(bound, undefined, { ref: false }),
    ]);
    await finishConnections(server, () => listener.settled());
    await running.disposeAsync();
  };
  const close = () => {
    closing ??= drain();
    return closing;
  };
  return { url, publicUrl, port, close, [Symbol.asyncDispose]: close };
};

/** What serves agents, where they are served; it is not even loaded elsewhere. */
const agentsOf = async ({ mcp, persisted }: Config, schema: GraphQLSchema): Promise<Plugin[]> => {
  if (mcp === 'off' || !persisted.documents) return [];
  const { useMcp } = await import('./plugins/mcp/mcp.ts');
  return [useMcp({ schema, documents: persisted.documents, writes: mcp === 'write', version: VERSION })];
};

/** True for a WebSocket. An upgrade to anything else, such as `h2c`, is ignored, as RFC 9110 §7.8 lets a server do. */
const asksForSocket = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket';

/**
 * Accepts no more connections and leaves those that there are: Node's own `close` of an HTTP server also ends idle
 * ones, on which a request may just be arriving. The system resets what it has accepted and we have not taken yet, so
 * the port closes right after a look that found nobody, unless somebody is there at every look.
 */
const stopAccepting = async (server: Server): Promise<void> => {
  let came = true;
  const note = () => {
    came = true;
  };
  server.on('connection', note);
  for (let looks = 0; came && looks < MOST_LOOKS; looks += 1) {
    came = false;
    await nextTurn();
  }
  server.off('connection', note);
  NetServer.prototype.close.call(server);
};

/** Ends idle connections, and gives those that have only just been accepted the time to ask for something. */
const finishConnections = async (server: Server, settled: () => Promise<void>): Promise<void> => {
  const patience = AbortSignal.timeout(FIRST_REQUEST_MS);
  const count = () => new Promise<number>((resolve) => server.getConnections((_, open) => resolve(open)));
  server.closeIdleConnections();
  while (!patience.aborted && (await count()) > 0) {
    await pause(10);
    await Promise.race([settled(), once(patience, 'abort')]);
    server.closeIdleConnections();
  }
};

const listen = (server: Server, { host, port }: Config): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
