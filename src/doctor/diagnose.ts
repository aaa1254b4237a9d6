import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { request } from 'undici';
import { type Config, ConfigError, readConfig } from '../config/config.ts';
import { connectRedis } from '../store/redis-connection.ts';
import { type Finding, fault, look, ok, reasonOf } from './finding.ts';
import { PATIENCE_MS, reachSelf } from './reach.ts';
import { tryBird, tryCourier } from './upstreams.ts';

/**
 * Looks at everything that Pigeon needs, as the environment names it, and says what it finds. It changes nothing: each
 * upstream is read, and logged in to, once.
 */
export async function* diagnose(
  environment: Readonly<Record<string, string | undefined>>,
): AsyncGenerator<Finding> {
  let config: Config;
  try {
    config = readConfig(environment);
    yield ok('The configuration can be what it is.');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const text of error.faults) yield fault(text, 'README.md describes every variable.');
    return;
  }
  if (config.sandbox) {
    yield ok('No upstream is configured: Pigeon plays both itself, and needs nobody.');
    return;
  }
  const { bird } = config;
  if (bird) yield* tryBird({ ...config, bird });
  else
    yield look(
      'Bird is not configured.',
      'Its branch of the graph is null; BIRD_ACCESS_KEY and BIRD_WORKSPACE_ID.',
    );
  if (config.courier) yield* tryCourier(config);
  else
    yield look(
      'courier is not configured.',
      'Its branch of the graph is null; COURIER_API_URL and a credential.',
    );
  yield config.redisUrl === undefined ? tryFolder(config.dataDir) : await tryRedis(config.redisUrl);
  const { auth, publicUrl } = config;
  if (auth.kind === 'jwt' && 'jwksUrl' in auth.keys) yield await tryKeys(auth.keys.jwksUrl);
  if (auth.kind === 'none' && publicUrl !== undefined)
    yield look(
      'AUTH is none: whoever can reach Pigeon may do all that its credentials may.',
      'Set AUTH=jwt, or let nobody else reach it.',
    );
  if (publicUrl !== undefined) yield await reachSelf(publicUrl);
}

/** Whether the folder of the status log can be written, or made. */
const tryFolder = (dataDir: string): Finding => {
  const folder = resolve(dataDir);
  let there = folder;
  while (!existsSync(there)) there = dirname(there);
  try {
    accessSync(there, constants.W_OK);
    if (!statSync(there).isDirectory()) throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' });
    return ok(`The status log can be kept in DATA_DIR, ${folder}.`);
  } catch (error) {
    const advice = 'Let the user that Pigeon runs as write there; in the image that is 1000.';
    return fault(`DATA_DIR, ${folder}, cannot be written (${reasonOf(error)}).`, advice);
  }
};

/** Whether Redis answers, and keeps what it is given. */
const tryRedis = async (url: string): Promise<Finding> => {
  try {
    const redis = await connectRedis({ url, name: 'doctor', warn: () => {}, connectMs: PATIENCE_MS });
    try {
      // A Redis that is rented out may not say how it is set.
      const said = await redis.commands.config('GET', 'maxmemory-policy').catch(() => undefined);
      const policy = Array.isArray(said) ? said[1] : undefined;
      if (typeof policy === 'string' && policy !== 'noeviction')
        return look(
          `Redis may forget what it is given: its maxmemory-policy is ${policy}.`,
          'Set it to noeviction.',
        );
      return ok('Redis answers at REDIS_URL.');
    } finally {
      await redis.close();
    }
  } catch (error) {
    return fault(
      `Redis does not answer at REDIS_URL (${reasonOf(error)}).`,
      'Look whether it runs, and its password.',
    );
  }
};

/** Whether the issuer's keys can be had. */
const tryKeys = async (url: string): Promise<Finding> => {
  const advice = 'Look whether AUTH_JWKS_URL is the issuer’s jwks_uri.';
  try {
    const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const { keys } = (await body.json()) as { keys?: unknown[] };
    if (statusCode === 200 && keys?.length) return ok(`The issuer has ${keys.length} keys.`);
    return fault(`AUTH_JWKS_URL answers ${statusCode} and no keys.`, advice);
  } catch (error) {
    return fault(`The issuer’s keys cannot be had (${reasonOf(error)}).`, advice);
  }
};
