import { LimitedError, TimeoutError } from './errors.ts';
import type { Call, Layer } from './send.ts';

/**
 * Keeps one operation from taking all connections: beyond so many of its calls under way, further ones wait until
 * one of them ends. So an endpoint that hangs leaves connections for all others.
 */
export const share =
  (most: number): Layer =>
  (next) => {
    const lanes = new Map<string, { running: number; readonly waiting: Set<() => void> }>();
    return async (call) => {
      const { method, path } = call.operation;
      const name = `${method} ${path}`;
      const lane = lanes.get(name) ?? { running: 0, waiting: new Set() };
      lanes.set(name, lane);
      // Whoever ends hands its place on, so nobody overtakes those who wait.
      if (lane.running < most) lane.running += 1;
      else await turn(lane.waiting, call);
      try {
        return await next(call);
      } finally {
        const [first] = lane.waiting;
        if (first) {
          lane.waiting.delete(first);
          first();
        } else {
          lane.running -= 1;
        }
      }
    };
  };

/** After how many seconds it is worth trying again. */
const RETRY_AFTER_S = 1;

/**
 * Waits for a place; the signal, which ends with the deadline, takes the call out of the queue.
 *
 * @throws {LimitedError} the deadline came first, so nothing was asked
 */
const turn = (waiting: Set<() => void>, { signal, operation }: Call): Promise<void> =>
  new Promise((resolve, reject) => {
    const go = () => {
      signal?.removeEventListener('abort', leave);
      resolve();
    };
    const leave = () => {
      waiting.delete(go);
      const { reason } = signal ?? {};
      reject(reason instanceof TimeoutError ? new LimitedError(operation, RETRY_AFTER_S) : reason);
    };
    if (signal?.aborted) return reject(signal.reason);
    signal?.addEventListener('abort', leave, { once: true });
    waiting.add(go);
  });
