import { LRUCache } from 'lru-cache';
import { type Dispatcher, Pool } from 'undici';
import { isLoopback } from '../config/loopback.ts';
import { AnswerError, InvalidResponseError, UnavailableError } from './errors.ts';
import { type Call, type Media, type Operation, type Send, target } from './send.ts';

/** The largest answer read from an upstream, in bytes: a thousand rows of the fattest kind, ten times over. */
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/** The largest answer that is not JSON, in bytes. */
const MAX_MEDIA_BYTES = 8 * 1024 * 1024;

/** How many connections an origin has. */
export const CONNECTIONS = 256;

/** How many of them the calls of one operation may hold. */
export const CONNECTIONS_AN_OPERATION = 96;

/** How many hosts beside its own are kept connections to. */
const OTHER_HOSTS = 8;

/** Errors of undici and the resolver after which the request cannot have been seen by the upstream. */
const UNSENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** An upstream's origin as a send, and the way to let go of its connections. */
export interface Http {
  readonly send: Send;
  close(): Promise<void>;
}

/**
 * Calls one upstream over pools of kept-alive connections, one for each of its hosts. Timers belong to the deadline
 * layer. No redirect is followed.
 *
 * @param url the upstream's base URL; a path in it is put before every operation's path
 */
export const http = (url: string): Http => {
  const base = new URL(url);
  const pools = new LRUCache<string, Pool>({
    max: 1 + OTHER_HOSTS,
    dispose: (pool) => void pool.close().catch(() => {}),
  });

  const poolOf = (origin: string): Pool => {
    const kept = pools.get(origin);
    if (kept) return kept;
    const pool = new Pool(origin, {
      connections: CONNECTIONS,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: MAX_RESPONSE_BYTES,
    });
    pools.set(origin, pool);
    return pool;
  };

  /** Where a call goes: to the upstream's base URL, to the operation's own host, or to an address that was named. */
  const locate = (call: Call): { readonly origin: string; readonly path: string } => {
    const { address, operation } = call;
    if (address === undefined) {
      const { origin, pathname } = hostOf(operation, base);
      return { origin, path: pathname.replace(/\/+$/, '') + target(call) };
    }
    const named = URL.parse(address);
    // Without TLS only an upstream on this machine, such as the sandbox, may name another one here.
    const isSafe =
      named?.protocol === 'https:' ||
      (named?.protocol === 'http:' && isLoopback(named.hostname) && isLoopback(base.hostname));
    if (!named || !isSafe || named.username || named.password)
      throw new UnavailableError(operation, {
        cause: new Error('the address that the upstream names for it is not one to call'),
        unsent: true,
      });
    return { origin: named.origin, path: named.pathname + named.search };
  };

  return {
    send: async (call) => {
      const { operation, credential, body, signal } = call;
      const { origin, path } = locate(call);
      const lastWord = await call.gate?.();
      // The deadline may have come meanwhile.
      if (signal?.aborted) throw signal.reason;
      let answer: Dispatcher.ResponseData;
      let bytes: Uint8Array;
      try {
        const pool = poolOf(origin);
        const dispatcher = lastWord ? pool.compose(gated(lastWord)) : pool;
        answer = await dispatcher.request({
          method: operation.method as Dispatcher.HttpMethod,
          path,
          headers: {
            ...call.headers,
            accept: operation.media ?? 'application/json, application/vnd.api+json',
            // Whatever is called at an address that was named must not learn our credential.
            ...(credential.header === '' || call.address !== undefined
              ? {}
              : { authorization: credential.header }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          body: body === undefined ? null : JSON.stringify(body),
          signal: signal ?? null,
        });
        bytes = await answer.body.bytes();
        call.observer?.received(bytes.length);
      } catch (cause) {
        if (cause instanceof ClosedGateError) throw cause.cause;
        if (signal?.aborted) throw signal.reason;
        // What is too large once is too large again.
        if (codeOf(cause) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') throw new InvalidResponseError(operation, 200);
        throw new UnavailableError(operation, { cause, unsent: UNSENT.has(codeOf(cause)) });
      }
      const { statusCode: status, headers } = answer;
      const location = one(headers.location);
      if (operation.redirects && status >= 300 && status < 400 && location !== undefined)
        return { status, body: { location } };
      if (status < 200 || status > 299) throw refusal(call, status, headers, decode(bytes));
      if (status === 204 || bytes.length === 0) return { status, body: undefined };
      if (operation.media !== undefined) return { status, body: media(operation, status, headers, bytes) };
      if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(one(headers['content-type']) ?? '')) {
        if (operation.unanswered) return { status, body: undefined };
        throw new InvalidResponseError(operation, status);
      }
      try {
        return { status, body: JSON.parse(decode(bytes)) };
      } catch {
        if (operation.unanswered) return { status, body: undefined };
        // The cause would quote the body.
        throw new InvalidResponseError(operation, status);
      }
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
};

/** A gate did not let a call through, and nothing of it was sent. */
class ClosedGateError extends Error {}

/** Asks a gate when undici has a connection for the call and is about to write to it. */
const gated =
  (lastWord: () => void): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (options, handler) =>
    dispatch(options, {
      ...passing(handler),
      onRequestStart: (controller, context) => {
        try {
          lastWord();
        } catch (cause) {
          controller.abort(new ClosedGateError('the gate is closed', { cause }));
          return;
        }
        handler.onRequestStart?.(controller, context);
      },
    });

/** What a handler does, as an object of its own. */
const passing = (handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler => ({
  onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
  onResponseStart: (...args) => handler.onResponseStart?.(...args),
  onResponseData: (...args) => handler.onResponseData?.(...args),
  onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
  onResponseError: (...args) => handler.onResponseError?.(...args),
});

/** The base URL of an operation: the vendor’s own host for it only where the vendor itself is called. */
const hostOf = ({ host }: Operation, base: URL): URL =>
  host && base.origin === new URL(host.usual).origin ? new URL(host.own) : base;

const decode = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

/**
 * An answer that is not JSON.
 *
 * @throws {InvalidResponseError} it is of another type than the operation answers with, or too large
 */
const media = (
  operation: Call['operation'],
  status: number,
  headers: Dispatcher.ResponseData['headers'],
  bytes: Uint8Array,
): Media => {
  const contentType = one(headers['content-type']) ?? '';
  const wanted = (operation.media ?? '').replace(/\*$/, '').toLowerCase();
  if (!contentType.toLowerCase().startsWith(wanted) || bytes.length > MAX_MEDIA_BYTES)
    throw new InvalidResponseError(operation, status);
  return { contentType, bytes };
};

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
};

const one = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

const refusal = (call: Call, status: number, headers: Dispatcher.ResponseData['headers'], text: string) =>
  new AnswerError(call.operation, {
    status,
    requestId: one(headers['x-request-id'] ?? headers['request-id'])?.slice(0, 100),
    retryAfter: seconds(one(headers['retry-after'])),
    fields: [...new Set(refusedFields(text).flatMap((field) => call.inputPath?.(field) ?? []))],
    forwarded: call.credential.forwarded,
    existing: existingIn(text),
  });

/** The id of what exists already, as JSON:API’s `meta` of the first error names it. */
const existingIn = (text: string): string | undefined => {
  try {
    const body: unknown = JSON.parse(text);
    const [first] = isRecord(body) && Array.isArray(body.errors) ? body.errors : [];
    const id = isRecord(first) && isRecord(first.meta) ? first.meta.id : undefined;
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
};

/** Seconds of a `Retry-After` header, which holds seconds or an HTTP date. */
const seconds = (header: string | undefined): number | undefined => {
  if (header === undefined) return undefined;
  const value = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(value) ? Math.max(0, Math.ceil(value)) : undefined;
};

/** The fields that an error body names: JSON:API's `source`, or a map of field to reasons under `details`. */
const refusedFields = (text: string): string[] => {
  try {
    const body: unknown = JSON.parse(text);
    if (!isRecord(body)) return [];
    const sources = (Array.isArray(body.errors) ? body.errors : []).flatMap((error) =>
      isRecord(error) && isRecord(error.source) ? [error.source.pointer, error.source.parameter] : [],
    );
    const details = isRecord(body.details) ? Object.keys(body.details) : [];
    return [...sources, ...details].filter((field) => typeof field === 'string');
  } catch {
    return [];
  }
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
