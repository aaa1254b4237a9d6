import type { Random } from '../../../src/sandbox/random.ts';
import type { BirdWorld } from './bird.ts';
import type { Checker } from './checker.ts';
import type { Disk } from './disk.ts';
import type { Loop } from './loop.ts';
import type { Link, RedisWorld } from './redis.ts';

/** What may go wrong, by what a report calls it. */
export type Faults = Readonly<Record<string, () => void>>;

const YEARS = 3650 * 24 * 3600_000;

/** What a disk and its file may do to the one process over them. */
export const diskFaults = ({
  disk,
  checker,
  epoch,
  crash,
}: {
  readonly disk: Disk;
  readonly checker: Checker;
  /** The name of the log, while a process has it. */
  readonly epoch: () => string | undefined;
  readonly crash: () => void;
}): Faults => ({
  'the disk is full': () => disk.fail('full'),
  'the process ends before its commit': () => disk.fail('crash before'),
  'the process ends after its commit': () => disk.fail('crash after'),
  'the file is copied': () => disk.copy(),
  'the file is put back': () => {
    const name = epoch();
    if (name === undefined) return;
    crash();
    disk.putBack();
    checker.lose(name, disk.head());
  },
});

/** What Redis, its copy, its clock and the ways to it may do. */
export const redisFaults = ({
  redis,
  checker,
  loop,
  random,
  links,
}: {
  readonly redis: RedisWorld;
  readonly checker: Checker;
  readonly loop: Loop;
  readonly random: Random;
  readonly links: readonly Pick<Link, 'cut'>[];
}): Faults => {
  const ask = (field: string): string | undefined =>
    (redis.server.execute(['HGET', 'pigeon:meta', field]) as string | null) ?? undefined;
  return {
    'a connection breaks': () => random.pick(links).cut(),
    'a node sleeps': () => random.pick(links).cut(random.whole(2000, 8000)),
    'the copy catches up': () => redis.sync(),
    'Redis starts anew': () => redis.restart('all'),
    'the copy takes over': () => {
      const epoch = ask('epoch') ?? '';
      redis.restart('copy');
      checker.lose(epoch, ask('epoch') === epoch ? Number(ask('head')) : -1);
    },
    'Redis has lost everything': () => {
      const epoch = ask('epoch') ?? '';
      redis.restart('nothing');
      checker.lose(epoch, -1);
    },
    'Redis’s clock is ahead by years': () => {
      redis.ahead += YEARS;
      loop.after(random.whole(1, 5000), () => {
        redis.ahead -= YEARS;
      });
    },
    'Redis’s clock is behind by years': () => {
      redis.ahead -= YEARS;
    },
  };
};

/** What may happen around Pigeon. */
export const outerFaults = ({
  loop,
  random,
  bird,
}: {
  readonly loop: Loop;
  readonly random: Random;
  readonly bird: BirdWorld;
}): Faults => ({
  'the clock is ahead by years': () => {
    loop.wallAhead += YEARS;
    loop.after(random.whole(1, 5000), () => {
      loop.wallAhead -= YEARS;
    });
  },
  'Bird fails': () => {
    bird.failing = random.pick([0, 20, 90]);
  },
});
