import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Random } from '../../../src/sandbox/random.ts';
import type { RedisConnection } from '../../../src/store/redis-connection.ts';
import type { Loop } from './loop.ts';
import type { Reply } from './lua.ts';
import { copyData, type Data, RedisServer } from './redis-server.ts';

const lost = (): Error => new Error('Connection is closed.');

/**
 * A Redis with a copy that hears of its writes late, and connections that break. Commands of one connection arrive in
 * order; where a connection breaks in between, a command may have been carried out and its answer is lost.
 */
export class RedisWorld {
  readonly #loop: Loop;
  readonly #random: Random;
  readonly #links = new Set<Link>();
  #runs = 0;
  #copy: Data = new Map();
  server: RedisServer;
  /** By how much Redis's clock is ahead of the simulated one. */
  ahead = Date.parse('2026-01-01T00:00:00Z');

  constructor(loop: Loop, random: Random) {
    this.#loop = loop;
    this.#random = random;
    this.server = this.#serve(new Map());
  }

  #serve(data: Data): RedisServer {
    this.#runs += 1;
    const run = this.#runs.toString(16).padStart(40, '0');
    const server = new RedisServer(data, run, () => Math.floor(this.#loop.time + this.ahead));
    server.onAdd = () => {
      for (const link of this.#links) link.added();
    };
    return server;
  }

  /** The copy hears of everything up to now. */
  sync(): void {
    this.#copy = copyData(this.server.data);
  }

  /** Goes away and comes back: with all that it had, as its copy knew it, or with nothing. */
  restart(holding: 'all' | 'copy' | 'nothing'): void {
    const data = { all: this.server.data, copy: this.#copy, nothing: new Map() }[holding];
    this.server = this.#serve(data);
    this.#copy = copyData(data);
    for (const link of this.#links) link.cut();
  }

  connect(): RedisConnection & { link: Link } {
    const link = new Link(this, this.#loop, this.#random);
    this.#links.add(link);
    const connection = {
      link,
      commands: link.commands as unknown as Redis,
      key: (...names: readonly string[]) => ['pigeon', ...names].join(':'),
      blocking: () => link.blocking() as unknown as Redis,
      back: () => link.back(),
      onBack: (listener: () => void) => link.onBack(listener),
      close: async () => {
        this.#links.delete(link);
        link.end();
      },
    };
    return connection;
  }
}

/** The two connections of one node. */
export class Link {
  readonly #world: RedisWorld;
  readonly #loop: Loop;
  readonly #random: Random;
  readonly #listeners = new Set<() => void>();
  #up = true;
  #ended = false;
  /** Raised whenever the connection breaks: what was asked before is not answered. */
  #number = 0;
  #back = Promise.withResolvers<void>();
  /** When the last command arrives. */
  #arrives = 0;
  #onCut = new Set<() => void>();
  /** Ends the wait for a stream's next entry. */
  #awake: () => void = () => {};

  constructor(world: RedisWorld, loop: Loop, random: Random) {
    this.#world = world;
    this.#loop = loop;
    this.#random = random;
  }

  /** Something was added to a stream. */
  added(): void {
    this.#awake();
  }

  /** Breaks, and is there again after a while. */
  cut(forMs = this.#random.whole(1, 400)): void {
    if (this.#ended) return;
    this.#number += 1;
    for (const failed of [...this.#onCut]) failed();
    this.#awake();
    if (!this.#up) return;
    this.#up = false;
    this.#back = Promise.withResolvers();
    this.#loop.after(forMs, () => {
      if (this.#ended) return;
      this.#up = true;
      this.#back.resolve();
      for (const listener of this.#listeners) listener();
    });
  }

  /** Breaks for good. */
  end(): void {
    this.cut();
    this.#ended = true;
    this.#back.resolve();
  }

  back(): Promise<void> {
    return this.#up ? Promise.resolve() : this.#back.promise;
  }

  onBack(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends something to be done at once, and waits for its answer. */
  #send<T>(run: (server: RedisServer) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.#up || this.#ended) return reject(lost());
      const number = this.#number;
      const failed = () => {
        this.#onCut.delete(failed);
        reject(lost());
      };
      this.#onCut.add(failed);
      this.#arrives = Math.max(this.#arrives, this.#loop.time + this.#random.whole(0, 3));
      this.#loop.after(this.#arrives - this.#loop.time, () => {
        if (number !== this.#number) return;
        let answer: () => void;
        try {
          const value = run(this.#world.server);
          answer = () => resolve(value);
        } catch (error) {
          answer = () => reject(error);
        }
        this.#loop.after(this.#random.whole(0, 3), () => {
          if (!this.#onCut.delete(failed)) return;
          answer();
        });
      });
    });
  }

  get commands() {
    const one =
      (name: string) =>
      (...args: readonly (string | number)[]) =>
        this.#send((server) => shaped(name, server.execute([name, ...args.flat().map(String)])));
    const many = () => {
      const asked: string[][] = [];
      const chain: Record<string, unknown> = {
        exec: () =>
          this.#send((server) =>
            asked.map(([name = '', ...args]) => [null, shaped(name, server.execute([name, ...args]))]),
          ),
      };
      for (const name of ['hmget', 'hgetall', 'set', 'sadd', 'srem', 'del']) {
        chain[name] = (...args: readonly (string | number)[]) => {
          asked.push([name, ...args.flat().map(String)]);
          return chain;
        };
      }
      return chain;
    };
    const names = ['hget', 'hmget', 'xrange', 'get', 'set', 'mget', 'smembers', 'srem', 'del'];
    return {
      ...Object.fromEntries(names.map((name) => [name, one(name)])),
      pipeline: many,
      multi: many,
      evalsha: (hash: string, ...args: readonly (string | number)[]) =>
        this.#send((server) => server.execute(['EVAL', server.scriptOf(hash), ...args.map(String)])),
      eval: (code: string, ...args: readonly (string | number)[]) =>
        this.#send((server) => {
          server.load(createHash('sha1').update(code).digest('hex'), code);
          return server.execute(['EVAL', code, ...args.map(String)]);
        }),
    };
  }

  /** A connection that waits while Redis is away, and asks again what it had asked. */
  blocking() {
    let ended = false;
    const xread = async (...args: readonly (string | number)[]): Promise<Reply> => {
      const [, count, , block, , key, after] = args;
      const from = Number.parseInt(String(after), 10) + 1;
      const until = this.#loop.time + Number(block);
      for (;;) {
        if (ended || this.#ended) throw lost();
        await this.back();
        try {
          const rows = await this.#send((server) => server.rows(String(key), from, Infinity, Number(count)));
          if (rows.length > 0) return [[String(key), rows]];
          if (this.#loop.time >= until) return null;
        } catch {
          continue;
        }
        await new Promise<void>((resolve) => {
          const cancel = this.#loop.after(until - this.#loop.time, resolve);
          this.#awake = () => {
            cancel();
            resolve();
          };
        });
      }
    };
    return {
      xread,
      disconnect: () => {
        ended = true;
      },
    };
  }
}

/** As ioredis gives it. */
const shaped = (name: string, reply: Reply): unknown => {
  if (name !== 'hgetall') return reply;
  const flat = reply as readonly string[];
  return Object.fromEntries(flat.flatMap((field, at) => (at % 2 === 0 ? [[field, flat[at + 1]]] : [])));
};
