import { ReplyError } from 'ioredis';
import { type Reply, runScript } from './lua.ts';

type Hash = Map<string, string>;
type Ranked = { readonly ranks: Map<string, number> };
type Row = readonly [id: number, fields: readonly string[]];
type Stream = { readonly rows: readonly Row[]; readonly top: number };
type Value = string | Hash | Set<string> | Ranked | Stream;

/** What a Redis holds. Values are written anew or copied, so that a copy of the whole is cheap. */
export type Data = ReadonlyMap<string, Value>;

const copyOf = (value: Value): Value => {
  if (value instanceof Map) return new Map(value);
  if (value instanceof Set) return new Set(value);
  if (typeof value === 'object' && 'ranks' in value) return { ranks: new Map(value.ranks) };
  return value;
};

export const copyData = (data: Data): Data => new Map([...data].map(([key, value]) => [key, copyOf(value)]));

const fail = (message: string): never => {
  throw new ReplyError(message);
};

const idOf = (text: string): number =>
  text === '-' ? 0 : text === '+' ? Infinity : Number.parseInt(text, 10);
const scoreOf = (text: string): number =>
  text === '-inf' ? -Infinity : text === '+inf' ? Infinity : Number(text);

/**
 * The commands of Redis that Pigeon's log and polling use, as Redis documents them. Scripts are the real ones, run by
 * a Lua of their own.
 */
export class RedisServer {
  data: Map<string, Value>;
  /** Another one for each process. */
  readonly run: string;
  /** Is told when something was added to a stream. */
  onAdd: () => void = () => {};
  readonly #now: () => number;
  readonly #scripts = new Map<string, string>();

  constructor(data: Data, run: string, now: () => number) {
    this.data = new Map(copyData(data));
    this.run = run;
    this.#now = now;
  }

  readonly execute = ([name = '', ...args]: readonly string[]): Reply => {
    const [key = '', first = '', second = ''] = args;
    switch (name.toUpperCase()) {
      case 'TIME':
        return [String(Math.floor(this.#now() / 1000)), String((this.#now() % 1000) * 1000)];
      case 'INFO':
        return `# Server\r\nrun_id:${this.run}\r\n`;
      case 'EVAL': {
        const count = Number(first);
        return runScript(key, args.slice(2, 2 + count), args.slice(2 + count), this.execute);
      }
      case 'GET':
        return (this.data.get(key) as string | undefined) ?? null;
      case 'SET':
        this.data.set(key, first);
        return 'OK';
      case 'MGET':
        return args.map((one) => (this.data.get(one) as string | undefined) ?? null);
      case 'DEL':
      case 'UNLINK':
        return args.filter((one) => this.data.delete(one)).length;
      case 'HGET':
        return this.#hash(key).get(first) ?? null;
      case 'HMGET':
        return args.slice(1).map((field) => this.#hash(key).get(field) ?? null);
      case 'HGETALL':
        return [...this.#hash(key)].flat();
      case 'HSET': {
        const hash = this.#hash(key);
        for (let at = 1; at < args.length; at += 2) hash.set(args[at] ?? '', args[at + 1] ?? '');
        this.data.set(key, hash);
        return 1;
      }
      case 'SADD':
      case 'SREM': {
        const set = (this.data.get(key) as Set<string> | undefined) ?? new Set();
        for (const one of args.slice(1)) name.toUpperCase() === 'SADD' ? set.add(one) : set.delete(one);
        if (set.size > 0) this.data.set(key, set);
        else this.data.delete(key);
        return 1;
      }
      case 'SMEMBERS':
        return [...((this.data.get(key) as Set<string> | undefined) ?? [])];
      case 'ZADD':
        this.#ranks(key).set(second, Number(first));
        return 1;
      case 'ZREM':
        for (const one of args.slice(1)) this.#ranks(key).delete(one);
        return 1;
      case 'ZCARD':
        return this.#ranks(key).size;
      case 'ZRANGE': {
        const end = Number(second);
        return this.#ranked(key).slice(Number(first), end < 0 ? undefined : end + 1);
      }
      case 'ZRANGEBYSCORE': {
        const [low, high] = [scoreOf(first), scoreOf(second)];
        const ranks = this.#ranks(key);
        const [from = 0, most = Infinity] = args[3] === 'LIMIT' ? args.slice(4).map(Number) : [];
        return this.#ranked(key)
          .filter((one) => (ranks.get(one) ?? 0) >= low && (ranks.get(one) ?? 0) <= high)
          .slice(from, from + most);
      }
      case 'XADD': {
        const [most, id] =
          first === 'MAXLEN' ? [Number(second), idOf(args[3] ?? '')] : [Infinity, idOf(first)];
        const { rows, top } = this.#stream(key);
        if (id <= top)
          fail('ERR The ID specified in XADD is equal or smaller than the target stream top item');
        const added: Row[] = [...rows, [id, args.slice(first === 'MAXLEN' ? 4 : 2)]];
        this.data.set(key, { rows: added.slice(Math.max(0, added.length - most)), top: id });
        this.onAdd();
        return `${id}-0`;
      }
      case 'XDEL': {
        const { rows, top } = this.#stream(key);
        this.data.set(key, { rows: rows.filter(([id]) => id !== idOf(first)), top });
        return 1;
      }
      case 'XRANGE': {
        const most = args[3]?.toUpperCase() === 'COUNT' ? Number(args[4]) : Infinity;
        return this.rows(key, idOf(first), idOf(second), most);
      }
      default:
        return fail(`ERR unknown command '${name}'`);
    }
  };

  /** Rows of a stream from one id up to another. */
  rows(key: string, from: number, to: number, most: number): Reply[] {
    const { rows } = this.#stream(key);
    return rows
      .filter(([id]) => id >= from && id <= to)
      .slice(0, most)
      .map(([id, fields]) => [`${id}-0`, fields]);
  }

  /** Remembers a script by its hash. */
  load(hash: string, code: string): void {
    this.#scripts.set(hash, code);
  }

  /** The script of a hash. */
  scriptOf(hash: string): string {
    return this.#scripts.get(hash) ?? fail('NOSCRIPT No matching script. Please use EVAL.');
  }

  #hash(key: string): Hash {
    return (this.data.get(key) as Hash | undefined) ?? new Map();
  }

  #ranks(key: string): Map<string, number> {
    const known = this.data.get(key) as Ranked | undefined;
    if (known) return known.ranks;
    const ranks = new Map<string, number>();
    this.data.set(key, { ranks });
    return ranks;
  }

  #ranked(key: string): string[] {
    return [...this.#ranks(key)].sort(([, one], [, other]) => one - other).map(([member]) => member);
  }

  #stream(key: string): Stream {
    return (this.data.get(key) as Stream | undefined) ?? { rows: [], top: 0 };
  }
}
