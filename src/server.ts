import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { type Logger, pino } from 'pino';
import type { Config } from './config/config.ts';
import { type Context, createContext, type Services } from './context.ts';
import { openSqliteOutbox } from './outbox/sqlite-outbox.ts';
import { CallerQuota, useSubscriptionQuota } from './plugins/caller-quota.ts';
import { useCallerRate } from './plugins/caller-rate.ts';
import { presenter, useReadableParams } from './plugins/errors.ts';
import { useHealth } from './plugins/health.ts';
import { useLimits } from './plugins/limits.ts';
import { createMetrics } from './plugins/metrics.ts';
import { useLastWord } from './plugins/refusal.ts';
import type { Changes, Directory, Outbox, TextCallbacks } from './ports.ts';
import { admission, type Who } from './server/admission.ts';
import { createListener } from './server/listener.ts';
import { requestGuard } from './server/request-guard.ts';
import { resultSerializer } from './server/serialize.ts';
import type { Engine, OperationContext } from './server/socket-options.ts';
import { serveSockets } from './server/sockets.ts';
import { createEventStreams } from './server/sse.ts';
import { connectUpstreams } from './server/upstreams.ts';
import { localRateLimiter, type RateLimiter } from './upstream/rate-limit.ts';

/** The status stream as the server needs it. */
export interface Stream {
  readonly changes: Changes;
  readonly callbacks?: TextCallbacks;
  /** Serves the webhooks' routes, and whatever else the stream does around operations. */
  readonly plugin: Plugin;
  close(): Promise<void>;
}

/** A directory that runs beside the gateway. */
export interface RunningDirectory extends Directory {
  close(): Promise<void>;
}

/** What is told to those who are made when the gateway listens already. */
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
  /** More plugins, such as GraphiQL's; they stand before those of the server. */
  readonly plugins?: readonly Plugin[];
  readonly log?: Logger;
}

/** A gateway that listens. */
export interface Gateway extends AsyncDisposable {
  /** Where it listens, as this machine reaches it. */
  readonly url: string;
  readonly publicUrl: string;
  readonly port: number;
  /** Drains: not ready, subscriptions closed so that they come back, what is under way answered, all let go. */
  close(): Promise<void>;
}

/** How many rows are kept for `FRESH_MS`. */
const CACHED_ROWS = 10_000;

/** How long after the deadline of its last operation a gateway that drains closes anyway, in milliseconds. */
const DRAIN_MARGIN_MS = 1000;

/** Starts a gateway and resolves when it answers. */
export const startGateway = async (config: Config, options: GatewayOptions): Promise<Gateway> => {
  const { schema, log = pino({ level: config.logLevel }) } = options;
  const metrics = createMetrics(log);
  const upstreams = connectUpstreams(config, metrics.measureCalls, options.rateLimiter);
  const present = presenter(log);
  const serialize = resultSerializer(present);
  const streams = createEventStreams(
    serialize,
    (context) => (context as { who?: Who }).who?.caller.expiresAt,
  );
  let draining = false;

  const server = createServer();
  const port = await listen(server, config);
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const url = `http://${host === '0.0.0.0' || host === '[::]' ? 'localhost' : host}:${port}`;
  const publicUrl = config.publicUrl ?? url;

  const outbox = options.outbox ?? openSqliteOutbox({ dataDir: ':memory:' });
  const sharedServices: Site['services'] = {
    outbox,
    bird: upstreams.bird,
    courier: upstreams.courier,
    birdWebhooks: config.bird && {
      url: `${publicUrl}/webhooks/bird`,
      signingKey: config.bird.signingKeys[0],
    },
    courierForwards: upstreams.courierForwards,
    deadlineMs: config.deadlineMs,
    budgetCalls: config.budgetCalls,
    defaultRegion: config.defaultRegion,
    cache: config.freshMs > 0 ? new LRUCache({ max: CACHED_ROWS, ttl: config.freshMs }) : undefined,
    warn: (message, details) => log.warn(details, message),
  };
  const site: Site = { url, publicUrl, services: sharedServices, log };
  const stream = await options.stream(site);
  const directory = options.directory?.(site);
  const services: Services = {
    ...sharedServices,
    changes: stream.changes,
    callbacks: stream.callbacks,
    directory,
  };
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

  const admit = admission(config.auth, services.courierForwards);

  const yoga = createYoga<OperationContext<Who>, Context>({
    schema,
    context: ({ who, signal, sink, request }) =>
      createContext(services, who, {
        sink,
        signal: signal ?? request?.signal,
        lastEventId: request?.headers.get('last-event-id') ?? undefined,
      }),
    maskedErrors: { maskError: (error) => present(error) },
    parserAndValidationCache: { documentCache: documents(), errorCache: documents() },
    plugins: [
      ...(options.plugins ?? []),
      metrics.plugin,
      useHealth(() => !draining),
      stream.plugin,
      useCallerRate(config.callerRps, options.rateLimiter ?? localRateLimiter()),
      useSubscriptionQuota(),
      streams.plugin,
      useLimits(),
      useReadableParams(),
      useLastWord(),
    ],
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    batching: false,
    logging: false,
  });

  const guard = requestGuard({
    publicUrl,
    corsOrigins: config.corsOrigins,
    anyone: config.auth.kind === 'none',
  });
  const listener = createListener<Who>({
    guard,
    admit,
    log,
    corsOrigins: config.corsOrigins,
    answer: (request, response, context) => yoga(request, response, context),
    answered: metrics.answered,
    isDraining: () => draining,
  });
  const socketQuota = new CallerQuota('sockets');
  const sockets = serveSockets<Who>({
    server,
    guard,
    present,
    serialize,
    hold: ({ caller }) => socketQuota.take(caller),
    admit: async (request, payload) => {
      const who = await admit(request, payload);
      return { who, expiresAt: who.caller.expiresAt };
    },
    envelop: (context, params) => yoga.getEnveloped(Object.assign(context, { params })) as unknown as Engine,
    counted: (change) => metrics.operations.inc(change),
  });
  server.on('request', listener.handle);

  const close = async () => {
    if (draining) return;
    draining = true;
    const bound = config.deadlineMs + DRAIN_MARGIN_MS;
    streams.drain();
    await Promise.race([
      Promise.all([listener.settled(), sockets.drain(bound)]),
      pause(bound, undefined, { ref: false }),
    ]);
    server.close();
    server.closeAllConnections();
    await directory?.close();
    await stream.close();
    await outbox.close();
    await upstreams.close();
    await yoga.dispose();
  };
  return { url, publicUrl, port, close, [Symbol.asyncDispose]: close };
};

const listen = (server: Server, { host, port }: Config): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

/** Parsed documents by their text. Long ones are parsed again, so that nobody can fill the memory with them. */
const documents = <V extends object>() =>
  new LRUCache<string, V>({
    max: 1000,
    maxSize: 4 * 1024 * 1024,
    maxEntrySize: 64 * 1024,
    sizeCalculation: (_, text) => text.length + 1,
  });
