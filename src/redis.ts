// Everything that keeps something in Redis, as one module that is loaded only where a Redis is configured.
export { redisOutbox } from './outbox/redis-outbox.ts';
export { openRedisSendStore } from './sending/redis-send-store.ts';
export { connectRedis } from './store/redis-connection.ts';
export { openRedisLog } from './stream/log/redis-log.ts';
export { redisWatched } from './stream/poll/redis-watched.ts';
export { redisTextTokens } from './stream/webhooks/redis-text-tokens.ts';
export { redisRateLimiter } from './upstream/redis-rate-limiter.ts';
