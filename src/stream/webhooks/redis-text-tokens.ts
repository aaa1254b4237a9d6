import { rank } from '../../graph/status.ts';
import type { MessageStatus } from '../../ports.ts';
import { AGE_IN_LUA } from '../../store/age.ts';
import { type RedisConnection, script } from '../../store/redis-connection.ts';
import { StoreError } from '../../store/store-error.ts';
import { type Early, type TextTokens, TOKEN_MS } from './text-tokens.ts';

/** How many tokens that are too old go with each new one. */
const A_TIME = 100;

/** Adds a token, and forgets those that are too old: by the age clock, so no key of theirs ends by itself. */
const addToken = script(`${AGE_IN_LUA}
local clock, ages = KEYS[2], KEYS[3]
local age = ageNow(clock, timeNow())
local old = redis.call('ZRANGEBYSCORE', ages, '-inf', string.format('%.0f', age - tonumber(ARGV[2])), 'LIMIT', 0, ${A_TIME})
for _, key in ipairs(old) do
  redis.call('DEL', key)
  redis.call('ZREM', ages, key)
end
redis.call('HSET', KEYS[1], 'audience', ARGV[1])
redis.call('ZADD', ages, string.format('%.0f', age), KEYS[1])
`);

/** Names the text, and notes it while a report of it waits to be told. */
const bindText = script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
redis.call('HSET', KEYS[1], 'textId', ARGV[1])
if redis.call('HEXISTS', KEYS[1], 'status') == 1 then redis.call('SADD', KEYS[2], ARGV[2]) end
return redis.call('HGETALL', KEYS[1])
`);

/** Answers the text, or keeps the furthest report. */
const takeReport = script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
local kept = tonumber(redis.call('HGET', KEYS[1], 'rank') or '-1')
if redis.call('HEXISTS', KEYS[1], 'textId') == 0 and tonumber(ARGV[1]) > kept then
  redis.call('HSET', KEYS[1], 'rank', ARGV[1], 'status', ARGV[2], 'nativeStatus', ARGV[3], 'occurredAt', ARGV[4])
end
return redis.call('HGETALL', KEYS[1])
`);

/** The tokens in Redis, for many nodes: a hash each. */
export const redisTextTokens = (redis: RedisConnection): TextTokens => {
  const { commands } = redis;
  const at = (key: string) => redis.key('text', key);
  const waiting = redis.key('texts', 'unsettled');
  const clock = redis.key('texts', 'clock');
  const ages = redis.key('texts', 'ages');

  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw new StoreError('the addresses of texts could not be read or written', { cause });
    }
  };

  return {
    add: (key, audience) =>
      attempt(
        async () => void (await addToken(commands, [at(key), clock, ages], audience, String(TOKEN_MS))),
      ),
    bind: (key, textId) =>
      attempt(async () => earlyOf(key, fieldsOf(await bindText(commands, [at(key), waiting], textId, key)))),
    report: (key, report) =>
      attempt(async () => {
        const said = report
          ? [String(rank(report.status)), report.status, report.nativeStatus ?? '', String(report.occurredAt)]
          : ['-1', '', '', ''];
        const { audience, textId } = fieldsOf(await takeReport(commands, [at(key)], ...said));
        if (audience === undefined) return undefined;
        return textId === undefined ? 'kept' : { textId, audience };
      }),
    settle: (key) =>
      attempt(async () => {
        const fields = ['rank', 'status', 'nativeStatus', 'occurredAt'];
        await commands
          .multi()
          .hdel(at(key), ...fields)
          .srem(waiting, key)
          .exec();
      }),
    drop: (key) =>
      attempt(async () => {
        await commands.zrem(ages, at(key));
        await commands.del(at(key));
      }),
    unsettled: () =>
      attempt(async () => {
        const keys = await commands.smembers(waiting);
        const found = await Promise.all(
          keys.map(async (key) => earlyOf(key, await commands.hgetall(at(key)))),
        );
        const ended = keys.filter((_, index) => !found[index]);
        if (ended.length > 0) await commands.srem(waiting, ...ended);
        return found.flatMap((early) => early ?? []);
      }),
    close: async () => {},
  };
};

type Fields = Readonly<Record<string, string | undefined>>;

/** What HGETALL answers to a script: names and values in turn. */
const fieldsOf = (answer: unknown): Fields => {
  const flat = answer as readonly string[];
  return Object.fromEntries(
    flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]]] : [])),
  );
};

const earlyOf = (key: string, fields: Fields): Early | undefined => {
  const { audience, textId, status, nativeStatus = '', occurredAt } = fields;
  if (audience === undefined || textId === undefined || status === undefined) return undefined;
  return {
    key,
    audience,
    textId,
    report: {
      status: status as MessageStatus,
      nativeStatus: nativeStatus || null,
      occurredAt: Number(occurredAt),
    },
  };
};
