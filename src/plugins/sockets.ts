import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { type ExecutionArgs, GraphQLError, getOperationAST } from 'graphql';
import type { ServerOptions, SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { alarm } from './alarm.ts';
import { MAX_BODY_BYTES } from './body.ts';
import { type Present, withoutHttp } from './errors.ts';
import { Operations } from './operations.ts';
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
  readonly envelop: (context: { who: Who; signal?: AbortSignal }, payload: SubscribePayload) => Engine;
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

/** What graphql-ws closes a socket with whose guest may not stay; its clients come back with a new token. */
const FORBIDDEN = 4403;

/** Serves GraphQL over WebSockets (protocol graphql-transport-ws) on the path of the HTTP endpoint. */
export const serveSockets = <Who>(options: SocketOptions<Who>): Sockets => {
  const { server, door, admit, envelop, present, counted } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES });
  const guests = new WeakMap<Extra['socket'], Guest<Who>>();
  const operations = new Operations(counted);
  let draining = false;

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const here = routeOf(request) === '/graphql' ? undefined : NOT_HERE;
    const refusal = door(request) ?? here ?? (draining ? DRAINING : undefined);
    if (refusal) return refuseUpgrade(socket, refusal);
    sockets.handleUpgrade(request, socket, head, (open) => sockets.emit('connection', open, request));
  });

  const presentAll = (errors: readonly GraphQLError[], code?: Parameters<Present>[1]) =>
    errors.map((error) => withoutHttp(present(error, code)));

  const served = useServer<Record<string, unknown>, Extra & Record<PropertyKey, unknown>>(
    {
      onConnect: async ({ extra, connectionParams }) => {
        try {
          const guest = await admit(extra.request, connectionParams ?? {});
          guests.set(extra.socket, guest);
          const { socket } = extra;
          socket.once(
            'close',
            alarm(guest.expiresAt, () => socket.close(FORBIDDEN, 'Forbidden')),
          );
          extra.socket.on('message', (message) => {
            const id = completed(String(message));
            if (id !== undefined) operations.end(extra.socket, id);
          });
          return true;
        } catch {
          return false;
        }
      },
      onSubscribe: async ({ extra: { socket } }, id, payload) => {
        const guest = guests.get(socket);
        if (!guest) return [new GraphQLError('nobody is known to ask')];
        const context: { who: Who; signal?: AbortSignal } = { who: guest.who };
        const engine = envelop(context, payload);
        let document: ExecutionArgs['document'];
        try {
          document = engine.parse(payload.query);
        } catch (error) {
          return presentAll([error as GraphQLError], 'GRAPHQL_PARSE_FAILED');
        }
        const faults = engine.validate(engine.schema, document);
        if (faults.length > 0) return presentAll(faults, 'GRAPHQL_VALIDATION_FAILED');
        const operation = getOperationAST(document, payload.operationName)?.operation;
        context.signal = operations.begin(socket, id, { awaited: operation !== 'subscription' });
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
      execute: (args) => (args as Arguments).engine.execute(args),
      subscribe: (args) => (args as Arguments).engine.subscribe(args),
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors && { ...result, errors: result.errors.map((error) => withoutHttp(error).toJSON()) },
      onError: (_context, _id, _payload, errors) =>
        presentAll(errors as GraphQLError[]).map((e) => e.toJSON()),
      onComplete: ({ extra }, id) => operations.end(extra.socket, id),
      onClose: ({ extra }) => operations.endAll(extra.socket),
    },
    sockets,
  );

  return {
    drain: async (withinMs) => {
      draining = true;
      await Promise.race([operations.answered(), pause(withinMs, undefined, { ref: false })]);
      // An answer is followed by its `complete`, which a closing socket would no longer send.
      await turn();
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

const NOT_HERE: Refusal = { status: 404, code: 'NOT_FOUND', message: 'WebSockets are served at /graphql' };

const DRAINING: Refusal = { status: 503, code: 'UPSTREAM_UNAVAILABLE', message: 'Pigeon is going down' };

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
