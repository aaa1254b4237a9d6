import { credential } from '../../src/upstream/auth.ts';
import { http } from '../../src/upstream/http.ts';
import { type Call, compose, type Layer, type Operation, type Send } from '../../src/upstream/send.ts';
import { type Prepared, startUpstream, type Upstream } from '../support/upstream.ts';

export const READ: Operation = { api: 'courier', method: 'GET', path: '/v1/things/{id}/', safe: true };
export const CHANGE: Operation = { api: 'courier', method: 'POST', path: '/v1/things/', safe: false };
export const SEARCH: Operation = { api: 'courier', method: 'POST', path: '/v1/things/search/', safe: true };

export const OURS = credential('Bearer ours', false);
export const THEIRS = credential('Bearer theirs', true);

/** A read of thing 1 under our own credential with two seconds to go, but for what is said. */
export const callOf = (more: Partial<Call> = {}): Call => ({
  operation: READ,
  params: { id: '1' },
  credential: OURS,
  deadline: performance.now() + 2000,
  ...more,
});

/** Layers over real HTTP. */
export interface Reached extends AsyncDisposable {
  readonly upstream: Upstream;
  readonly send: Send;
}

/** Starts an upstream that answers each of the three operations alike, and reaches it through the layers. */
export const reach = async (answer: Prepared, ...layers: readonly Layer[]): Promise<Reached> => {
  const upstream = await startUpstream({
    'GET /v1/things/*/': answer,
    'POST /v1/things/': answer,
    'POST /v1/things/search/': answer,
  });
  const { send, close } = http(upstream.url);
  return {
    upstream,
    send: compose(send, ...layers),
    [Symbol.asyncDispose]: async () => {
      await close();
      await upstream.close();
    },
  };
};

/** What a promise was rejected with. */
export const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error,
  );

/** A promise with its ways to settle it. */
export const gate = () => Promise.withResolvers<void>();
