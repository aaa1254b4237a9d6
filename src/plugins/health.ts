import type { Plugin } from 'graphql-yoga';

/** Serves `GET /livez` and `GET /readyz`; no upstream is asked, so one that is down takes nobody out of service. */
export const useHealth = (isReady: () => boolean): Plugin => ({
  onRequest: ({ url, endResponse, fetchAPI }) => {
    const ok = url.pathname === '/livez' || (url.pathname === '/readyz' && isReady());
    if (ok) endResponse(new fetchAPI.Response('ok\n', { headers: { ...TEXT } }));
    else if (url.pathname === '/readyz') {
      endResponse(new fetchAPI.Response('draining\n', { status: 503, headers: { ...TEXT } }));
    }
  },
});

/** Copied for each answer: Yoga’s `Response` writes into the object it is given. */
const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
