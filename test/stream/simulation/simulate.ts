import { decodeId } from '../../../src/graph/ids.ts';
import { rank } from '../../../src/graph/status.ts';
import type { StreamEvent } from '../../../src/ports.ts';
import { Random } from '../../../src/sandbox/random.ts';
import { SERVICE } from '../../../src/stream/log/log.ts';
import { readCursor } from '../../../src/stream/subscribe/cursor.ts';
import { ROOMY } from '../changes.ts';
import { type BirdMessage, BirdWorld, channelIds } from './bird.ts';
import { Checker, Violation } from './checker.ts';
import { runClient } from './client.ts';
import { Disk } from './disk.ts';
import { Loop } from './loop.ts';
import { type SimulatedNode, startNode } from './node.ts';
import { RedisWorld } from './redis.ts';

const DAY = 24 * 3600_000;

/** How long the storm lasts, and how long everything may take to settle after it, in milliseconds. */
const STORM_MS = 10_000;
const CALM_MS = 15 * 60_000;

/** How many entries more than were acknowledged may have been written. */
const SLACK = 12;

const STATUS_OF = ['ACCEPTED', 'PROCESSING', 'SENT', 'DELIVERED'] as const;

/** What became of one seed. */
export interface Report {
  readonly faults: number;
  readonly events: number;
  readonly gaps: number;
}

/**
 * Runs the real stream under one seed. For ten seconds of simulated time messages move on, webhooks come late, twice,
 * out of order or not at all, clients come and go, and clock, disk, Redis and processes fail. Then the faults stop, and
 * everything that was promised must come true.
 *
 * @param say is told all that happens, a line each
 * @throws {Violation} one of the checker's sentences does not hold
 */
