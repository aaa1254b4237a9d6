import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLoopback } from '../config/loopback.ts';
import type { Refusal } from '../plugins/refusal.ts';
import { type Route, routeOf } from './routes.ts';

/** Who may come in, and from where. */
export interface RequestGuardOptions {
  /** What the outside calls Pigeon. */
  readonly publicUrl: string;
  readonly corsOrigins: readonly string[];
  /** True when callers prove nothing: then only a known `Host` keeps foreign pages out that have rebound a name. */
  readonly anyone: boolean;
}

const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'];

/** Routes that probes ask by any name of the host; nothing of anybody is behind them. */
const PROBED = new Set<Route | undefined>(['/livez', '/readyz', '/metrics']);

/**
 * Says why a request stays outside, undefined when it may come in. HTTP requests and WebSocket upgrades
 * are asked the same.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/
 */
export const requestGuard =
  ({ publicUrl, corsOrigins, anyone }: RequestGuardOptions) =>
  (request: IncomingMessage): Refusal | undefined => {
    const { method = 'GET', headers } = request;
    const route = routeOf(request);
    const known = new URL(publicUrl);
    const { host = '', origin } = headers;
    const local = isLoopback(hostnameOf(host));
    const named = URL.parse(`${known.protocol}//${host}`)?.host === known.host;
    if (anyone && !local && !named && !PROBED.has(route)) {
      return { status: 403, code: 'FORBIDDEN', message: 'this host is not known here' };
    }
    // A page that Pigeon itself served under a loopback name, such as GraphiQL, is no foreigner.
    const own = origin === known.origin || (local && origin === `http://${host}`);
    if (origin !== undefined && !own && !corsOrigins.includes(origin)) {
      return { status: 403, code: 'FORBIDDEN', message: 'this origin is not allowed here' };
    }
    if (!METHODS.includes(method)) {
      return {
        status: 405,
        code: 'BAD_USER_INPUT',
        message: 'only GET and POST are answered',
        headers: { allow: 'GET, POST' },
      };
    }
    if (route === undefined) return { status: 404, code: 'NOT_FOUND', message: 'nothing is served here' };
    if (route === '/graphql' && method === 'POST' && !isJson(headers)) {
      return {
        status: 415,
        code: 'BAD_USER_INPUT',
        message: 'a request is sent as application/json, in UTF-8 and not compressed',
        headers: { 'accept-post': 'application/json' },
      };
    }
    return undefined;
  };

/**
 * Lets pages of the named origins read the answer, and answers their preflights. There are no cookies, so no
 * credentials are allowed.
 *
 * @returns true when the request was a preflight and is answered
 */
export const allowOrigin = (
  { corsOrigins }: Pick<RequestGuardOptions, 'corsOrigins'>,
  { method, headers }: IncomingMessage,
  response: ServerResponse,
): boolean => {
  if (corsOrigins.length > 0) response.setHeader('vary', 'Origin');
  const { origin } = headers;
  if (origin === undefined || !corsOrigins.includes(origin)) return false;
  response.setHeader('access-control-allow-origin', origin);
  if (method !== 'OPTIONS') return false;
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers':
      'accept, authorization, content-type, last-event-id, x-courier-authorization, x-pigeon-explain',
    'access-control-max-age': '7200',
  });
  response.end();
  return true;
};

const hostnameOf = (host: string): string => URL.parse(`http://${host}`)?.hostname ?? '';

const isJson = (headers: IncomingMessage['headers']): boolean =>
  /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?$/i.test(headers['content-type'] ?? '') &&
  /^(?:identity)?$/i.test(headers['content-encoding'] ?? '');
