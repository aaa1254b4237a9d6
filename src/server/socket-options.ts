import type { IncomingMessage } from 'node:http';
import type { ExecutionArgs, GraphQLError } from 'graphql';
import type { ServerOptions, SubscribePayload } from 'graphql-ws';
import type { Present } from '../plugins/errors.ts';
import type { Refusal } from '../plugins/refusal.ts';
import type { Sink } from '../ports.ts';
import type { Serialize } from './serialize.ts';

/** Who sits at the other end of a socket. */
export interface Guest<Who> {
  readonly who: Who;
  /** When their credential ends, in milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
}

/** What sockets need of the gateway; the same guards as those of HTTP stand behind it. */
export interface SocketOptions<Who> {
  readonly guard: (request: IncomingMessage) => Refusal | undefined;
  /** Says who it is by the upgrade's headers and the payload of `connection_init`; rejects when nobody it knows. */
  readonly admit: (
    request: IncomingMessage,
    payload: Readonly<Record<string, unknown>>,
  ) => Promise<Guest<Who>>;
  /**
   * Counts one more socket of theirs until the result is called.
   *
   * @throws {TooManyError}
   */
  readonly hold: (who: Who) => () => void;
  /** The engine with all plugins for one operation. */
  readonly envelop: (context: OperationContext<Who>, payload: SubscribePayload) => Engine;
  /**
   * Finds the text of a document that is sent by its id.
   *
   * @throws {GraphQLError} it is not known, or its text is not taken
   */
  readonly withDocument: (payload: SubscribePayload) => SubscribePayload;
  readonly present: Present;
  readonly serialize: Serialize;
  /** Is told the change in how many operations are under way. */
  readonly counted: (change: 1 | -1) => void;
}

/** What is known of one operation before it is parsed, or soon after. */
export interface OperationContext<Who> {
  readonly who: Who;
  signal?: AbortSignal;
  sink?: Sink;
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
