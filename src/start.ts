import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { type Config, ConfigError, readConfig, upstreamsOf } from './config.ts';
import { openDirectory } from './joined/directory.ts';
import { useGraphiql } from './plugins/graphiql.ts';
import { startSandbox } from './sandbox/sandbox.ts';
import { schema } from './schema.ts';
import { startGateway } from './server.ts';
import { connectRedis } from './stream/redis-connection.ts';
import { openRedisLog } from './stream/redis-log.ts';
import { redisTextTokens } from './stream/redis-text-tokens.ts';
import { redisTurns } from './stream/redis-turns.ts';
import { redisWatched } from './stream/redis-watched.ts';
import { BOUNDS, openStream } from './stream/stream.ts';

const read = (): Config => {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.faults) console.error(fault);
    process.exit(1);
  }
};

const said = read();
const log = pino({ level: said.logLevel });
const sandbox = said.sandbox ? await startSandbox() : undefined;
const config: Config = sandbox ? { ...said, ...upstreamsOf(sandbox) } : said;

const refuse = (error: NodeJS.ErrnoException): never => {
  const taken = error.code === 'EADDRINUSE' && `port ${config.port} is taken, PORT names another`;
  console.error(`Pigeon cannot start: ${taken || error.message}`);
  process.exit(1);
};

const redis = config.redisUrl
  ? await connectRedis({
      url: config.redisUrl,
      // A sandbox is nobody else's, and begins anew each time.
      name: sandbox ? `sandbox ${randomUUID()}` : (config.bird?.workspaceId ?? 'courier'),
      passing: sandbox !== undefined,
      warn: (message, details) => log.warn(details, message),
    }).catch(refuse)
  : undefined;

const gateway = await startGateway(config, {
  schema,
  log,
  turns: redis && redisTurns(redis),
  plugins: [
    useGraphiql({
      examples: sandbox?.landmarks,
      withHeaders: config.auth.kind !== 'none' || config.courier?.forwards === true,
    }),
  ],
  directory: ({ parts }) =>
    parts.courier?.credential.secret
      ? openDirectory({
          courier: parts.courier,
          dataDir: sandbox ? ':memory:' : config.dataDir,
          intervalMs: config.directoryIntervalMs,
          maxAgeMs: config.directoryMaxAgeMs,
          defaultRegion: config.defaultRegion,
          warn: parts.warn,
        })
      : undefined,
  stream: async ({ url, publicUrl, parts }) =>
    openStream({
      log: redis && (await openRedisLog({ redis, bounds: BOUNDS })),
      tokens: redis && redisTextTokens(redis),
      dataDir: sandbox ? ':memory:' : config.dataDir,
      birdKeys: config.bird?.signingKeys ?? [],
      workspaceId: config.bird?.workspaceId,
      // The sandbox posts from within; whatever the outside calls Pigeon, it does not reach.
      publicUrl: sandbox ? url : publicUrl,
      polling: {
        parts,
        birdPerSecond: config.bird?.getRps ?? 0,
        watched: redis && redisWatched(redis),
      },
      warn: parts.warn,
    }),
}).catch(refuse);

sandbox?.setWebhookUrl(`${gateway.url}/webhooks/bird`);
console.log(
  `Pigeon is at ${gateway.publicUrl}/graphql${sandbox ? ', over a sandbox: both APIs are played by Pigeon itself' : ''}`,
);

/** Ends at the first signal, in order; a second one ends at once. */
const stop = async () => {
  for (const signal of SIGNALS) process.once(signal, () => process.exit(1));
  await gateway.close();
  await redis?.close();
  await sandbox?.close();
  process.exit(0);
};
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
for (const signal of SIGNALS) process.once(signal, stop);
