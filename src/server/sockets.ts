import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTick, setTimeout as pause } from 'node:timers/promises';
import { type ExecutionArgs, GraphQLError, getOperationAST } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { TooManyError } from '../graph/errors.ts';
import { located, SUBSCRIPTIONS_PER_SOCKET, tooMany } from '../plugins/caller-quota.ts';
import { type Present, withoutHttp } from '../plugins/errors.ts';
import type { Sink } from '../ports.ts';
import { alarm } from './alarm.ts';
import { MAX_BODY_BYTES } from './body.ts';
import { routeOf } from './routes.ts';
import { completed, RunningOperations } from './running-operations.ts';
import type { Engine, OperationContext, SocketOptions } from './socket-options.ts';
import { speakGraphql } from './socket-server.ts';
import { SocketSink, Wire } from './socket-sink.ts';
import { DRAINING, NOT_HERE, refuseUpgrade } from './socket-upgrade.ts';
import { watchUnread } from './unread.ts';

/** The sockets of one gateway. */
export interface Sockets {
  /** Opens a socket, or refuses it. */
  handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  /** Lets queries and mutations end, then closes every socket with 1001, after which clients come back. */
  drain(withinMs: number): Promise<void>;
}

type Arguments = ExecutionArgs & { engine: Engine | undefined };

/** What is known of a socket. */
interface Line<Who> {
  readonly socket: WebSocket;
  readonly wire: Wire;
  /** The upgrade, until it has been admitted. */
  request: IncomingMessage | undefined;
  who: Who | undefined;
}

/** What graphql-ws closes a socket with whose guest may not stay; its clients come back with a new token. */
const FORBIDDEN = 4403;

/** The code for "try again later": clients come back after a while. */
const TOO_MANY = 1013;

/** Serves GraphQL over WebSockets (protocol graphql-transport-ws) on the path of the HTTP endpoint. */
export const serveSockets = <Who>(options: SocketOptions<Who>): Sockets => {
  const { guard, admit, hold, envelop, withDocument, present, serialize, counted } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES });
  const operations = new RunningOperations(counted);
  let draining = false;

  const presentAll = (errors: readonly GraphQLError[], code?: Parameters<Present>[1]) =>
    errors.map((error) => withoutHttp(present(error, code)).toJSON());
  const refused = (errors: readonly GraphQLError[], code?: Parameters<Present>[1]) =>
    errors.map((error) => present(error, code));

  const served = speakGraphql<Line<Who>>(sockets, {
    onConnect: async ({ extra, connectionParams }) => {
      const { socket, request } = extra;
      try {
        if (!request) return false;
        const { who, expiresAt } = await admit(request, connectionParams ?? {});
        // Gone meanwhile: nothing would count it out again.
        if (socket.readyState !== socket.OPEN) return false;
        const leave = hold(who);
        const callOff = alarm(expiresAt, () => socket.close(FORBIDDEN, 'Forbidden'));
        socket.once('close', () => {
          leave();
          callOff();
        });
        socket.on('message', (message) => {
          const id = completed(String(message));
          if (id !== undefined) operations.end(socket, id);
        });
        extra.who = who;
        extra.request = undefined;
        return true;
      } catch (error) {
        if (error instanceof TooManyError) socket.close(TOO_MANY, `RATE_LIMITED: ${error.message}`);
        return false;
      }
    },
    onSubscribe: async ({ extra: { socket, wire, who } }, id, sent) => {
      if (who === undefined) return [new GraphQLError('nobody is known to ask')];
      let payload: SubscribePayload;
      try {
        payload = withDocument(sent);
      } catch (error) {
        return refused([error as GraphQLError]);
      }
      const context: OperationContext<Who> = { who };
      const engine = envelop(context, payload);
      let document: ExecutionArgs['document'];
      try {
        document = engine.parse(payload.query);
      } catch (error) {
        return refused([error as GraphQLError], 'GRAPHQL_PARSE_FAILED');
      }
      const faults = engine.validate(engine.schema, document);
      if (faults.length > 0) return refused(faults, 'GRAPHQL_VALIDATION_FAILED');
      const lasting = getOperationAST(document, payload.operationName)?.operation === 'subscription';
      if (lasting && operations.lasting(socket) >= SUBSCRIPTIONS_PER_SOCKET) {
        return refused([located(tooMany(`a socket may carry ${SUBSCRIPTIONS_PER_SOCKET} subscriptions`))]);
      }
      context.signal = operations.begin(socket, id, { awaited: !lasting });
      if (lasting) context.sink = new SocketSink(wire, id, serialize);
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
    execute: (args) => engineOf(args).execute(args),
    subscribe: async (args) => {
      const events = await engineOf(args).subscribe(args);
      const { sink } = args.contextValue as { sink?: Sink };
      const own = sink instanceof SocketSink && sink.results;
      return own && Symbol.asyncIterator in events ? own : events;
    },
    onNext: (_context, _id, _payload, _args, result) =>
      result.errors && { ...result, errors: presentAll(result.errors) },
    onError: (_context, _id, _payload, errors) => presentAll(errors as GraphQLError[]),
    onComplete: ({ extra }, id) => operations.end(extra.socket, id),
    onClose: ({ extra }) => operations.endAll(extra.socket),
  });

  return {
    handleUpgrade: (request, stream, head) => {
      const here = routeOf(request) === '/graphql' ? undefined : NOT_HERE;
      const refusal = guard(request) ?? here ?? (draining ? DRAINING : undefined);
      if (refusal) return refuseUpgrade(stream, refusal);
      sockets.handleUpgrade(request, stream, head, (socket) => {
        const wire = new Wire(socket, stream);
        const line: Line<Who> = { socket, wire, request, who: undefined };
        watchUnread(socket, wire, () => line.who !== undefined);
        served.open(line);
      });
    },
    drain: async (withinMs) => {
      draining = true;
      await Promise.race([operations.answered(), pause(withinMs, undefined, { ref: false })]);
      // An answer is followed by its `complete`, which a closing socket would no longer send.
      await nextTick();
      await served.close();
    },
  };
};

/** The engine of an operation, which is let go of: a subscription lasts, and needs it no more. */
const engineOf = (args: ExecutionArgs): Engine => {
  const { engine } = args as Arguments;
  if (!engine) throw new Error('an operation is executed once');
  (args as Arguments).engine = undefined;
  return engine;
};
