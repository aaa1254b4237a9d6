import { CancelledError, TimeoutError } from './errors.ts';
import type { Layer } from './send.ts';

/**
 * Ends a call at its deadline or when its client has gone, and lets go of the timer and the listener
 * with the answer (`AbortSignal.timeout` and `AbortSignal.any` would hold them longer).
 */
export const deadline: Layer = (next) => async (call) => {
  const { signal, operation } = call;
  const left = call.deadline - performance.now();
  if (signal?.aborted) throw new CancelledError(operation);
  if (left <= 0) throw new TimeoutError(operation);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new TimeoutError(operation)), left);
  const cancel = () => controller.abort(new CancelledError(operation));
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await next({ ...call, signal: controller.signal });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
};
