import { randomUUID } from 'node:crypto';
import { type RedisConnection, script } from '../../store/redis-connection.ts';
import type { Watched } from './watched.ts';

/** For how long what a node says holds, in milliseconds: three times as long as it takes to say it again. */
const HOLDS_MS = 15_000;

/** What belongs to a node alone: the lease is renewed, or taken where nobody holds it or its holder is gone. */
const takeLease = script(`
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[3] and string.sub(held, 1, #ARGV[1]) ~= ARGV[1] then return held end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2])
return ''
`);

const leaveLease = script(`
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 1, #ARGV[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
`);

/** What one node has said. */
interface Said {
  /** Another one each time. */
  readonly beat: number;
  readonly messages: readonly string[];
  readonly channels: readonly string[];
}

/**
 * Tells who is still there by whether what they say changes, as this process's own clock goes: a key that ended by
 * itself would end too soon, or never, where Redis's clock is set.
 */
const beats = (holdsMs: number) => {
  const seen = new Map<string, { readonly beat: unknown; readonly at: number }>();
  return {
    /** True unless it has been the same for too long. */
    lives: (name: string, beat: unknown): boolean => {
      const known = seen.get(name);
      if (known && known.beat === beat) return performance.now() - known.at <= holdsMs;
      seen.set(name, { beat, at: performance.now() });
      return true;
    },
    /** Forgets all but these. */
    keep: (names: readonly string[]): void => {
      for (const name of seen.keys()) if (!names.includes(name)) seen.delete(name);
    },
  };
};

/**
 * What the subscribers of all nodes watch, in Redis: a key for each node, which others delete when its node does not
 * renew it, and a lease that one node holds while it polls. Everything rejects while Redis is away.
 */
export const redisWatched = (redis: RedisConnection, { holdsMs = HOLDS_MS } = {}): Watched => {
  const node = randomUUID();
  const others = beats(holdsMs);
  const holders = beats(holdsMs);
  let beat = 0;
  let stale = '';
  const { commands } = redis;
  const nodes = redis.key('nodes');
  const lease = redis.key('lease');
  const saidBy = (one: string) => redis.key('watched', one);

  /** The nodes that were there lately; those whose word has ended are struck off. */
  const all = async (): Promise<readonly Said[]> => {
    const names = await commands.smembers(nodes);
    if (names.length === 0) return [];
    const texts = await commands.mget(names.map(saidBy));
    const said = texts.map((text): Said | undefined => (text === null ? undefined : JSON.parse(text)));
    others.keep(names);
    const lives = names.map((name, index) => name === node || others.lives(name, said[index]?.beat));
    const gone = names.filter((_, index) => !said[index] || !lives[index]);
    if (gone.length > 0) {
      await commands
        .multi()
        .srem(nodes, ...gone)
        .del(...gone.map(saidBy))
        .exec();
    }
    return said.flatMap((one, index) => (one && lives[index] ? [one] : []));
  };

  const forget = () => commands.multi().del(saidBy(node)).srem(nodes, node).exec();

  return {
    async announce({ messages, channels }) {
      if (messages.size + channels.size === 0) {
        await forget();
        return;
      }
      beat += 1;
      const said: Said = { beat, messages: [...messages], channels: [...channels] };
      await commands.multi().set(saidBy(node), JSON.stringify(said)).sadd(nodes, node).exec();
    },
    async all() {
      const said = await all();
      return {
        messages: new Set(said.flatMap(({ messages }) => messages)),
        channels: new Set(said.flatMap(({ channels }) => channels)),
      };
    },
    async leads() {
      beat += 1;
      const held = String(await takeLease(commands, [lease], node, String(beat), stale));
      stale = held === '' || holders.lives('lease', held) ? '' : held;
      return held === '';
    },
    async close() {
      // Where Redis is away, others see to both.
      await Promise.allSettled([forget(), leaveLease(commands, [lease], node)]);
    },
  };
};
