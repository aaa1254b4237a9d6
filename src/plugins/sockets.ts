import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import type { ServerOptions, SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { MAX_BODY_BYTES } from './body.ts';
import { type Present, withoutHttp } from './errors.ts';
import { type Refusal, refusalBody } from './refusal.ts';
import { routeOf } from './routes.ts';

/** Who sits at the other end of a socket. */
export interface Guest<Who> {
  readonly who: Who;
  /** When their credential ends, in milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
}

/** What sockets need of the gateway; the same guards as those of HTTP stand behind it. */
export interface SocketOptions<Who> {
  readonly server: Server;
  readonly door: (request: IncomingMessage) => Refusal | undefined;
  /** Says who it is by the upgrade's headers and the payload of `connection_init`; rejects when nobody it knows. */
  readonly admit: (
    request: IncomingMessage,
    payload: Readonly<Record<string, unknown>>,
  ) => Promise<Guest<Who>>;
  /** The engine with all plugins for one operation. */
  readonly envelop: (who: Who, payload: SubscribePayload, signal: AbortSignal) => Engine;
  readonly present: Present;
  /** Is told the change in how many operations are under way. */
  readonly counted: (change: 1 | -1) => void;
}

/** What of envelop is used. */
export interface Engine {
  readonly parse: (query: string) => ExecutionArgs['document'];
  readonly validate: (
    schema: ExecutionArgs['schema'],
    document: ExecutionArgs['document'],
  ) => readonly GraphQLError[];
  readonly schema: ExecutionArgs['schema'];
  readonly contextFactory: () => unknown;
  readonly execute: NonNullable<ServerOptions['execute']>;
  readonly subscribe: NonNullable<ServerOptions['subscribe']>;
}

/** The sockets of one gateway. */
export interface Sockets {
  /** Lets queries and mutations end, then closes every socket with 1001, after which clients come back. */
  drain(withinMs: number): Promise<void>;
}

type Arguments = ExecutionArgs & { readonly engine: Engine };

/** The longest that a timer can wait, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What graphql-ws closes a socket with whose guest may not stay; its clients come back with a new token. */
const FORBIDDEN = 4403;

/** Serves GraphQL over WebSockets (protocol graphql-transport-ws) on the path of the HTTP endpoint. */
export const serveSockets = <Who>(options: SocketOptions<Who>): Sockets => {
  const { server, door, admit, envelop, present, counted } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES });
  const guests = new WeakMap<Extra['socket'], Guest<Who>>();
  const running = new WeakMap<Extra['socket'], Map<string, AbortController>>();
  const ending = new Set<Promise<unknown>>();

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = door(request) ?? (routeOf(request) === '/graphql' ? undefined : NOT_HERE);
    if (refusal) return refuseUpgrade(socket, refusal);
    sockets.handleUpgrade(request, socket, head, (open) => sockets.emit('connection', open, request));
  });

  const stop = (socket: Extra['socket'], id: string) => {
    running.get(socket)?.get(id)?.abort();
    if (running.get(socket)?.delete(id)) counted(-1);
  };

  const presentAll = (errors: readonly GraphQLError[], code?: Parameters<Present>[1]) =>
    errors.map((error) => withoutHttp(present(error, code)));

  const served = useServer<Record<string, unknown>, Extra & Record<PropertyKey, unknown>>(
    {
      onConnect: async ({ extra, connectionParams }) => {
        try {
          const guest = await admit(extra.request, connectionParams ?? {});
          guests.set(extra.socket, guest);
          closeAt(extra.socket, guest.expiresAt);
          extra.socket.on('message', (message) => {
            const id = completed(String(message));
            if (id !== undefined) stop(extra.socket, id);
          });
          return true;
        } catch {
          return false;
        }
      },
      onSubscribe: async ({ extra: { socket } }, id, payload) => {
        const guest = guests.get(socket);
        if (!guest) return [new GraphQLError('nobody is known to ask')];
        const controller = new AbortController();
        const engine = envelop(guest.who, payload, controller.signal);
        let document: ExecutionArgs['document'];
        try {
          document = engine.parse(payload.query);
        } catch (error) {
          return presentAll([error as GraphQLError], 'GRAPHQL_PARSE_FAILED');
        }
        const faults = engine.validate(engine.schema, document);
        if (faults.length > 0) return presentAll(faults, 'GRAPHQL_VALIDATION_FAILED');
        const operations = running.get(socket) ?? new Map<string, AbortController>();
        running.set(socket, operations.set(id, controller));
        counted(1);
        const args: Arguments = {
          engine,
          schema: engine.schema,
          document,
          contextValue: await engine.contextFactory(),
          variableValues: payload.variables ?? null,
          operationName: payload.operationName ?? null,
        };
        return args;
      },
      execute: (args) => {
        const result = Promise.resolve((args as Arguments).engine.execute(args));
        ending.add(result);
        return result.finally(() => ending.delete(result)) as ReturnType<Engine['execute']>;
      },
      subscribe: (args) => (args as Arguments).engine.subscribe(args),
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors && { ...result, errors: result.errors.map((error) => withoutHttp(error).toJSON()) },
      onError: (_context, _id, _payload, errors) =>
        presentAll(errors as GraphQLError[]).map((e) => e.toJSON()),
      onComplete: ({ extra }, id) => stop(extra.socket, id),
      onClose: ({ extra: { socket } }) => {
        for (const id of running.get(socket)?.keys() ?? []) stop(socket, id);
      },
    },
    sockets,
  );

  return {
    drain: async (withinMs) => {
      await Promise.race([Promise.allSettled(ending), pause(withinMs, undefined, { ref: false })]);
      await served.dispose();
    },
  };
};

/**
 * The operation that a client takes back, if that is what its message says: graphql-ws ends a subscription
 * then, but lets a query run on.
 */
const completed = (message: string): string | undefined => {
  if (!/"type"\s*:\s*"complete"/.test(message)) return undefined;
  try {
    const { id, type } = JSON.parse(message);
    return type === 'complete' && typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
};

/** Closes a socket when its guest's credential ends. */
const closeAt = (socket: Extra['socket'], expiresAt: number | undefined): void => {
  if (expiresAt === undefined) return;
  const left = expiresAt - Date.now();
  const next =
    left > MAX_TIMER_MS ? () => closeAt(socket, expiresAt) : () => socket.close(FORBIDDEN, 'Forbidden');
  const timer = setTimeout(next, Math.min(Math.max(left, 0), MAX_TIMER_MS));
  socket.once('close', () => clearTimeout(timer));
};

const NOT_HERE: Refusal = { status: 404, code: 'NOT_FOUND', message: 'WebSockets are served at /graphql' };

const refuseUpgrade = (socket: Duplex, refusal: Refusal): void => {
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
