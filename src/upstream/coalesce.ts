import { CancelledError } from './errors.ts';
import { type Answer, type Call, type Layer, target } from './send.ts';

interface Shared {
  readonly answer: Promise<Answer>;
  readonly controller: AbortController;
  waiting: number;
  readonly deadline: number;
}

/**
 * Lets identical reads in flight under one credential share one call. The call is aborted when the last
 * of those who wait for it has gone. A later call joins only one that may run as long as itself.
 */
export const coalesce = (): Layer => (next) => {
  const inFlight = new Map<string, Shared>();

  const start = (key: string, call: Call): Shared => {
    const controller = new AbortController();
    const answer = next({ ...call, signal: controller.signal }).finally(() => {
      if (inFlight.get(key) === shared) inFlight.delete(key);
    });
    answer.catch(() => {}); // Those who wait see the failure; after they have gone nobody does.
    const shared: Shared = { answer, controller, waiting: 0, deadline: call.deadline };
    inFlight.set(key, shared);
    return shared;
  };

  return (call) => {
    const isAsUsual = call.address === undefined && call.headers === undefined;
    if (call.operation.method !== 'GET' || !isAsUsual) return next(call);
    const key = `${call.credential.key} ${target(call)}`;
    const running = inFlight.get(key);
    const shared = running && mayJoin(running, call) ? running : start(key, call);
    return wait(shared, call);
  };
};

/** One that everybody has left is about to end, and takes nobody with it. */
const mayJoin = ({ controller, deadline }: Shared, call: Call): boolean =>
  !controller.signal.aborted && deadline >= call.deadline - 50;

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
