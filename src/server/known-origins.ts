import { LRUCache } from 'lru-cache';
import { isLoopback } from '../config/loopback.ts';

/** Which names Pigeon goes by, and whose pages may ask it. */
export interface KnownOriginsOptions {
  /** What the outside calls Pigeon. */
  readonly publicUrls: readonly string[];
  readonly corsOrigins: readonly string[];
  /** True when pages of this machine may ask, on whatever port they are served. */
  readonly loopback: boolean;
}

/** Of how many names it is remembered whether they are Pigeon's own. */
const HOSTS = 1000;

/** How long a name may be that is remembered: what a DNS name may have, with a port. */
const LONGEST_HOST = 260;

/** Says who is known. */
export interface KnownOrigins {
  /** True for a `Host` that is one of Pigeon's own names. */
  readonly isOwnHost: (host: string) => boolean;
  /** True for a page that came from Pigeon itself, asked by the given `Host`. */
  readonly isOwn: (origin: string, host: string) => boolean;
  /** True for a page of another origin that may ask and read the answer. */
  readonly mayRead: (origin: string) => boolean;
  /** True when there can be such a page, so that an answer depends on who asks. */
  readonly varies: boolean;
}

/** Who is known to a gateway. */
export const knownOrigins = ({ publicUrls, corsOrigins, loopback }: KnownOriginsOptions): KnownOrigins => {
  const own = publicUrls.map((url) => new URL(url));
  const isLocal = (host: string) => isLoopback(URL.parse(`http://${host}`)?.hostname ?? '');
  const isOwnHost = (host: string) =>
    isLocal(host) ||
    // The default port of each scheme may be named or left out.
    own.some(({ protocol, host: known }) => URL.parse(`${protocol}//${host}`)?.host === known);
  /** Clients ask by few names, and to read one takes longer than to find it. */
  const hosts = new LRUCache<string, boolean>({ max: HOSTS });
  return {
    isOwnHost: (host) => {
      const known = hosts.get(host);
      if (known !== undefined) return known;
      const found = isOwnHost(host);
      if (host.length <= LONGEST_HOST) hosts.set(host, found);
      return found;
    },
    isOwn: (origin, host) =>
      own.some((known) => known.origin === origin) || (isLocal(host) && origin === `http://${host}`),
    mayRead: (origin) => corsOrigins.includes(origin) || (loopback && isLoopbackOrigin(origin)),
    varies: corsOrigins.length > 0 || loopback,
  };
};

const isLoopbackOrigin = (origin: string): boolean => {
  const url = URL.parse(origin);
  return url !== null && url.origin === origin && /^https?:$/.test(url.protocol) && isLoopback(url.hostname);
};
