import type { IncomingMessage } from 'node:http';
import type { Refusal } from '../plugins/refusal.ts';

/** The largest body of a request, and of a WebSocket message, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** How much of a body that is too large is read and thrown away, so that its connection can be kept. */
const MAX_DRAIN_BYTES = 16 * 1024 * 1024;

/** The body, or why there is none. */
export type Body = { readonly bytes: Buffer } | { readonly refusal: Refusal };

/**
 * Reads a request's exact bytes. One that is too large is read to its end before it is refused, so that the
 * client reads the refusal and keeps its connection; one that never seems to end loses it.
 *
 * @throws when the client goes away in the middle
 */
export const readBody = (request: IncomingMessage): Promise<Body> =>
  new Promise((resolve, reject) => {
    // Most bodies come in one piece, which need not be copied.
    const chunks: Buffer[] = [];
    let size = 0;
    const leave = () => {
      request.off('data', take).off('end', end).off('error', fail).off('close', gone);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
      if (size <= MAX_DRAIN_BYTES) return;
      leave();
      request.pause();
      resolve({ refusal: { ...TOO_LARGE, headers: { connection: 'close' } } });
    };
    const end = () => {
      leave();
      const [first = Buffer.alloc(0), ...more] = chunks;
      const bytes = more.length > 0 ? Buffer.concat(chunks) : first;
      resolve(size > MAX_BODY_BYTES ? { refusal: TOO_LARGE } : { bytes });
    };
    const fail = (error: unknown) => {
      leave();
      reject(error);
    };
    const gone = () => fail(new Error('the client has gone'));
    request.on('data', take).on('end', end).on('error', fail).on('close', gone);
    if (request.destroyed && !request.readableEnded) gone();
  });

const TOO_LARGE: Refusal = {
  status: 413,
  code: 'PAYLOAD_TOO_LARGE',
  message: `a body has at most ${MAX_BODY_BYTES} bytes`,
};
