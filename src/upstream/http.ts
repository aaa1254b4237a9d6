import { type Dispatcher, Pool } from 'undici';
import { AnswerError, InvalidResponseError, UnavailableError } from './errors.ts';
import { type Call, type Media, type Send, target } from './send.ts';

/** The largest answer read from an upstream, in bytes: a thousand rows of the fattest kind, ten times over. */
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/** The largest answer that is not JSON, in bytes. */
const MAX_MEDIA_BYTES = 8 * 1024 * 1024;

/** How many connections an origin has. */
export const CONNECTIONS = 256;

/** How many of them the calls of one operation may hold. */
export const CONNECTIONS_AN_OPERATION = 96;

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
 * Calls one origin over a pool of kept-alive connections. Timers belong to the deadline layer.
 *
 * @param url the upstream's base URL; a path in it is put before every operation's path
 */
export const http = (url: string): Http => {
  const { origin, pathname } = new URL(url);
  const prefix = pathname.replace(/\/+$/, '');
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: MAX_RESPONSE_BYTES,
  });

  return {
    send: async (call) => {
      const { operation, credential, body, signal } = call;
      let answer: Dispatcher.ResponseData;
      let bytes: Uint8Array;
      try {
        answer = await pool.request({
          method: operation.method as Dispatcher.HttpMethod,
          path: prefix + target(call),
          headers: {
            accept: operation.media ?? 'application/json, application/vnd.api+json',
            ...(credential.header === '' ? {} : { authorization: credential.header }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          body: body === undefined ? null : JSON.stringify(body),
          signal: signal ?? null,
        });
        bytes = await answer.body.bytes();
      } catch (cause) {
        if (signal?.aborted) throw signal.reason;
        // What is too large once is too large again.
        if (codeOf(cause) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') throw new InvalidResponseError(operation, 200);
        throw new UnavailableError(operation, { cause, unsent: UNSENT.has(codeOf(cause)) });
      }
      const { statusCode: status, headers } = answer;
      if (status < 200 || status > 299) throw refusal(call, status, headers, decode(bytes));
      if (status === 204 || bytes.length === 0) return { status, body: undefined };
      if (operation.media !== undefined) return { status, body: media(operation, status, headers, bytes) };
      if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(one(headers['content-type']) ?? '')) {
        throw new InvalidResponseError(operation, status);
      }
      try {
        return { status, body: JSON.parse(decode(bytes)) };
      } catch {
        // The cause would quote the body.
        throw new InvalidResponseError(operation, status);
      }
    },
    close: () => pool.destroy(),
  };
};

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
  });

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
