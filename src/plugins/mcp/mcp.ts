import { createMcpHandler, type McpHttpHandler, Server } from '@modelcontextprotocol/server';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { InputError } from '../../graph/errors.ts';
import { errorExtensions } from '../error-extensions.ts';
import { missingKey, type Tool, toolsOf } from './tools.ts';

/** What agents may do. */
export interface McpOptions {
  readonly schema: GraphQLSchema;
  /** The trusted documents by their ids: each is a tool. */
  readonly documents: ReadonlyMap<string, string>;
  /** True when mutations are tools too. Callers still need the scopes. */
  readonly writes: boolean;
  readonly version: string;
}

/** What a request carries beside itself: who asks. */
type ServerContext = Parameters<NonNullable<Plugin['onRequest']>>[0]['serverContext'];

/** Answers a request to `/graphql` that is made from within. */
type Ask = (request: Request, serverContext: ServerContext) => Response | PromiseLike<Response>;

const INSTRUCTIONS =
  'One graph over Bird, a messaging platform, and courier, through which organizations talk with individuals. ' +
  'Each tool runs one GraphQL operation that was prepared for it. Personal data is behind it: ask for no more than is needed.';

/**
 * Serves `/mcp`, a stateless endpoint of the Model Context Protocol over HTTP. A call runs its document as a request
 * to `/graphql` of the same caller would, so that all limits, budgets and scopes hold for agents too.
 *
 * @see https://modelcontextprotocol.io/specification
 */
export const useMcp = ({ schema, documents, writes, version }: McpOptions): Plugin => {
  const tools = toolsOf(schema, documents, { writes });
  let ask: Ask | undefined;

  const handlerFor = (serverContext: ServerContext): McpHttpHandler =>
    createMcpHandler(
      () => {
        const server = new Server(
          { name: 'pigeon', version },
          { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
        );
        server.setRequestHandler('tools/list', () => ({
          tools: [...tools.values()].map(({ documentId: _id, keyed: _keyed, ...tool }) => tool),
        }));
        server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
          const tool = tools.get(params.name);
          if (!tool) return failure([{ message: `there is no tool ${JSON.stringify(params.name)}` }]);
          if (!ask) throw new Error('the gateway is not there yet');
          const variables = params.arguments ?? {};
          const missing = missingKey(tool, variables);
          if (missing)
            return failure([shown(new InputError(missing, 'is needed, and the same in a repeat'))]);
          return call(ask, tool, variables, { serverContext, signal: mcpReq.signal });
        });
        return server;
      },
      { responseMode: 'json' },
    );

  return {
    onYogaInit: ({ yoga }) => {
      ask = (request, serverContext) => yoga.handle(request, serverContext);
    },
    onRequest: async ({ request, url, serverContext, endResponse }) => {
      if (url.pathname !== '/mcp') return;
      endResponse(await handlerFor(serverContext).fetch(request));
    },
  };
};

/** Runs a tool's document. Its data comes even where some of its fields have failed. */
const call = async (
  ask: Ask,
  { documentId }: Tool,
  variables: Readonly<Record<string, unknown>>,
  { serverContext, signal }: { readonly serverContext: ServerContext; readonly signal: AbortSignal },
) => {
  const request = new Request('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ documentId, variables }),
    signal,
  });
  const response = await ask(request, serverContext);
  const { data, errors } = (await response.json()) as ExecutionResult;
  if (data == null) return failure(errors ?? []);
  const result = errors ? { data, errors } : { data };
  return {
    content: [{ type: 'text' as const, text: JSON.stringify(result) }],
    structuredContent: JSON.parse(JSON.stringify(result)) as Record<string, unknown>,
  };
};

/** An error as GraphQL's answers have it. */
const shown = (error: InputError): object => {
  const { message = error.message, ...extensions } = errorExtensions(error) ?? {};
  return { message, extensions };
};

const failure = (errors: readonly object[]) => ({
  content: [{ type: 'text' as const, text: JSON.stringify({ errors }) }],
  isError: true,
});
