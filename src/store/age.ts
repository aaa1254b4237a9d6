/**
 * How rows grow old. A clock may be wrong for a moment, or be set; what is deleted by it does not come back. So no
 * store believes its clock in what it forgets: age is time that has gone by while something ran.
 */

/** The most that one look at Redis's clock can make rows older, in milliseconds; nodes look every few seconds. */
const MOST_STEP_MS = 60_000;

/**
 * The age clock of one process's store, in whole milliseconds. It stands still while no process runs.
 *
 * @param last where the store's rows got to before
 * @param elapsed a clock that nobody sets, in milliseconds
 */
export const ageClock = (last: number, elapsed: () => number): (() => number) => {
  const began = elapsed();
  let age = last;
  return () => {
    age = Math.max(age, last + Math.floor(elapsed() - began));
    return age;
  };
};

/**
 * The Lua functions `timeNow`, Redis's clock, and `ageNow`, the age clock that all nodes share, both in milliseconds.
 * `ageNow` keeps its place in the fields `clock` and `time` of a hash and writes there.
 */
export const AGE_IN_LUA = `
local timeNow = function ()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local ageNow = function (key, now)
  local was = redis.call('HMGET', key, 'clock', 'time')
  local step = now - tonumber(was[2] or now)
  local clock = tonumber(was[1] or now) + math.max(0, math.min(step, ${MOST_STEP_MS}))
  redis.call('HSET', key, 'clock', string.format('%.10f', clock), 'time', string.format('%.0f', now))
  return clock
end
`;
