import { GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { bareId } from '../config/persisted-documents.ts';
import type { Code } from './error-extensions.ts';

/** Which documents a gateway knows by an id, and whether it runs any other. */
export interface PersistedDocuments {
  /** The text of each document by its id, which does not name an algorithm; undefined where there is no manifest. */
  readonly documents: ReadonlyMap<string, string> | undefined;
  /** True when nothing but these documents is run. */
  readonly only: boolean;
}

/** What a client sends for one operation, over whichever transport. */
export interface SentParams {
  readonly query?: string | null | undefined;
  /** The id as the GraphQL-over-HTTP specification names it, such as `sha256:…`. */
  readonly documentId?: unknown;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

/** The parameter that Yoga has to let through beside its own. */
export const DOCUMENT_ID = 'documentId';

/**
 * Finds the text of a document that is sent by its id. Both doors call it, Yoga for HTTP and server-sent events and
 * the sockets for theirs, because a hook of Yoga's on parameters does not run over WebSockets.
 *
 * The answers to what it does not know are those that clients of Apollo, urql and others understand: they then send
 * the text, where that is allowed.
 *
 * @returns the parameters with their text
 * @throws {GraphQLError} the id is not known, or text is sent where only ids are taken
 * @see https://www.apollographql.com/docs/apollo-server/performance/apq
 */
export const withDocument = <Params extends SentParams>(
  { documents, only }: PersistedDocuments,
  params: Params,
): Params => {
  if (params.query) {
    if (only) throw refusal('PERSISTED_QUERY_ONLY', 'only documents known by their id are run here');
    return params;
  }
  const id = idOf(params);
  if (id === undefined) return params;
  if (!documents) throw refusal('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
  const query = documents.get(id);
  if (query === undefined) throw refusal('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
  const { [DOCUMENT_ID]: _, ...rest } = params;
  return { ...rest, query } as Params;
};

/** Runs documents by their ids over HTTP and server-sent events. */
export const usePersistedDocuments = (persisted: PersistedDocuments): Plugin => ({
  onRequestParse: ({ request, url, requestParser, setRequestParser }) => {
    // Of a GET Yoga reads its own parameters alone.
    const documentId = request.method === 'GET' ? url.searchParams.get(DOCUMENT_ID) : null;
    if (!requestParser || documentId === null) return;
    setRequestParser(async (read) => ({ ...(await requestParser(read)), documentId }));
  },
  onParams: ({ params, setParams }) => {
    // What is no object at all is refused by the check that follows.
    if (typeof params === 'object' && params !== null) setParams(withDocument(persisted, params));
  },
});

/** Why documents of the manifest cannot be run over this schema, by their ids. */
export const unfitDocuments = (
  schema: GraphQLSchema,
  { documents = new Map() }: PersistedDocuments,
): { readonly id: string; readonly faults: readonly string[] }[] =>
  [...documents].flatMap(([id, text]) => {
    const faults = faultsOf(schema, text);
    return faults.length > 0 ? [{ id, faults }] : [];
  });

const faultsOf = (schema: GraphQLSchema, text: string): readonly string[] => {
  try {
    return validate(schema, parse(text)).map(({ message }) => message);
  } catch (error) {
    return [(error as GraphQLError).message];
  }
};

const refusal = (code: Code, message: string): GraphQLError =>
  // Clients fall back on an answer, and some of them do not read the body of a failed request.
  new GraphQLError(message, {
    extensions: {
      code,
      http: code === 'PERSISTED_QUERY_ONLY' ? { spec: true, status: 400 } : { status: 200 },
    },
  });

const idOf = ({ documentId, extensions }: SentParams): string | undefined => {
  const { persistedQuery } = extensions ?? {};
  const hash =
    typeof persistedQuery === 'object' && persistedQuery !== null && 'sha256Hash' in persistedQuery
      ? persistedQuery.sha256Hash
      : undefined;
  const id = documentId ?? hash;
  return typeof id === 'string' && id !== '' ? bareId(id) : undefined;
};
