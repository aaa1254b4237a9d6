import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Refusal, refusalBody } from '../plugins/refusal.ts';

/** Why no socket is opened at another path. */
export const NOT_HERE: Refusal = {
  status: 404,
  code: 'NOT_FOUND',
  message: 'WebSockets are served at /graphql',
};

/** Why no socket is opened any more. */
export const DRAINING: Refusal = {
  status: 503,
  code: 'UPSTREAM_UNAVAILABLE',
  message: 'Pigeon is going down',
};

/** Answers an upgrade with its refusal. */
export const refuseUpgrade = (socket: Duplex, refusal: Refusal): void => {
  const body = refusalBody(refusal);
  socket.on('error', () => {});
  socket.end(
    [
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
      'Connection: close',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
};
