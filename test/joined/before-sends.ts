import type { Asked, Prepared } from '../support/upstream.ts';
import { birdChannel, WORKSPACE } from './bird.ts';

/** What `sendMessage` reads before it sends, of upstreams where nobody is known and nobody minds. */
export const BEFORE_SENDS: Readonly<Record<string, Prepared>> = {
  [`GET ${WORKSPACE}/channels/*`]: ({ path }: Asked) => ({
    body: { ...birdChannel('line'), id: path.split('/').at(-1) },
  }),
  [`POST ${WORKSPACE}/contacts/search`]: { body: { results: [] } },
  'GET /v1/messaging-channels/*/': ({ path }: Asked) => ({
    body: { data: { type: 'messaging-channels', id: path.split('/').at(-2), attributes: {} } },
  }),
};

/** True for a call that changes something, and not for a search. */
export const isPost = ({ method, path }: Asked): boolean => method === 'POST' && !path.endsWith('/search');
