import { randomUUID } from 'node:crypto';
import { type RedisConnection, script } from '../../store/redis-connection.ts';
import type { Watched } from './watched.ts';

/** For how long what a node says holds, in milliseconds: three times as long as it takes to say it again. */
const HOLDS_MS = 15_000;

/** What belongs to a node alone: the lease is renewed, or taken where nobody holds it. */
const takeLease = script(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);

const leaveLease = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
`);

/** What one node has said. */
interface Said {
  readonly messages: readonly string[];
  readonly channels: readonly string[];
}

/**
 * What the subscribers of all nodes watch, in Redis: a key for each node, which ends by itself when its node
 * does, and a lease that one node holds while it polls. Everything rejects while Redis is away.
 */
export const redisWatched = (redis: RedisConnection, { holdsMs = HOLDS_MS } = {}): Watched => {
  const node = randomUUID();
  const { commands } = redis;
  const nodes = redis.key('nodes');
  const lease = redis.key('lease');
  const saidBy = (one: string) => redis.key('watched', one);

  /** The nodes that were there lately; those whose word has ended are struck off. */
  const all = async (): Promise<readonly Said[]> => {
    const names = await commands.smembers(nodes);
    if (names.length === 0) return [];
    const texts = await commands.mget(names.map(saidBy));
    const gone = names.filter((_, index) => texts[index] === null);
    if (gone.length > 0) await commands.srem(nodes, ...gone);
    return texts.flatMap((text): Said[] => (text === null ? [] : [JSON.parse(text)]));
  };

  const forget = () => commands.multi().del(saidBy(node)).srem(nodes, node).exec();

  return {
    async announce({ messages, channels }) {
      if (messages.size + channels.size === 0) {
        await forget();
        return;
      }
      const said: Said = { messages: [...messages], channels: [...channels] };
      await commands.multi().set(saidBy(node), JSON.stringify(said), 'PX', holdsMs).sadd(nodes, node).exec();
    },
    async all() {
      const said = await all();
      return {
        messages: new Set(said.flatMap(({ messages }) => messages)),
        channels: new Set(said.flatMap(({ channels }) => channels)),
      };
    },
    leads: async () => (await takeLease(commands, [lease], node, String(holdsMs))) === 1,
    async close() {
      // Where Redis is away, both end by themselves.
      await Promise.allSettled([forget(), leaveLease(commands, [lease], node)]);
    },
  };
};
