import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { type Config, ConfigError, readConfig, upstreamsOf } from './config/config.ts';
import { openDirectory } from './joined/directory.ts';
import { openSqliteOutbox } from './outbox/sqlite-outbox.ts';
import { useDemo } from './plugins/demo/demo.ts';
import { useExplainPage } from './plugins/explain-page.ts';
import { useGraphiql } from './plugins/graphiql.ts';
import { useLandingPage } from './plugins/landing-page.ts';
import type { Gather } from './plugins/metrics.ts';
import { logFields } from './plugins/telemetry/request-scope.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { schema } from './schema.ts';
import { openSqliteSendStore } from './sending/sqlite-send-store.ts';
import { standardOutput } from './server/log-output.ts';
import { type Gateway, startGateway } from './server.ts';
import { BOUNDS, openStream } from './stream/stream.ts';

/** The whole program, running. */
export interface Running extends Gateway {
  /** The two upstreams that Pigeon plays itself; undefined when an upstream is configured. */
  readonly sandbox: Sandbox | undefined;
}

/** The upstreams that Pigeon plays, as far as a gateway over them needs to know. All of it passes between processes. */
export type Played = Pick<Sandbox, 'bird' | 'courier' | 'files' | 'fixtureIds'>;

/** What one of several processes behind one port is told before it starts. */
export interface Role {
  /** What all of them share under: no other Pigeon has the name. */
  readonly name: string;
  /** The upstreams that their parent plays for all of them; undefined where some are configured. */
  readonly played: Played | undefined;
  /** True for the one that reads courier's list of users; the others use what it has read. */
  readonly sweeps: boolean;
}

/** What one of them is given beside that. */
export interface Among extends Role {
  /** Gives the metrics of all of them. */
  readonly gather: Gather;
}

/**
 * Starts the whole program by its environment and resolves when it answers. It leaves the process alone: signals
 * and exit codes are the caller's business.
 *
 * @throws {ConfigError} the environment cannot be what it is
 * @throws {StoreError} Redis or the data folder cannot be used
 */
export const start = async (
  env: Readonly<Record<string, string | undefined>>,
  among?: Among,
): Promise<Running> => {
  const configured = readConfig(env);
  const output = standardOutput();
  const log = pino({ level: configured.logLevel, mixin: logFields }, output);
  // What has been started is closed in the opposite order, also when something behind it cannot start.
  await using started = new AsyncDisposableStack();
  started.defer(() => output.flush());

  if (configured.tracing) {
    const { startTracing } = await import('./plugins/telemetry/exporter.ts');
    started.use(await startTracing(configured.tracing));
  }

  // The sandbox and what speaks with Redis are loaded where they are used alone: a start is quicker without them.
  const ownSandbox =
    configured.sandbox && !among
      ? started.use(await (await import('./sandbox/sandbox.ts')).startSandbox())
      : undefined;
  const sandbox = ownSandbox ?? among?.played;
  const config: Config = sandbox ? { ...configured, ...upstreamsOf(sandbox) } : configured;
  const dataDir = sandbox ? ':memory:' : config.dataDir;

  const over = config.redisUrl ? await import('./redis.ts') : undefined;
  const redis =
    config.redisUrl && over
      ? await over.connectRedis({
          url: config.redisUrl,
          // A sandbox is nobody else's, and begins anew each time.
          name: sandbox ? `sandbox ${among?.name ?? randomUUID()}` : (config.bird?.workspaceId ?? 'courier'),
          passing: sandbox !== undefined,
          warn: (message, details) => log.warn(details, message),
        })
      : undefined;
  started.defer(async () => redis?.close());

  const gateway = await startGateway(config, {
    schema,
    log,
    droppedLines: () => output.dropped,
    ...(among && { gatherMetrics: among.gather }),
    rateLimiter: redis && over?.redisRateLimiter(redis),
    outbox:
      (redis && over?.redisOutbox(redis, config.outbox)) ??
      openSqliteOutbox({ dataDir, bounds: config.outbox }),
    sendStore: (redis && (await over?.openRedisSendStore(redis))) ?? openSqliteSendStore(dataDir),
    plugins: [
      useLandingPage({
        schema,
        sandbox: sandbox !== undefined,
        introspection: config.introspection,
        graphiql: config.graphiql,
        metrics: config.metricsPort === undefined,
      }),
      ...(sandbox ? [useDemo({ filesUrl: sandbox.files.url })] : []),
      ...(config.graphiql
        ? [
            useExplainPage({ examples: sandbox?.fixtureIds }),
            useGraphiql({
              examples: sandbox?.fixtureIds,
              withHeaders: config.auth.kind !== 'none' || config.courier?.forwards === true,
            }),
          ]
        : []),
    ],
    directory: ({ services }) =>
      services.courier?.credential.secret
        ? openDirectory({
            courier: services.courier,
            dataDir,
            // A file is read by all of them and written by one; what is kept in memory each one keeps.
            intervalMs: among && !among.sweeps && dataDir !== ':memory:' ? 0 : config.directoryIntervalMs,
            maxAgeMs: config.directoryMaxAgeMs,
            defaultRegion: config.defaultRegion,
            warn: services.warn,
          })
        : undefined,
    stream: async ({ url, publicUrl, services }) =>
      openStream({
        log: redis && (await over?.openRedisLog({ redis, bounds: BOUNDS })),
        tokens: redis && over?.redisTextTokens(redis),
        dataDir,
        birdKeys: config.bird?.signingKeys ?? [],
        workspaceId: config.bird?.workspaceId,
        // The sandbox posts from within; whatever the outside calls Pigeon, it does not reach.
        publicUrl: sandbox ? url : publicUrl,
        polling: {
          services,
          birdPerSecond: config.bird?.getRps ?? 0,
          watched: redis && over?.redisWatched(redis),
        },
        settling: { services },
        hearing: services,
        warn: services.warn,
      }),
  }).catch((error: NodeJS.ErrnoException & { port?: number }) => {
    if (error.code !== 'EADDRINUSE') throw error;
    const name = error.port === config.port ? 'PORT' : 'METRICS_PORT';
    throw new Error(`port ${error.port} is taken, ${name} names another`, { cause: error });
  });
  started.use(gateway);
  ownSandbox?.setWebhookUrl(`${gateway.url}/webhooks/bird`);

  const running = started.move();
  const close = () => running.disposeAsync();
  return { ...gateway, sandbox: ownSandbox, close, [Symbol.asyncDispose]: close };
};

/** Why Pigeon did not start, one fault a line. */
export const faultsOf = (error: unknown): readonly string[] =>
  error instanceof ConfigError
    ? error.faults
    : [`Pigeon cannot start: ${error instanceof Error ? error.message : String(error)}`];
