import { AnswerError, TimeoutError } from './errors.ts';
import { type Failure, failed, late, repeated } from './login-failure.ts';
import type { Call, Layer, Operation } from './send.ts';

/** A token as a login gave it. */
export interface Token {
  /** The whole value of the `Authorization` header. */
  readonly header: string;
  /** For how long it holds from when it was asked for, in milliseconds. */
  readonly lifeMs: number;
}

/** How to log in to one upstream. */
export interface Account {
  readonly operation: Operation;
  /** Logs in once; rejects with an `UpstreamError`. */
  obtain(signal: AbortSignal): Promise<Token>;
}

/** A login that is kept alive. */
export interface Login {
  /** Gives every call that is not a caller's own the current token. It stands inside deadline, coalesce and retry. */
  readonly layer: Layer;
  /** Why calls cannot be made; undefined while they can. Whoever asks has a login tried that is due. */
  fault(): Promise<string | undefined>;
  /** Gives up a login that is under way. */
  close(): void;
}

/** How long before its end a token is renewed: a quarter of its life, and at the most so many milliseconds. */
const AHEAD_MS = 300_000;

/** How long before its end a token is used no more, because it may end on the way: a twentieth, at the most this. */
const SPARE_MS = 1000;

/** A token no older than this that is refused was not refused because of its age. */
const YOUNG_MS = 1000;

/** For how long an operation that refuses even a new token has no more tokens made for it. */
const UNHELPED_MS = 60_000;

/** How long who asks for faults waits for the very first login. */
const PATIENCE_MS = 500;

/** A token in use; its moments are in `performance.now()` milliseconds. */
interface Held {
  readonly header: string;
  readonly obtainedAt: number;
  readonly renewAt: number;
  readonly until: number;
  /** True when it was refused since it was last accepted: it may have ended before its time. */
  suspect: boolean;
}

/**
 * Logs in at once, and keeps calls supplied with a token: it is renewed in the background of a call near its end,
 * and once when a call is refused with 401, which is then made again. That holds for a change too, because what was
 * refused so was not done. There is one login at a time for all who wait; their deadlines end their waiting alone.
 */
export const login = (
  account: Account,
  warn: (message: string, details: Record<string, unknown>) => void,
): Login => {
  const { operation } = account;
  const ending = new AbortController();
  /** Until when a refusal by an operation, which refuses new tokens too, says nothing about the token. */
  const unhelped = new Map<string, number>();
  let held: Held | undefined;
  let underWay: Promise<Held> | undefined;
  let failure: Failure | undefined;

  const attempt = async (): Promise<Held> => {
    const since = performance.now();
    try {
      const { header, lifeMs } = await account.obtain(ending.signal);
      const renewAt = since + lifeMs - Math.min(AHEAD_MS, lifeMs / 4);
      const until = since + lifeMs - Math.min(SPARE_MS, lifeMs / 20);
      held = { header, obtainedAt: performance.now(), renewAt, until, suspect: false };
      failure = undefined;
      return held;
    } catch (cause) {
      failure = failed(operation, cause, failure);
      const { error, times } = failure;
      if (times === 1 && !ending.signal.aborted) {
        const { api, method, path } = operation;
        warn('Pigeon cannot log in', { api, method, path, status: error.status, reason: error.message });
      }
      throw error;
    }
  };

  const isResting = (): boolean => failure !== undefined && performance.now() < failure.until;

  const renew = (): Promise<Held> => {
    if (underWay) return underWay;
    if (failure && isResting()) return Promise.reject(repeated(failure));
    underWay = attempt().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };

  /** Renews while nobody waits: a failure is told by the warning, and to the next who needs a token. */
  const renewBehind = (): void => {
    renew().catch(() => {});
  };

  const usable = (): Held | undefined => (held && performance.now() < held.until ? held : undefined);

  /** The token to call with. One in doubt is used only while there is no getting another. */
  const current = async (call: Call): Promise<Held> => {
    const token = usable();
    if (!token || (token.suspect && !isResting())) return wait(renew(), call);
    if (performance.now() >= token.renewAt) renewBehind();
    return token;
  };

  /** True when a refusal may mean that the token has ended. */
  const isEnd = (error: unknown, name: string): boolean =>
    error instanceof AnswerError && error.status === 401 && performance.now() >= (unhelped.get(name) ?? 0);

  const layer: Layer = (next) => async (call) => {
    if (call.credential.forwarded) return next(call);
    const name = `${call.operation.method} ${call.operation.path}`;
    const send = async ({ header }: Held, handled?: readonly number[]) => {
      const answer = await next({ ...call, credential: { ...call.credential, header, handled } });
      unhelped.delete(name);
      return answer;
    };
    const token = await current(call);
    try {
      const answer = await send(token, [401]);
      token.suspect = false;
      return answer;
    } catch (error) {
      if (!isEnd(error, name)) throw error;
    }
    token.suspect = true;
    const other = usable();
    const fresh = other && !other.suspect ? other : await wait(renew(), call);
    const age = performance.now() - fresh.obtainedAt;
    try {
      return await send(fresh);
    } catch (error) {
      if (isEnd(error, name) && age < YOUNG_MS) unhelped.set(name, performance.now() + UNHELPED_MS);
      throw error;
    }
  };

  const fault = async (): Promise<string | undefined> => {
    const token = usable();
    if (token && performance.now() >= token.renewAt) renewBehind();
    if (token && !(token.suspect && failure)) return undefined;
    renewBehind();
    // Nobody has called for a while: that the token has ended meanwhile is no fault.
    if (held && !failure) return undefined;
    if (!failure && underWay) await patiently(underWay);
    if (failure) return failure.error.message;
    return usable() ? undefined : `Pigeon is logging in to ${operation.api}`;
  };

  renewBehind();
  return { layer, fault, close: () => ending.abort(new Error('the gateway closes')) };
};

/** Waits for the login of all inside the deadline of one. */
const wait = (token: Promise<Held>, { signal, operation }: Call): Promise<Held> =>
  new Promise((resolve, reject) => {
    const leave = () => {
      const reason = signal?.reason;
      // Nothing was sent, or what was sent was refused: a time-out would leave a change's outcome in doubt.
      reject(reason instanceof TimeoutError ? late(operation) : reason);
    };
    if (signal?.aborted) leave();
    signal?.addEventListener('abort', leave, { once: true });
    token.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave));
  });

const patiently = (token: Promise<unknown>): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    token
      .catch(() => {})
      .finally(() => {
        clearTimeout(timer);
        resolve();
      });
  });
