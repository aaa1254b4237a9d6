import type { IncomingMessage, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { Refusal } from '../plugins/refusal.ts';
import type { KnownOrigins } from './known-origins.ts';
import { type Route, routeOf } from './routes.ts';

/** Who may come in, and from where. */
export interface RequestGuardOptions {
  readonly origins: KnownOrigins;
  /** True when callers prove nothing: then only a known `Host` keeps foreign pages out that have rebound a name. */
  readonly anyone: boolean;
  readonly warn: (message: string, details: Record<string, unknown>) => void;
}

/** A PUT reserves the one stream of graphql-sse's other mode. */
const NO_SINGLE_CONNECTION =
  'graphql-sse’s single connection mode is not served here: leave out `singleConnection`, and each subscription has a connection of its own';

/** Of how many refused origins and hosts it is remembered that they were logged. */
const REFUSED = 1000;

/** How much of a refused origin or host is logged. */
const SHOWN = 100;

const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'];

/** Routes that probes ask by any name of the host; nothing of anybody is behind them. */
const PROBED = new Set<Route | undefined>(['/livez', '/readyz', '/metrics']);

/**
 * Says why a request stays outside, undefined when it may come in. HTTP requests and WebSocket upgrades
 * are asked the same.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/
 */
export const requestGuard = ({ origins, anyone, warn }: RequestGuardOptions) => {
  const told = new LRUCache<string, true>({ max: REFUSED });
  /** Refuses a stranger, and says once in the log who it was and which variable would let them in. */
  const stranger = (what: 'host' | 'origin', value: string, variable: string): Refusal => {
    const shown = value.slice(0, SHOWN);
    const message = `this ${what} is not ${what === 'host' ? 'known' : 'allowed'} here; ${variable}`;
    if (!told.has(`${what} ${shown}`)) warn(message, { [what]: shown });
    told.set(`${what} ${shown}`, true);
    return { status: 403, code: 'FORBIDDEN', message };
  };

  return (request: IncomingMessage): Refusal | undefined => {
    const { method = 'GET', headers } = request;
    const route = routeOf(request);
    const { host = '', origin } = headers;
    if (anyone && !origins.isOwnHost(host) && !PROBED.has(route)) {
      return stranger('host', host, 'PUBLIC_URL names those that are, comma separated');
    }
    // A page that Pigeon itself served under a loopback name, such as GraphiQL, is no foreigner.
    if (origin !== undefined && !origins.isOwn(origin, host) && !origins.mayRead(origin)) {
      return stranger('origin', origin, 'CORS_ORIGINS names those that are, comma separated');
    }
    if (!METHODS.includes(method)) {
      return {
        status: 405,
        code: 'BAD_USER_INPUT',
        message:
          method === 'PUT' && route === '/graphql' ? NO_SINGLE_CONNECTION : 'only GET and POST are answered',
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
};

/** What a page of another origin may read of an answer beside its body. */
const EXPOSED = 'retry-after, traceparent, x-request-id';

/** Names of headers, as a browser lists them. */
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(?: *, *[\w!#$%&'*+.^`|~-]+)*$/;

/**
 * Lets pages of the known origins read the answer, and answers their preflights. There are no cookies, so no
 * credentials are allowed. A client may send what headers it likes: each has its own, and none has any power here
 * that a page's origin does not give.
 *
 * @returns true when the request was a preflight and is answered
 */
export const allowOrigin = (
  { origins }: Pick<RequestGuardOptions, 'origins'>,
  { method, headers }: IncomingMessage,
  response: ServerResponse,
): boolean => {
  if (origins.varies) response.setHeader('vary', 'Origin');
  const { origin } = headers;
  if (origin === undefined || !origins.mayRead(origin)) return false;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', EXPOSED);
  if (method !== 'OPTIONS') return false;
  const asked = headers['access-control-request-headers'] ?? '';
  response.setHeader('vary', 'Origin, Access-Control-Request-Headers');
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': HEADER_NAMES.test(asked) ? asked : 'content-type',
    'access-control-max-age': '7200',
  });
  response.end();
  return true;
};

const isJson = (headers: IncomingMessage['headers']): boolean =>
  /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?$/i.test(headers['content-type'] ?? '') &&
  /^(?:identity)?$/i.test(headers['content-encoding'] ?? '');
