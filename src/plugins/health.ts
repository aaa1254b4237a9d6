import type { Plugin } from 'graphql-yoga';

/**
 * Serves `GET /livez` and `GET /readyz`. Not ready is who drains or cannot log in to an upstream; no upstream is
 * asked for anything else, so that one that is down takes nobody out of service.
 *
 * @param fault why requests should go elsewhere, in plain words; undefined when they need not
 */
export const useHealth = (fault: () => Promise<string | undefined>): Plugin => ({
  onRequest: ({ url, endResponse, fetchAPI }) => {
    const answer = (why?: string) =>
      endResponse(
        new fetchAPI.Response(`${why ?? 'ok'}\n`, { status: why ? 503 : 200, headers: { ...TEXT } }),
      );
    if (url.pathname === '/livez') answer();
    else if (url.pathname === '/readyz') return fault().then(answer);
    return undefined;
  },
});

/** Copied for each answer: Yoga’s `Response` writes into the object it is given. */
const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
