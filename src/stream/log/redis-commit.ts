import { AGE_IN_LUA } from '../../store/age.ts';
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
  /** Where the entry before each of them stands. */
  readonly follows: readonly number[];
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

// Times are Redis's own, so that nodes whose clocks differ agree. What is forgotten is told by the age clock, from
// which every message also gets a moment of its own: its version, and its place among those to be forgotten.
//
// A Redis that was started anew, or that took over from another, may lack the last entries, from which clients hold
// positions and of which some nodes have told. So the first entry that another run of Redis is given leaps: `follows`
// says behind which it comes, and whoever stands elsewhere sees that something is missing. A store without its
// `meta` is new, or has lost everything: then it counts on far behind what the node knows of.
const commitScript = script(`${AGE_IN_LUA}
local plan = cjson.decode(ARGV[1])
local meta, entries, touched = KEYS[1], KEYS[2], KEYS[3]
local bounds = plan.bounds
local whole = function (number) return string.format('%.0f', number) end

local observed = tonumber(ARGV[2]) or timeNow()
local was = redis.call('HMGET', meta, 'epoch', 'head', 'run')
local epoch, head = was[1], tonumber(was[2] or 0)
if not epoch then
  redis.call('DEL', entries)
  epoch = plan.epoch
  if plan.known > 0 then head = plan.known + plan.leap end
end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local age = ageNow(meta, observed)
local clock = age

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

local leaps = was[3] and was[3] ~= run
local positions, follows, previous = {}, {}, {}
for i, entry in ipairs(plan.entries) do
  positions[i], follows[i], previous[i] = 0, 0, 0
  if applied[entry.message + 1] == 1 then
    local key, own = KEYS[4 + entry.message], '${TOLD_AT}' .. entry.audience
    local told = redis.call('HMGET', key, '${TOLD_AT}${SERVICE}', own)
    previous[i] = math.max(tonumber(told[1] or 0), tonumber(told[2] or 0))
    follows[i] = head
    if leaps then head = math.max(head, plan.known) + plan.leap end
    head, leaps = head + 1, false
    positions[i] = head
    if entry.raised then redis.call('HSET', key, own, whole(head)) end
    redis.call('XADD', entries, 'MAXLEN', whole(bounds.entries), whole(head) .. '-0', 't', whole(observed),
      'e', entry.text, 'p', whole(previous[i]), 'f', whole(follows[i]), 'a', whole(age))
    redis.call('HSET', meta, 'run', run)
  end
end
redis.call('HSET', meta, 'epoch', epoch, 'head', whole(head), 'clock', string.format('%.10f', clock))

for _ = 1, 1000 do
  local oldest = redis.call('XRANGE', entries, '-', '+', 'COUNT', 1)[1]
  if not oldest or tonumber(oldest[2][10] or oldest[2][2]) > age - bounds.entriesMs then break end
  redis.call('XDEL', entries, oldest[1])
end
local forget = function (keys)
  if #keys == 0 then return end
  redis.call('UNLINK', unpack(keys))
  redis.call('ZREM', touched, unpack(keys))
end
forget(redis.call('ZRANGEBYSCORE', touched, '-inf', whole(age - bounds.statesMs), 'LIMIT', 0, 1000))
local over = redis.call('ZCARD', touched) - bounds.states
if over > 0 then forget(redis.call('ZRANGE', touched, 0, math.min(over, 1000) - 1)) end

return { epoch, head, observed, applied, positions, follows, previous }
`);

/**
 * Writes a plan in one step, gives its entries their positions, and forgets what is beyond the bounds.
 *
 * @param known the last position that this node has seen
 * @param epoch what to call a log that has no name yet
 * @param leap by how much positions leap where that is due
 * @param now what a test takes for Redis's clock
 */
export const commit = async (
  redis: RedisConnection,
  plan: CommitPlan,
  at: { known: number; epoch: string; leap: number; bounds: LogBounds; now: number | undefined },
): Promise<Committed> => {
  const { meta, entries, touched, state } = keysOf(redis);
  const { now, ...rest } = at;
  const [epoch, head, observedAt, applied, positions, follows, previous] = (await commitScript(
    redis.commands,
    [meta, entries, touched, ...plan.messages.map(({ id }) => state(id))],
    JSON.stringify({ ...plan, ...rest }),
    now === undefined ? '' : String(now),
  )) as [string, number, number, number[], number[], number[], number[]];
  return { epoch, head, observedAt, applied: applied.map((one) => one === 1), positions, follows, previous };
};
