import { randomBytes } from 'node:crypto';
import type { QueuedSend, SendStore } from '../ports.ts';
import { type RedisConnection, script } from '../store/redis-connection.ts';
import { StoreError } from '../store/store-error.ts';
import { keptCounts } from './kept-counts.ts';

/** For how long Redis remembers what a client calls a message, in milliseconds. */
const LABEL_MS = 7 * 24 * 3600_000;

// A hash a mark, a sorted set a person for what was sent, a value a label; of the queue a hash a send, all of them by
// when they are due, and each owner’s by when they are to be sent.
const makeWish = script(`
for index = 3, #ARGV do
  local at = KEYS[1] .. 'wish:' .. ARGV[index]
  local known = tonumber(redis.call('HGET', at, ARGV[1]) or '-1')
  if tonumber(ARGV[2]) > known then redis.call('HSET', at, ARGV[1], ARGV[2]) end
end
return 1
`);

const findStopped = script(`
for _, mark in ipairs(ARGV) do
  local found = redis.call('HMGET', KEYS[1] .. 'wish:' .. mark, 'stop', 'resume')
  if found[1] and tonumber(found[1]) >= tonumber(found[2] or '-1') then return 1 end
end
return 0
`);

const countSend = script(`
local at, cap, window, now = KEYS[1] .. 'sent:' .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local recent = redis.call('ZRANGEBYSCORE', at, '(' .. string.format('%.0f', now - window), '+inf', 'WITHSCORES')
local count = #recent / 2
if count >= cap then return recent[(count - cap) * 2 + 2] end
redis.call('ZADD', at, ARGV[4], ARGV[5])
redis.call('ZREMRANGEBYRANK', at, 0, -1 - tonumber(ARGV[6]))
return false
`);

const enqueueSend = script(`
local at = KEYS[1] .. 'one:' .. ARGV[1]
if redis.call('EXISTS', at) == 0 then
  redis.call('HSET', at, 'send', ARGV[2])
  redis.call('ZADD', KEYS[1] .. 'due', ARGV[3], ARGV[1])
  redis.call('ZADD', KEYS[1] .. 'of:' .. ARGV[4], ARGV[3], ARGV[1])
end
return redis.call('HGET', at, 'send')
`);

const leaseSends = script(`
local found = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1] .. 'due', '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  redis.call('ZADD', KEYS[1] .. 'due', ARGV[3], id)
  found[#found + 1] = redis.call('HGET', KEYS[1] .. 'one:' .. id, 'send')
end
return found
`);

const postponeSend = script(`
local at = KEYS[1] .. 'one:' .. ARGV[1]
local text = redis.call('HGET', at, 'send')
if not text then return 0 end
redis.call('HSET', at, 'send', ARGV[2])
redis.call('ZADD', KEYS[1] .. 'due', ARGV[3], ARGV[1])
redis.call('ZADD', KEYS[1] .. 'of:' .. ARGV[4], ARGV[3], ARGV[1])
return 1
`);

const dequeueSend = script(`
if not redis.call('ZSCORE', KEYS[1] .. 'of:' .. ARGV[2], ARGV[1]) then return 0 end
redis.call('ZREM', KEYS[1] .. 'of:' .. ARGV[2], ARGV[1])
redis.call('ZREM', KEYS[1] .. 'due', ARGV[1])
return redis.call('DEL', KEYS[1] .. 'one:' .. ARGV[1])
`);

const queuedSends = script(`
local found = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1] .. 'of:' .. ARGV[1], 0, tonumber(ARGV[2]) - 1)) do
  found[#found + 1] = redis.call('HGET', KEYS[1] .. 'one:' .. id, 'send')
end
return found
`);

const fail = (cause: unknown) =>
  new StoreError('the memory of sends could not be read or written', { cause });

const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    throw fail(cause);
  }
};

const many = (answer: unknown): QueuedSend[] => (answer as string[]).map((text) => JSON.parse(text));

/**
 * The memory of sends in Redis, for many nodes.
 *
 * @throws {StoreError} Redis cannot be asked
 */
export const openRedisSendStore = async (redis: RedisConnection): Promise<SendStore> => {
  const { commands } = redis;
  const keys = [redis.key('people', '')];
  const prefix = keys[0] ?? '';
  const labelKey = (messageId: string) => `${prefix}label:${messageId}`;
  const secret = await attempt(async () => {
    await commands.setnx(`${prefix}secret`, randomBytes(32).toString('base64url'));
    return Buffer.from((await commands.get(`${prefix}secret`)) ?? '', 'base64url');
  });
  let counted = 0;
  return {
    secret,
    wish: (marks, { wish, at }) =>
      attempt(async () => void (await makeWish(commands, keys, wish, String(at), ...marks))),
    isStopped: (marks) =>
      attempt(async () => marks.length > 0 && (await findStopped(commands, keys, ...marks)) === 1),
    count: (mark, cap, windowMs, now) =>
      attempt(async () => {
        counted += 1;
        // Two sends of one moment are two.
        const member = `${now} ${randomBytes(6).toString('base64url')} ${counted}`;
        const args = [cap, windowMs, now].map(String);
        const first = await countSend(commands, keys, mark, ...args, member, String(keptCounts(cap)));
        return first === null ? undefined : Number(first) + windowMs;
      }),
    uncount: (mark) => attempt(async () => void (await commands.zpopmax(`${prefix}sent:${mark}`))),
    label: (messageId, clientId) =>
      attempt(async () => void (await commands.set(labelKey(messageId), clientId, 'PX', LABEL_MS))),
    labels: (ids) =>
      attempt(async () => {
        const found = ids.length === 0 ? [] : await commands.mget(ids.map(labelKey));
        return new Map(ids.flatMap((id, index) => (found[index] ? [[id, found[index]]] : [])));
      }),
    enqueue: (send) =>
      attempt(async () => {
        const args = [send.id, JSON.stringify(send), String(send.at), send.owner];
        return JSON.parse(String(await enqueueSend(commands, keys, ...args)));
      }),
    lease: (limit, leaseMs, now) =>
      attempt(async () =>
        many(await leaseSends(commands, keys, String(now), String(limit), String(now + leaseMs))),
      ),
    postpone: (id, at) =>
      attempt(async () => {
        const text = await commands.hget(`${prefix}one:${id}`, 'send');
        if (text === null) return;
        const later: QueuedSend = { ...JSON.parse(text), at };
        await postponeSend(commands, keys, id, JSON.stringify(later), String(at), later.owner);
      }),
    dequeue: (id, owner) => attempt(async () => (await dequeueSend(commands, keys, id, owner)) === 1),
    queued: (owner, limit) =>
      attempt(async () => many(await queuedSends(commands, keys, owner, String(limit)))),
    close: async () => {},
  };
};
