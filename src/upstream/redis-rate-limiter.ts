import { setTimeout as pause } from 'node:timers/promises';
import { type RedisConnection, script } from '../store/redis-connection.ts';
import { DEPTH_MS, localRateLimiter, type RateLimiter } from './rate-limit.ts';

/** How long Redis may take to answer, in milliseconds, before this node goes by its own count. */
const PATIENCE_MS = 250;

/** The furthest ahead that a bucket can have been filled, in milliseconds: beyond it, Redis's clock was set back. */
const FURTHEST_MS = 60_000;

// As the count of one process, by Redis's clock. A key ends when its bucket is full.
const takeToken = script(`
local cost, depth, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local was = tonumber(redis.call('GET', KEYS[1]) or 0)
if was > now + ${FURTHEST_MS} then was = now end
local filled = math.max(was, now) + cost
local waitMs = filled - depth - now
if waitMs <= longest then
  redis.call('SET', KEYS[1], string.format('%.3f', filled), 'PX', math.ceil(filled - now))
end
return string.format('%.3f', waitMs)
`);

/** A rate limiter that all nodes share. While Redis is away each node counts by itself. */
export const redisRateLimiter = (redis: RedisConnection): RateLimiter => {
  const local = localRateLimiter();
  return async (bucket, perSecond, longest) => {
    const args = [1000 / perSecond, DEPTH_MS, longest].map(String);
    const waitMs = await Promise.race([
      takeToken(redis.commands, [redis.key('turns', bucket)], ...args).catch(() => undefined),
      pause(PATIENCE_MS, undefined, { ref: false }),
    ]);
    return waitMs === undefined ? local(bucket, perSecond, longest) : Number(waitMs);
  };
};
