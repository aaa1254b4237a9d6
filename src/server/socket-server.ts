import { CloseCode, handleProtocols, makeServer, type ServerOptions } from 'graphql-ws';
import type { WebSocket, WebSocketServer } from 'ws';

/** How often a socket is pinged, in milliseconds; one that has not answered until the next time is gone. */
const PING_MS = 12_000;

/** What every operation knows of its socket. */
export interface OfSocket {
  readonly socket: WebSocket;
}

/**
 * Speaks graphql-transport-ws on the sockets of a server, as the adapter of graphql-ws does, with less to hold
 * for each of them: a socket that only listens is most of what a subscriber costs.
 *
 * @returns what closes all with 1001
 */
export const speakGraphql = <Extra extends OfSocket>(
  sockets: WebSocketServer,
  options: ServerOptions<Record<string, unknown>, Extra>,
): {
  /** Begins on a socket that has been opened. */
  open(extra: Extra): void;
  close(): Promise<void>;
} => {
  const server = makeServer(options);
  sockets.options.handleProtocols = handleProtocols;
  const silent = new Set<WebSocket>();
  const answered = function (this: WebSocket): void {
    silent.delete(this);
  };
  const pings = setInterval(() => {
    for (const socket of sockets.clients) {
      if (silent.has(socket)) socket.terminate();
      else if (socket.readyState === socket.OPEN) {
        silent.add(socket);
        socket.ping();
      }
    }
  }, PING_MS).unref();

  return {
    open: (extra) => {
      const { socket } = extra;
      const closed = server.opened(
        {
          protocol: socket.protocol,
          send: (data) =>
            new Promise((resolve, reject) => {
              if (socket.readyState !== socket.OPEN) return resolve();
              socket.send(data, (error) => (error ? reject(error) : resolve()));
            }),
          close: (code, reason) => socket.close(code, reason),
          onMessage: (listener) => {
            socket.on('message', (message) => {
              // A socket that is closing answers nobody, so it must do nothing for anybody either.
              if (socket.readyState !== socket.OPEN) return;
              listener(String(message)).catch(() => fail(socket));
            });
          },
        },
        extra,
      );
      socket.on('pong', answered);
      socket.once('error', failed);
      socket.once('close', (code, reason) => {
        silent.delete(socket);
        void closed(code, String(reason));
      });
    },
    close: async () => {
      clearInterval(pings);
      for (const socket of sockets.clients) socket.close(1001, 'Going away');
      await new Promise((resolve) => sockets.close(resolve));
    },
  };
};

const fail = (socket: WebSocket): void =>
  socket.close(CloseCode.InternalServerError, 'Internal server error');

const failed = function (this: WebSocket): void {
  fail(this);
};
