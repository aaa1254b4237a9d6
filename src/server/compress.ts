import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants } from 'node:zlib';
import compression from 'compression';

/** Smaller answers gain less than their compression costs, in bytes. */
const THRESHOLD = 2048;

/** What a client reads as a whole. An event stream is none: its events would wait until a block is full. */
const WHOLE = /^(?:application\/(?:graphql-response\+)?json|text\/(?:html|plain|css|javascript))\b/i;

const compressed = compression({
  threshold: THRESHOLD,
  filter: (_request, response) => WHOLE.test(String(response.getHeader('content-type') ?? '')),
  // Nearly as small as the best that each can do, in a fraction of the time.
  level: 4,
  brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
});

/** Has an answer compressed where its client takes that and it is large enough. */
export const compress = (request: IncomingMessage, response: ServerResponse): void => {
  if (request.headers['accept-encoding'] === undefined) return;
  // The library's types are Express's, of which it uses what Node has.
  compressed(
    request as Parameters<typeof compressed>[0],
    response as Parameters<typeof compressed>[1],
    () => {},
  );
};
