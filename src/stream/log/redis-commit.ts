import { type RedisConnection, script } from '../../store/redis-connection.ts';
import { type LogBounds, SERVICE } from './log.ts';

/** What is to be written, if nobody wrote about the same messages meanwhile. */
export interface CommitPlan {
  readonly messages: readonly {
    readonly id: string;
    /** The version that was read; empty for a message that was not known. */
    readonly version: string;
    /** Fields of the message's state and their values, in turn. */
    readonly set: readonly string[];
  }[];
  /** The entries, each with the index of its message. */
  readonly entries: readonly {
    readonly message: number;
    readonly audience: string;
    /** True when it tells a status. */
    readonly raised: boolean;
    readonly text: string;
  }[];
}

/** What became of a plan. */
export interface Committed {
  readonly epoch: string;
  /** Position of the last entry. */
  readonly head: number;
  readonly observedAt: number;
  /** Of each message in the plan: false when somebody else was faster, so that nothing of it was written. */
  readonly applied: readonly boolean[];
  /** Where each entry of the plan stands; 0 for those that were not written. */
  readonly positions: readonly number[];
  /** Where the status that was told before each entry stands; 0 when there is none. */
  readonly previous: readonly number[];
}

/** Field of a message's hash that every write changes. No audience is called so. */
export const VERSION = '#';

/** What begins a field that says where an audience was told the message's status last. No audience begins so. */
export const TOLD_AT = '@';

/** The keys of one log; each message's state has one beside. */
export const keysOf = ({ key }: RedisConnection) => ({
  meta: key('meta'),
  entries: key('entries'),
  touched: key('touched'),
  state: (messageId: string) => key('state', messageId),
});

// Times are Redis's own, so that nodes whose clocks differ agree; they never run backwards, and every message
// gets one of its own, which is its version and its place among those to be forgotten. `known` is the last
// position that the node has seen: a Redis that comes back without its last entries must not give their
// positions to others, so it counts on from there.
const commitScript = script(`
local plan = cjson.decode(ARGV[1])
local meta, entries, touched = KEYS[1], KEYS[2], KEYS[3]
local bounds = plan.bounds

local now = tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local was = redis.call('HMGET', meta, 'epoch', 'head', 'clock')
if not was[1] then redis.call('DEL', entries) end
local epoch = was[1] or plan.epoch
local head = math.max(tonumber(was[2] or 0), plan.known)
local clock = math.max(tonumber(was[3] or 0), now)
local observed = math.floor(clock)
local whole = function (number) return string.format('%.0f', number) end

local applied = {}
for i, message in ipairs(plan.messages) do
  local key = KEYS[3 + i]
  applied[i] = (redis.call('HGET', key, '${VERSION}') or '') == message.version and 1 or 0
  if applied[i] == 1 then
    clock = clock + 1 / 1024
    local version = string.format('%.10f', clock)
    redis.call('HSET', key, '${VERSION}', version, unpack(message.set))
    redis.call('ZADD', touched, version, key)
  end
end

local positions, previous = {}, {}
for i, entry in ipairs(plan.entries) do
  positions[i], previous[i] = 0, 0
  if applied[entry.message + 1] == 1 then
    local key, own = KEYS[4 + entry.message], '${TOLD_AT}' .. entry.audience
    local told = redis.call('HMGET', key, '${TOLD_AT}${SERVICE}', own)
    previous[i] = math.max(tonumber(told[1] or 0), tonumber(told[2] or 0))
    head = head + 1
    positions[i] = head
    if entry.raised then redis.call('HSET', key, own, whole(head)) end
    redis.call('XADD', entries, 'MAXLEN', whole(bounds.entries), whole(head) .. '-0',
      't', whole(observed), 'e', entry.text, 'p', whole(previous[i]))
  end
end
redis.call('HSET', meta, 'epoch', epoch, 'head', whole(head), 'clock', string.format('%.10f', clock))

for _ = 1, 1000 do
  local oldest = redis.call('XRANGE', entries, '-', '+', 'COUNT', 1)[1]
  if not oldest or tonumber(oldest[2][2]) > observed - bounds.entriesMs then break end
  redis.call('XDEL', entries, oldest[1])
end
local forget = function (keys)
  if #keys == 0 then return end
  redis.call('UNLINK', unpack(keys))
  redis.call('ZREM', touched, unpack(keys))
end
forget(redis.call('ZRANGEBYSCORE', touched, '-inf', whole(observed - bounds.statesMs), 'LIMIT', 0, 1000))
local over = redis.call('ZCARD', touched) - bounds.states
if over > 0 then forget(redis.call('ZRANGE', touched, 0, math.min(over, 1000) - 1)) end

return { epoch, head, observed, applied, positions, previous }
`);

/**
 * Writes a plan in one step, gives its entries their positions, and forgets what is beyond the bounds.
 *
 * @param known the last position that this node has seen
 * @param epoch what to call a log that has no name yet
 * @param now the time of a test; otherwise Redis's clock counts
 */
export const commit = async (
  redis: RedisConnection,
  plan: CommitPlan,
  at: { known: number; epoch: string; bounds: LogBounds; now: number | undefined },
): Promise<Committed> => {
  const { meta, entries, touched, state } = keysOf(redis);
  const { now, ...rest } = at;
  const [epoch, head, observedAt, applied, positions, previous] = (await commitScript(
    redis.commands,
    [meta, entries, touched, ...plan.messages.map(({ id }) => state(id))],
    JSON.stringify({ ...plan, ...rest }),
    now === undefined ? '' : String(now),
  )) as [string, number, number, number[], number[], number[]];
  return { epoch, head, observedAt, applied: applied.map((one) => one === 1), positions, previous };
};
