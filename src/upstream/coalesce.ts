import { LRUCache } from 'lru-cache';
import { CancelledError } from './errors.ts';
import { type Answer, type Call, type Layer, target } from './send.ts';

/** Of how many credentials changes are remembered. */
const CREDENTIALS = 100_000;

interface Shared {
  readonly answer: Promise<Answer>;
  readonly controller: AbortController;
  waiting: number;
  /** The latest deadline of those who wait. */
  deadline: number;
}

/**
 * Lets identical reads in flight under one credential share one call. Each who waits has their own deadline, whose
 * signal takes them away; the call goes on for the others, and is aborted when the last of them has gone. A read that
 * is begun after a change never joins one that was begun before the change had ended: it would not see it.
 */
export const coalesce = (): Layer => (next) => {
  const inFlight = new Map<string, Shared>();
  /** The last change that has ended under each credential, by its number. */
  const changes = new LRUCache<string, number>({ max: CREDENTIALS });
  let count = 0;

  const start = (key: string, call: Call): Shared => {
    const controller = new AbortController();
    const shared = { controller, waiting: 0, deadline: call.deadline } as {
      -readonly [Name in keyof Shared]: Shared[Name];
    };
    const run = next({
      ...call,
      signal: controller.signal,
      get deadline() {
        return shared.deadline;
      },
    });
    shared.answer = run.finally(() => {
      if (inFlight.get(key) === shared) inFlight.delete(key);
    });
    shared.answer.catch(() => {}); // Those who wait see the failure; after they have gone nobody does.
    inFlight.set(key, shared);
    return shared;
  };

  return async (call) => {
    const { operation, credential } = call;
    if (!operation.safe) {
      try {
        return await next(call);
      } finally {
        count += 1;
        changes.set(credential.key, count);
      }
    }
    const isAsUsual = call.address === undefined && call.headers === undefined;
    if (operation.method !== 'GET' || !isAsUsual) return next(call);
    const key = `${credential.key} ${changes.get(credential.key) ?? 0} ${target(call)}`;
    const running = inFlight.get(key);
    // One that everybody has left is about to end, and takes nobody with it.
    const joined = running && !running.controller.signal.aborted ? running : undefined;
    if (joined) call.observer?.joined();
    const shared = joined ?? start(key, call);
    shared.deadline = Math.max(shared.deadline, call.deadline);
    return wait(shared, call);
  };
};

const wait = (shared: Shared, { signal, operation }: Call): Promise<Answer> =>
  new Promise((resolve, reject) => {
    shared.waiting++;
    const leave = () => {
      signal?.removeEventListener('abort', cancel);
      shared.waiting--;
    };
    const cancel = () => {
      leave();
      if (shared.waiting === 0) shared.controller.abort(signal?.reason);
      reject(signal?.reason ?? new CancelledError(operation));
    };
    if (signal?.aborted) return cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    shared.answer.then(
      (answer) => {
        leave();
        resolve(answer);
      },
      (error) => {
        leave();
        reject(error);
      },
    );
  });
