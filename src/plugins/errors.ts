import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLErrorExtensions } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import {
  type Code,
  type ErrorExtensions,
  errorExtensions,
  graphqlExtensions,
  valueExtensions,
} from './error-extensions.ts';

/** Errors whose messages are JavaScript's own words: none of them quotes a value. */
const PLAIN = new Set(['TypeError', 'ReferenceError', 'RangeError', 'AssertionError']);

/** Turns whatever was thrown into the error that the client sees. */
export type Present = (thrown: unknown, ifRequest?: Code) => GraphQLError;

/**
 * The one place that turns thrown errors into GraphQL errors. What nobody foresaw becomes INTERNAL with an id
 * under which the log has it.
 *
 * The returned function's second argument is the code of a GraphQL error that says nothing itself and belongs
 * to no field: by default that of variables that do not fit.
 */
export const presenter = (log: Logger): Present => {
  const presented = new WeakSet<GraphQLError>();
  return (thrown, ifRequest = 'BAD_USER_INPUT') => {
    if (thrown instanceof GraphQLError && presented.has(thrown)) return thrown;
    const cause = rootOf(thrown);
    const known =
      valueExtensions(cause, thrown) ??
      (cause instanceof GraphQLError ? graphqlExtensions(cause, thrown, ifRequest) : errorExtensions(cause));
    const { message, ...extensions } = known ?? internal(cause, thrown, log);
    const located = thrown instanceof GraphQLError ? thrown : undefined;
    const error = new GraphQLError(message, {
      nodes: located?.nodes ?? null,
      source: located?.source ?? null,
      positions: located?.positions ?? null,
      path: located?.path ?? null,
      extensions: { ...extensions, ...httpOf(thrown, extensions.code, located?.path !== undefined) },
    });
    presented.add(error);
    return error;
  };
};

/** Takes the error formatting of Yoga's HTTP path out of an error, for transports that have no status. */
export const withoutHttp = (error: GraphQLError): GraphQLError => {
  const { http: _, ...extensions } = error.extensions;
  const { nodes, source, positions, path } = error;
  return new GraphQLError(error.message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions,
  });
};

/** A query in a GET's parameters whose JSON cannot be read is the client's fault, not ours. */
export const useReadableParams = (): Plugin => ({
  onRequestParse: ({ requestParser, setRequestParser }) => {
    if (!requestParser) return;
    setRequestParser(async (request) => {
      try {
        return await requestParser(request);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        throw new GraphQLError('a parameter is not valid JSON', {
          extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
        });
      }
    });
  },
});

/** What was thrown first, below the places that GraphQL has added. */
const rootOf = (error: unknown): unknown => {
  if (!(error instanceof GraphQLError)) return error;
  const below = error.originalError ?? error.cause;
  return below === undefined || below === error ? error : rootOf(below);
};

const internal = (cause: unknown, thrown: unknown, log: Logger): ErrorExtensions => {
  const id = randomUUID();
  const error = cause instanceof Error ? cause : undefined;
  log.error(
    {
      id,
      error: error?.name ?? typeof cause,
      reason: error && PLAIN.has(error.name) ? error.message : undefined,
      at: error?.stack?.split('\n').filter((line) => /^\s+at /.test(line)),
      field: thrown instanceof GraphQLError ? thrown.path?.join('.') : undefined,
    },
    'something unforeseen was thrown',
  );
  return {
    message: `Pigeon failed in a way nobody foresaw; its log says more under ${id}`,
    code: 'INTERNAL',
  };
};

/** The HTTP status that Yoga is to answer a failed request with; errors of single fields have none. */
const httpOf = (thrown: unknown, code: Code, ofField: boolean): Pick<GraphQLErrorExtensions, 'http'> => {
  if (ofField) return {};
  const status = code === 'INTERNAL' ? 500 : 400;
  if (!(thrown instanceof GraphQLError)) return { http: { status } };
  const { http } = thrown.extensions;
  // What is not even JSON is refused whatever was accepted; a good request with a bad document is answered.
  if (http && 'originalError' in thrown.extensions) return { http: { status: http.status ?? 400 } };
  if (http) return { http };
  return { http: code === 'INTERNAL' ? { status } : { spec: true, status } };
};
