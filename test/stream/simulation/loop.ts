import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';

/** Something that is to happen. */
interface Task {
  readonly at: number;
  readonly run: () => void;
}

const { nextTick } = process;

/**
 * Simulated time. While it is installed, everything that asks for the time or waits for it gets this one's: timers,
 * immediates, `performance.now()` and `Date.now()`. Time goes by only from task to task, and tasks of one moment run
 * in the order in which they were asked for, so a run depends on nothing but what is asked for.
 */
export class Loop {
  /** Milliseconds since the beginning, by the clock that nobody sets. */
  time = 0;
  /** By how much the wall clock is ahead of that: it may be set. */
  wallAhead = Date.parse('2026-01-01T00:00:00Z');
  readonly #tasks: Task[] = [];

  /** The wall clock. */
  readonly now = (): number => Math.floor(this.time + this.wallAhead);

  /** Runs something after so many milliseconds; call the result to take it back. */
  after(ms: number, run: () => void): () => void {
    const task = { at: this.time + Math.max(0, ms), run };
    let low = 0;
    let high = this.#tasks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#tasks[middle]?.at ?? 0) <= task.at) low = middle + 1;
      else high = middle;
    }
    this.#tasks.splice(low, 0, task);
    return () => {
      const index = this.#tasks.indexOf(task);
      if (index >= 0) this.#tasks.splice(index, 1);
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Lets so much time go by. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      // Everything that promises still have to do is done before a tick's callback is called.
      await new Promise<void>((resolve) => nextTick(resolve));
      const [next] = this.#tasks;
      if (!next || next.at > end) break;
      this.#tasks.shift();
      this.time = next.at;
      next.run();
    }
    this.time = end;
  }

  /** Puts this time in place of the real one; the result puts that back. */
  install(): Disposable {
    const { setTimeout, clearTimeout, setImmediate, clearImmediate } = globalThis;
    const kept = { setTimeout, clearTimeout, setImmediate, clearImmediate };
    const [performanceNow, dateNow, pause] = [performance.now, Date.now, timersPromises.setTimeout];
    const timer = (run: (...args: never[]) => void, ms = 0, ...args: never[]) => {
      const cancel = this.after(ms, () => run(...args));
      return { cancel, unref: (): unknown => undefined };
    };
    const begin = (run: () => void, ms?: number, ...args: never[]) => {
      const made = timer(run, ms, ...args);
      made.unref = () => made;
      return made;
    };
    const end = (made?: { cancel(): void }) => made?.cancel();
    Object.assign(globalThis, {
      setTimeout: begin,
      clearTimeout: end,
      setImmediate: (run: () => void, ...args: never[]) => begin(run, 0, ...args),
      clearImmediate: end,
    });
    performance.now = () => this.time;
    Date.now = this.now;
    Object.assign(timersPromises, {
      setTimeout: (ms: number, value: unknown, { signal }: { signal?: AbortSignal } = {}) =>
        new Promise((resolve, reject) => {
          const cancel = this.after(ms, () => resolve(value));
          signal?.addEventListener('abort', () => {
            cancel();
            reject(signal.reason);
          });
        }),
    });
    syncBuiltinESMExports();
    return {
      [Symbol.dispose]: () => {
        Object.assign(globalThis, kept);
        performance.now = performanceNow;
        Date.now = dateNow;
        Object.assign(timersPromises, { setTimeout: pause });
        syncBuiltinESMExports();
      },
    };
  }
}
