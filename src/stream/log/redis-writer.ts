import type { RedisConnection } from '../../store/redis-connection.ts';
import { StoreError } from '../../store/store-error.ts';
import type { Entry } from './log.ts';
import type { CommitPlan, Committed } from './redis-commit.ts';
import { type Pending, planOf } from './redis-plan.ts';
import { readStates } from './redis-states.ts';

/** The most changes of one commit, so that no commit keeps Redis from others for long. */
const BATCH = 500;

/** How often changes are reduced anew because another node was faster. */
const ROUNDS = 100;

/** Somebody who waits for a commit. */
interface Waiting {
  readonly pending: readonly Pending[];
  readonly done: (entries: readonly Entry[]) => void;
  readonly fail: (error: StoreError) => void;
}

/** Writes changes, those that came in while a commit was under way together. */
export interface Writer {
  /** Resolves when they are written, with their entries; rejects with `StoreError`. */
  submit(pending: readonly Pending[]): Promise<readonly Entry[]>;
  /** Resolves when nothing waits. */
  settled(): Promise<void>;
}

/** A writer that commits plans by `write` and says by `wrote` what has been written. */
export const openWriter = (
  redis: RedisConnection,
  write: (plan: CommitPlan) => Promise<Committed>,
  wrote: (entries: readonly Entry[]) => void,
): Writer => {
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;

  const record = async (pending: readonly Pending[]): Promise<void> => {
    let left = pending;
    for (let round = 0; round === 0 || left.length > 0; round += 1) {
      if (round === ROUNDS) throw new Error('other nodes were always faster');
      const { plan, settle } = planOf(left, await readStates(redis, left));
      const { entries, again } = settle(await write(plan));
      wrote(entries);
      left = again;
    }
  };

  /** Takes what waits, as far as it is one commit, and at least one who waits. */
  const take = (): readonly Waiting[] => {
    let size = 0;
    const end = waiting.findIndex(({ pending }, index) => {
      size += pending.length;
      return size > BATCH && index > 0;
    });
    const taken = end < 0 ? waiting : waiting.slice(0, end);
    waiting = end < 0 ? [] : waiting.slice(end);
    return taken;
  };

  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = take();
      try {
        await record(batch.flatMap(({ pending }) => pending));
        for (const { pending, done } of batch) done(pending.flatMap(({ entry }) => entry ?? []));
      } catch (cause) {
        const error = new StoreError('the status stream could not be written', { cause });
        for (const { fail } of batch) fail(error);
      }
    }
    // In the same breath as the last look, or somebody would wait for a flush that is over.
    writing = undefined;
  };

  return {
    submit: (pending) =>
      new Promise((done, fail) => {
        waiting.push({ pending, done, fail });
        writing ??= new Promise<void>((next) => setImmediate(next)).then(flush);
      }),
    settled: async () => writing,
  };
};