export const simulate = async (seed: number, say?: (line: string) => void): Promise<Report> => {
  const random = new Random(seed * 2 + 1);
  const loop = new Loop();
  using _installed = loop.install();
  const bird = new BirdWorld(loop, random);
  const checker = new Checker();
  const store = seed % 2 === 0 ? 'sqlite' : 'redis';
  const disk = new Disk();
  const redis = new RedisWorld(loop, random);
  const bounds = {
    ...ROOMY,
    entries: random.pick([8, 30, 1000]),
    entriesMs: 7 * DAY,
    statesMs: 90 * DAY,
  };
  const counts = { events: 0, gaps: 0, faults: 0 };
  const tellWhat = (what: string) => say?.(`${Math.round(loop.time)} ms: ${what}`);
  let violation: unknown;
  let calm = false;

  const nodes: (SimulatedNode | undefined)[] = [undefined, undefined].slice(0, store === 'redis' ? 2 : 1);
  const links: { cut(forMs?: number): void }[] = [];
  const begin = async (index: number): Promise<void> => {
    const connection = store === 'redis' ? redis.connect() : undefined;
    if (connection) links[index] = connection.link;
    try {
      nodes[index] = await startNode({
        loop,
        bird,
        checker,
        bounds,
        store: connection ?? disk,
        random: () => random.next(),
      });
    } catch {
      await connection?.close();
      loop.after(500, () => void begin(index));
    }
  };
  const crash = (index: number): void => {
    const node = nodes[index];
    // One that is not there is about to begin.
    if (!node) return;
    node.crash();
    nodes[index] = undefined;
    loop.after(random.whole(10, 3000), () => void begin(index));
  };
  const anyNode = (): SimulatedNode | undefined => {
    for (const [index, node] of nodes.entries()) if (node && !node.alive) crash(index);
    const there = nodes.filter((node) => node !== undefined);
    return there.length > 0 ? random.pick(there) : undefined;
  };

  /** Posts a webhook until it is answered well. */
  const deliver = async (message: BirdMessage, body: Buffer, height: number): Promise<void> => {
    for (;;) {
      const node = anyNode();
      const answered = node && (await Promise.race([node.webhook(body), loop.sleep(5000)]));
      if (answered === 204 && node?.alive) return checker.answer(message.globalId, height);
      await loop.sleep(random.whole(50, 2000));
    }
  };
  const tell = (message: BirdMessage, surely = false): void => {
    const body = bird.webhook(message);
    const height = heightOf(message);
    if (!surely && random.happens(0.1)) return;
    const times = random.happens(0.2) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      loop.after(random.whole(0, random.pick([10, 500, 5000])), () => void deliver(message, body, height));
    }
  };
  const add = (channel: number): void => tell(bird.add(channel));
  const moveOn = () => {
    const moving = bird.messages.filter((message) => !bird.isOver(message));
    if (moving.length === 0) return add(random.whole(0, 1));
    const message = random.pick(moving);
    message.step += 1;
    tell(message);
  };

  for (let index = 0; index < nodes.length; index += 1) void begin(index);
  for (const channel of [0, 1, 0, 1]) add(channel);

  const heights = (): [string, number][] =>
    bird.messages.map((message) => [message.globalId, heightOf(message)]);
  const clients = [
    {},
    {},
    { channels: [channelIds[0] ?? ''] },
    { messages: bird.messages.slice(0, 2).map(({ globalId }) => globalId) },
    { messages: bird.messages.slice(0, 1).map(({ globalId }) => globalId), channels: [channelIds[1] ?? ''] },
  ].map((args, index) => {
    const { messages, channels } = { messages: undefined, channels: undefined, ...args };
    const witness = checker.witness(`client ${index}`, ({ messageId, channelId }) =>
      messages || channels
        ? messages?.includes(messageId) === true || channels?.includes(channelId ?? '') === true
        : true,
    );
    void runClient({
      loop,
      random,
      args,
      cursor: () => witness.cursor,
      node: anyNode,
      calm: () => calm,
      subscribed: () => {
        tellWhat(`${witness.name} is subscribed`);
        checker.subscribed(witness);
      },
      told: (event) => {
        counts.events += 1;
        if (event.via === 'GAP') counts.gaps += 1;
        if (say) tellWhat(`${witness.name}: ${described(event)}`);
        try {
          checker.tell(witness, event, heights);
        } catch (error) {
          violation ??= error;
        }
      },
    });
    return { witness, messages };
  });

  /** Says what the store has lost: everything behind where it stands now. */
  const lostBehind = (before: { epoch: string }, position: number): void =>
    checker.lose(before.epoch, position);
  const headInRedis = (): number => Number(redis.server.execute(['HGET', 'pigeon:meta', 'head']) ?? 0);
  const epochInRedis = (): string => String(redis.server.execute(['HGET', 'pigeon:meta', 'epoch']) ?? '');

  const ownFaults: Record<string, () => void> =
    store === 'sqlite'
      ? {
          'the disk is full': () => disk.fail('full'),
          'the process ends before its commit': () => disk.fail('crash before'),
          'the process ends after its commit': () => disk.fail('crash after'),
          'the file is copied': () => disk.copy(),
          'the file is put back': () => {
            const epoch = nodes[0]?.log.epoch;
            if (!epoch) return;
            crash(0);
            disk.putBack();
            lostBehind({ epoch }, disk.head());
          },
        }
      : {
          'a connection breaks': () => random.pick(links)?.cut(),
          'a node sleeps': () => random.pick(links)?.cut(random.whole(2000, 8000)),
          'the copy catches up': () => redis.sync(),
          'Redis starts anew': () => redis.restart('all'),
          'the copy takes over': () => {
            const epoch = epochInRedis();
            redis.restart('copy');
            lostBehind({ epoch }, epochInRedis() === epoch ? headInRedis() : -1);
          },
          'Redis has lost everything': () => {
            const epoch = epochInRedis();
            redis.restart('nothing');
            lostBehind({ epoch }, -1);
          },
          'Redis’s clock is ahead by years': () => {
            redis.ahead += 3650 * DAY;
            loop.after(random.whole(1, 5000), () => {
              redis.ahead -= 3650 * DAY;
            });
          },
          'Redis’s clock is behind by years': () => {
            redis.ahead -= 3650 * DAY;
          },
        };
  const allFaults: Record<string, () => void> = {
    ...ownFaults,
    'a process ends': () => crash(random.whole(0, nodes.length - 1)),
    'the clock is ahead by years': () => {
      loop.wallAhead += 3650 * DAY;
      loop.after(random.whole(1, 5000), () => {
        loop.wallAhead -= 3650 * DAY;
      });
    },
    'Bird fails': () => {
      bird.failing = random.pick([0, 20, 90]);
    },
  };
  /** Each seed knows some of the faults, so that some run long enough to become interesting. */
  const known = Object.entries(allFaults).filter(() => random.happens(0.5));

  const passed = async (ms: number): Promise<void> => {
    await loop.pass(ms);
    if (violation) throw violation;
  };
  while (loop.time < STORM_MS) {
    await passed(random.whole(1, random.pick([20, 600])));
    if (random.happens(0.6)) moveOn();
    if (random.happens(0.15)) add(random.whole(0, 1));
    if (known.length > 0 && random.happens(0.15)) {
      const [name, run] = random.pick(known);
      counts.faults += 1;
      tellWhat(name);
      run();
    }
  }

  calm = true;
  bird.failing = 0;
  // What was lost can only be seen by what comes.
  for (const channel of [0, 1]) tell(bird.add(channel), true);
  const unsettled = async (): Promise<string[]> => {
    const node = anyNode();
    if (!node) return ['no node is there'];
    const epoch = node.log.epoch;
    const states = new Map<string, number>();
    const ids = bird.messages.map(({ globalId }) => globalId);
    // What was written without being acknowledged counts too.
    const oldest = bounds.entries > 2 * SLACK ? checker.oldestOf(bounds.entries - SLACK) : undefined;
    let isKept = oldest === undefined;
    const asked = (async () => {
      for (const { messageId, status } of await node.log.states(ids, [SERVICE]))
        states.set(messageId, rank(status));
      if (oldest) isKept = (await node.log.read(oldest.follows, 1))?.[0]?.position === oldest.position;
    })().catch(() => {});
    await passed(1000);
    await asked;
    if (epoch !== node.log.epoch) return ['the log became another one'];
    return [
      ...checker.missing(),
      ...checker.lacking((id) => states.get(id) ?? -1),
      ...(isKept ? [] : [`what was acknowledged is lost: ${oldest?.position} cannot be read`]),
      // What no webhook told is found by asking, for whoever names it.
      ...clients.flatMap(({ witness, messages }) =>
        heights().flatMap(([id, height]) =>
          messages?.includes(id) && (witness.knows.get(id) ?? -1) < height
            ? [`${witness.name} names a message and never learned how far it is`]
            : [],
        ),
      ),
    ];
  };
  const end = loop.time + CALM_MS;
  for (;;) {
    await passed(1000);
    const open = await unsettled();
    if (open.length === 0) break;
    if (loop.time > end) throw new Violation([...new Set(open)].slice(0, 5).join('\n'));
  }
  for (const node of nodes) node?.crash();
  await loop.pass(10_000);
  return counts;
};

/** How far a message has come, as a rank of its status. */
const heightOf = ({ step }: BirdMessage): number => rank(STATUS_OF[step] ?? 'UNKNOWN');

const described = ({ via, status, messageId, cursor }: StreamEvent): string => {
  const { position, within } = readCursor(cursor);
  const number = Number.parseInt(decodeId(messageId)?.key.slice(-6) ?? '', 16);
  return `${via} ${status} of message ${number} at ${position}${within ? ', not all' : ''}`;
};
