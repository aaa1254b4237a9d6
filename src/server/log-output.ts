import { fstatSync, write, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type DestinationStream, type Level, pino } from 'pino';

/** Where lines of a log go. */
export interface LogOutput extends DestinationStream {
  /** How many lines have been dropped so far. */
  readonly dropped: number;
  /** Resolves when nothing waits any more, or when that takes too long. */
  flush(): Promise<void>;
}

/** How much may wait to be written, in bytes: what comes beyond is dropped. */
const MOST_BYTES = 4 * 1024 * 1024;

/** After how long something is written again to a file that has taken nothing, in milliseconds. */
const RETRY_MS = 1000;

/** For how long the end of the process waits for its last lines, in milliseconds. */
const FLUSH_MS = 1000;

/**
 * Standard output, without ever waiting for it: a full disk, or a reader of the pipe that has
 * stopped reading, costs lines of the log and nothing else. How many they were stands in the log when it goes on.
 *
 * Node writes to pipes without blocking; to files it would wait in this thread, and pino tries a full disk again
 * until there is room, with everything else standing still.
 */
export const standardOutput = (): LogOutput => {
  standard ??= logOutput(1);
  return standard;
};

let standard: LogOutput | undefined;

/** The same for any open file. */
export const logOutput = (fd: number, mostBytes = MOST_BYTES): LogOutput => {
  const sink = isPipe(fd) ? pipeSink() : fileSink(fd);
  let dropped = 0;
  let untold = 0;
  const drop = (lines: number) => {
    dropped += lines;
    untold += lines;
  };
  sink.onLost = drop;
  return {
    get dropped() {
      return dropped;
    },
    write: (line) => {
      if (sink.waiting() + line.length > mostBytes) return drop(1);
      const before = untold;
      untold = 0;
      sink.write(before > 0 ? report(before) + line : line);
    },
    flush: async () => {
      const late = AbortSignal.timeout(FLUSH_MS);
      while (sink.waiting() > 0 && !late.aborted) await pause(5);
    },
  };
};

/** What is written to: it takes every line at once, and says how many bytes of them wait. */
interface Sink {
  write(lines: string): void;
  waiting(): number;
  /** Is told how many lines could not be written. */
  onLost: (lines: number) => void;
}

/** The line that tells how many are missing before it. */
const report = (lines: number): string =>
  `${JSON.stringify({ level: pino.levels.values['warn' satisfies Level], time: Date.now(), dropped: lines, msg: 'lines of this log were dropped because its output is full or slow' })}\n`;

const isPipe = (fd: number): boolean => {
  try {
    const stat = fstatSync(fd);
    return fd === 1 && (stat.isFIFO() || stat.isSocket());
  } catch {
    return false;
  }
};

const pipeSink = (): Sink => {
  const { stdout } = process;
  let open = true;
  // Whoever read it has gone.
  stdout.on('error', () => {
    open = false;
  });
  const sink: Sink = {
    write: (lines) => (open ? void stdout.write(lines) : sink.onLost(count(lines))),
    waiting: () => (open ? stdout.writableLength : 0),
    onLost: () => {},
  };
  return sink;
};

const fileSink = (fd: number): Sink => {
  let queue: string[] = [];
  let queued = 0;
  let writing = 0;
  let torn = false;

  const take = (): string => {
    const lines = queue.join('');
    queue = [];
    queued = 0;
    return lines;
  };

  const run = async () => {
    while (queued > 0) {
      const lines = take();
      writing = lines.length;
      // What a full disk has cut off ends here, so that the next line is one of its own.
      const bytes = Buffer.from(torn ? `\n${lines}` : lines);
      const written = await writeAll(fd, bytes);
      if (written > 0) torn = bytes[written - 1] !== NEWLINE;
      if (written < bytes.length) {
        sink.onLost(Math.min(count(lines), count(String(bytes.subarray(written)))));
        await pause(RETRY_MS, undefined, { ref: false });
      }
      writing = 0;
    }
  };
  const sink: Sink = {
    write: (lines) => {
      queue.push(lines);
      queued += lines.length;
      if (writing === 0 && queue.length === 1) void run();
    },
    waiting: () => queued + writing,
    onLost: () => {},
  };
  process.once('exit', () => {
    try {
      writeSync(fd, take());
    } catch {
      // There is nobody left to tell.
    }
  });
  return sink;
};

/** Writes all that fits, and says how many bytes that were. */
const writeAll = async (fd: number, bytes: Buffer): Promise<number> => {
  let written = 0;
  for (let step = 1; written < bytes.length && step > 0; written += step) {
    const rest = bytes.subarray(written);
    step = await new Promise<number>((resolve) => {
      write(fd, rest, (error, count) => resolve(error ? 0 : count));
    });
  }
  return written;
};

const NEWLINE = 0x0a;

const count = (lines: string): number => lines.split('\n').length - 1;
