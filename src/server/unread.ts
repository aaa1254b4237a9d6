import type { WebSocket } from 'ws';
import type { Wire } from './socket-sink.ts';

/**
 * How long a client may leave unread what it was sent while it goes on sending, in milliseconds; and how long one of
 * whom it is not known who it is.
 */
const PATIENCE_MS = 10_000;
const STRANGER_MS = 2000;

/** How much may wait for a client that goes on sending, in bytes, whatever the time. */
const MOST_UNREAD_BYTES = 16 * 1024 * 1024;

/**
 * Bounds what waits for a client. While it leaves unread what it was sent, nothing more is read of it either, so
 * that its pings and operations make nothing that would wait as well; a client that leaves it so is cut off.
 *
 * @param isKnown true once it is known who the client is
 */
export const watchUnread = (socket: WebSocket, wire: Wire, isKnown: () => boolean): void => {
  let patience: NodeJS.Timeout | undefined;
  const heard = () => {
    if (wire.free || patience) return;
    if (socket.bufferedAmount > MOST_UNREAD_BYTES) return socket.terminate();
    socket.pause();
    patience = setTimeout(() => socket.terminate(), isKnown() ? PATIENCE_MS : STRANGER_MS).unref();
    void wire.drained().then(() => {
      clearTimeout(patience);
      patience = undefined;
      socket.resume();
    });
  };
  socket.on('ping', heard).on('message', heard);
};
