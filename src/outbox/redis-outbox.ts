import type { KeptSend, Outbox, SendState } from '../ports.ts';
import { AGE_IN_LUA } from '../store/age.ts';
import { type RedisConnection, script } from '../store/redis-connection.ts';
import { StoreError } from '../store/store-error.ts';
import {
  FIRST_LOOK_MS,
  LONGEST_PAUSE_MS,
  OUTBOX_BOUNDS,
  type OutboxBounds,
  SERVICE_AUDIENCE,
  stateOf,
} from './bounds.ts';

// A hash a send; beside it, by id: all sends by their age, those that are to be looked for by when, each owner's that
// are not done, and by what a send gave the send itself. `now` is by the age clock that all nodes share, so no key
// ends by itself; `since` alone is when it was by Redis's clock.
const NOW = `${AGE_IN_LUA}
local now = math.floor(ageNow(KEYS[1] .. 'clock', timeNow()))
local whole = function (number) return string.format('%.0f', number) end
local forget = function (prefix, id)
  local at = prefix .. 'one:' .. id
  local was = redis.call('HMGET', at, 'owner', 'operation', 'outcome')
  redis.call('ZREM', prefix .. 'all', id)
  redis.call('ZREM', prefix .. 'due', id)
  if was[1] then redis.call('ZREM', prefix .. 'of:' .. was[1], id) end
  local gave = was[3] and prefix .. 'gave:' .. was[2] .. ' ' .. was[3]
  if gave and redis.call('GET', gave) == id then redis.call('DEL', gave) end
  redis.call('DEL', at)
end
local close = function (prefix, id, outcome)
  local at = prefix .. 'one:' .. id
  redis.call('HSET', at, 'state', 'DONE', 'outcome', outcome)
  redis.call('ZREM', prefix .. 'due', id)
  redis.call('ZREM', prefix .. 'of:' .. redis.call('HGET', at, 'owner'), id)
  redis.call('SET', prefix .. 'gave:' .. redis.call('HGET', at, 'operation') .. ' ' .. outcome, id)
end
local show = function (at)
  local fields = redis.call('HGETALL', at)
  fields[#fields + 1] = 'now'
  fields[#fields + 1] = whole(now)
  return fields
end
`;

const findSend = script(`${NOW}
local at = KEYS[1] .. 'one:' .. ARGV[1]
if tonumber(redis.call('HGET', at, 'kept') or now) < now - tonumber(ARGV[2]) then return {} end
return show(at)
`);

const beginSend = script(`${NOW}
local prefix, id, withinMs, ageMs, rows = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local at = prefix .. 'one:' .. id
for _, old in ipairs(redis.call('ZRANGEBYSCORE', prefix .. 'all', '-inf', whole(now - ageMs), 'LIMIT', 0, 100)) do
  forget(prefix, old)
end
if tonumber(redis.call('HGET', at, 'kept') or now) < now - ageMs then forget(prefix, id) end
if redis.call('EXISTS', at) == 1 then return 0 end
local over = redis.call('ZCARD', prefix .. 'all') + 1 - rows
if over > 0 then
  for _, old in ipairs(redis.call('ZRANGE', prefix .. 'all', 0, math.min(over, 100) + 100)) do
    if over > 0 and redis.call('HGET', prefix .. 'one:' .. old, 'state') == 'DONE' then
      forget(prefix, old)
      over = over - 1
    end
  end
end
local fields = cjson.decode(ARGV[5])
redis.call('HSET', at, 'id', id, 'state', 'SENDING', 'since', whole(timeNow()), 'kept', whole(now),
  'expires', whole(now + withinMs), 'looks', '0', unpack(fields))
redis.call('ZADD', prefix .. 'all', whole(now), id)
redis.call('ZADD', prefix .. 'of:' .. redis.call('HGET', at, 'owner'), whole(now), id)
if ARGV[6] == '1' then redis.call('ZADD', prefix .. 'due', whole(now + withinMs), id) end
return 1
`);

const releaseSend = script(`${NOW}
if redis.call('HGET', KEYS[1] .. 'one:' .. ARGV[1], 'state') ~= 'DONE' then forget(KEYS[1], ARGV[1]) end
return 1
`);

const finishSend = script(`${NOW}
local state = redis.call('HGET', KEYS[1] .. 'one:' .. ARGV[1], 'state')
if state and state ~= 'DONE' then close(KEYS[1], ARGV[1], ARGV[2]) end
return 1
`);

const loseSend = script(`${NOW}
local at = KEYS[1] .. 'one:' .. ARGV[1]
if redis.call('HGET', at, 'state') ~= 'SENDING' then return 0 end
redis.call('HSET', at, 'state', 'UNKNOWN')
redis.call('ZADD', KEYS[1] .. 'due', 'XX', whole(now + tonumber(ARGV[2])), ARGV[1])
return 1
`);

const settleSend = script(`${NOW}
local at = KEYS[1] .. 'one:' .. ARGV[1]
local state = redis.call('HGET', at, 'state')
if not state or state == 'DONE' then return 0 end
local other = redis.call('GET', KEYS[1] .. 'gave:' .. redis.call('HGET', at, 'operation') .. ' ' .. ARGV[2])
if other and other ~= ARGV[1] then return 0 end
close(KEYS[1], ARGV[1], ARGV[2])
return 1
`);

