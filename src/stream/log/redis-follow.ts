import { setTimeout as pause } from 'node:timers/promises';
import type { RedisConnection } from '../../store/redis-connection.ts';
import { idAt, type StreamRow } from './redis-rows.ts';

/** How long a read waits for entries before it is asked again, in milliseconds. */
const BLOCK_MS = 5000;

/** How many entries one read brings at most. */
const COUNT = 1000;

/**
 * Reads the entries of all nodes as they come, on a connection of its own. While Redis is away it waits, and
 * goes on where it was. Call the result to stop.
 *
 * @param position the last position that is known, asked before every read
 * @param idle hears that nothing came for a while
 */
export const followRows = (
  redis: RedisConnection,
  key: string,
  position: () => number,
  receive: (rows: readonly StreamRow[]) => void,
  idle: () => Promise<void>,
): (() => void) => {
  const connection = redis.blocking();
  let stopped = false;
  const run = async (): Promise<void> => {
    while (!stopped) {
      try {
        const found = await connection.xread(
          'COUNT',
          COUNT,
          'BLOCK',
          BLOCK_MS,
          'STREAMS',
          key,
          idAt(position()),
        );
        for (const [, rows] of found ?? []) receive(rows);
        if (!found) await idle();
      } catch {
        // An answer that is an error, while Redis starts or is full: not in a tight loop.
        if (!stopped) await pause(100);
      }
    }
  };
  void run();
  return () => {
    stopped = true;
    connection.disconnect();
  };
};