const giveUpSend = script(`${NOW}
local at = KEYS[1] .. 'one:' .. ARGV[1]
local state = redis.call('HGET', at, 'state')
if state == 'SENDING' or state == 'UNKNOWN' then
  redis.call('HSET', at, 'state', 'NOT_FOUND')
  redis.call('ZREM', KEYS[1] .. 'due', ARGV[1])
end
return 1
`);

const openSends = script(`${NOW}
local found = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1] .. 'of:' .. ARGV[1], 0, tonumber(ARGV[2]) - 1)) do
  local at = KEYS[1] .. 'one:' .. id
  if redis.call('EXISTS', at) == 1 then found[#found + 1] = show(at)
  else redis.call('ZREM', KEYS[1] .. 'of:' .. ARGV[1], id) end
end
return found
`);

const dueSends = script(`${NOW}
local found = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1] .. 'due', '-inf', whole(now), 'LIMIT', 0, ARGV[1])) do
  local at = KEYS[1] .. 'one:' .. id
  if redis.call('EXISTS', at) == 1 then
    found[#found + 1] = show(at)
    local looks = redis.call('HINCRBY', at, 'looks', 1)
    local pause = math.min(tonumber(ARGV[2]) * 2 ^ math.min(looks - 1, 20), tonumber(ARGV[3]))
    redis.call('ZADD', KEYS[1] .. 'due', whole(now + pause), id)
  else
    redis.call('ZREM', KEYS[1] .. 'due', id)
  end
end
return found
`);

const rivalOf = script(`${NOW}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1] .. 'due', whole(now), '+inf', 'LIMIT', 0, 1000)) do
  local is = redis.call('HMGET', KEYS[1] .. 'one:' .. id, 'state', 'operation', 'clue', 'expires')
  if id ~= ARGV[1] and is[1] == 'SENDING' and is[2] == ARGV[2] and is[3] == ARGV[3] and tonumber(is[4]) > now then
    return 1
  end
end
return 0
`);

/** The outbox in Redis, for many nodes. */
export const redisOutbox = (redis: RedisConnection, bounds: OutboxBounds = OUTBOX_BOUNDS): Outbox => {
  const { commands } = redis;
  const keys = [redis.key('sends', '')];
  const ageMs = String(bounds.ageMs);

  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw new StoreError('the outbox could not be read or written', { cause });
    }
  };
  const many = (answer: unknown): KeptSend[] =>
    (answer as string[][]).flatMap((fields) => read(fields) ?? []);

  return {
    find: (id) => attempt(async () => read((await findSend(commands, keys, id, ageMs)) as string[])),
    begin: ({ id, ...send }, withinMs) =>
      attempt(async () => {
        const fields = Object.entries(send).flatMap(([name, value]) => (value === null ? [] : [name, value]));
        const traceable = send.clue !== null && send.audience === SERVICE_AUDIENCE;
        const args = [String(Math.ceil(withinMs)), ageMs, String(bounds.rows), JSON.stringify(fields)];
        return (await beginSend(commands, keys, id, ...args, traceable ? '1' : '0')) === 1;
      }),
    release: (id) => attempt(async () => void (await releaseSend(commands, keys, id))),
    finish: (id, outcome) => attempt(async () => void (await finishSend(commands, keys, id, outcome))),
    lose: (id) => attempt(async () => void (await loseSend(commands, keys, id, String(FIRST_LOOK_MS)))),
    settle: (id, outcome) => attempt(async () => (await settleSend(commands, keys, id, outcome)) === 1),
    giveUp: (id) => attempt(async () => void (await giveUpSend(commands, keys, id))),
    open: (owner, limit) => attempt(async () => many(await openSends(commands, keys, owner, String(limit)))),
    due: (limit) =>
      attempt(async () => {
        const args = [limit, FIRST_LOOK_MS, LONGEST_PAUSE_MS].map(String);
        return many(await dueSends(commands, keys, ...args));
      }),
    hasRival: ({ id, operation, clue }) =>
      attempt(async () => (await rivalOf(commands, keys, id, operation, clue ?? '')) === 1),
    close: async () => {},
  };
};

/** A send by the names and values of its fields in turn; undefined where there is none. */
const read = (flat: readonly string[]): KeptSend | undefined => {
  const fields: Readonly<Record<string, string | undefined>> = Object.fromEntries(
    flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]]] : [])),
  );
  const { id, owner, mutation, key, print, operation, audience } = fields;
  if (id === undefined || owner === undefined || mutation === undefined || key === undefined)
    return undefined;
  if (print === undefined || operation === undefined || audience === undefined) return undefined;
  const { clue = null, outcome = null } = fields;
  const time = (name: string): number => Number(fields[name]);
  const now = time('now');
  const state = stateOf({ state: fields.state as SendState, clue }, time('expires'), now);
  const send = { id, owner, mutation, key, print, operation, clue, audience, outcome };
  return { ...send, state, since: time('since'), age: now - (fields.kept ? time('kept') : time('since')) };
};
