import { readFile } from 'node:fs/promises';
import { type GraphQLSchema, isAbstractType } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** What stands on the landing page beside its words. */
export interface LandingPageOptions {
  readonly schema: GraphQLSchema;
  /** True when both upstreams are Pigeon's own sandbox. */
  readonly sandbox: boolean;
  /** False when the schema is not given out. */
  readonly introspection?: boolean;
  /** False when there are no pages on which queries are written. */
  readonly graphiql?: boolean;
  /** False where the metrics have a port of their own. */
  readonly metrics?: boolean;
}

const SDL = new URL('../../schema/schema.graphql', import.meta.url);

/**
 * Serves `GET /`, a page that says what this is and where to go, and the files that clients are built with: the SDL
 * at `/schema.graphql` and Apollo Client's `/possibleTypes.json`.
 */
export const useLandingPage = (options: LandingPageOptions): Plugin => ({
  onRequest: async ({ request, url: { pathname }, endResponse, fetchAPI: { Response } }) => {
    if (request.method !== 'GET' || !isServed(pathname, options)) return;
    const end = (body: string, type: string, more: Record<string, string> = {}) =>
      endResponse(
        new Response(body, { headers: { 'content-type': type, 'cache-control': 'no-cache', ...more } }),
      );
    if (pathname === '/')
      end(page(options), 'text/html; charset=utf-8', { 'content-security-policy': POLICY });
    else if (pathname === '/schema.graphql') end(await readFile(SDL, 'utf8'), 'text/plain; charset=utf-8');
    else if (pathname === '/possibleTypes.json')
      end(JSON.stringify(possibleTypes(options.schema)), 'application/json');
  },
});

/** True unless the route has been switched off. */
const isServed = (
  path: string,
  { sandbox, introspection = true, graphiql = true, metrics = true }: LandingPageOptions,
): boolean =>
  (sandbox || path !== '/demo') &&
  (introspection || !['/schema.graphql', '/possibleTypes.json'].includes(path)) &&
  (graphiql || !['/graphql', '/explain'].includes(path)) &&
  (metrics || path !== '/metrics');

/** The types behind each interface and union, as Apollo Client's cache takes them. */
const possibleTypes = (schema: GraphQLSchema): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.values(schema.getTypeMap())
      .filter(isAbstractType)
      .map((type) => [
        type.name,
        schema
          .getPossibleTypes(type)
          .map(({ name }) => name)
          .toSorted(),
      ]),
  );

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

const LINKS = [
  [
    '/demo',
    'The inbox',
    'An example to copy from: conversations of both APIs, live, in plain HTML and JavaScript.',
  ],
  ['/graphql', 'GraphiQL', 'Explore the graph and ask it, in this browser.'],
  [
    '/explain',
    'What a query costs',
    'Ask a query and see its calls as a waterfall, beside what was planned.',
  ],
  ['/schema.graphql', 'The schema', 'All types in SDL, with the REST calls behind each field.'],
  ['/possibleTypes.json', 'Possible types', 'What Apollo Client needs to know of interfaces and unions.'],
  ['/readyz', 'Readiness', 'Whether this gateway can answer, and why not.'],
  ['/metrics', 'Metrics', 'Counts and times for Prometheus.'],
] as const;

const page = (options: LandingPageOptions): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Pigeon</title>
    <style>
      :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
      body { margin: 0 auto; max-width: 40rem; padding: 3rem 1.25rem; }
      h1 { margin: 0; font-size: 2rem; }
      ul { list-style: none; margin: 2rem 0; padding: 0; }
      li { border-top: 1px solid #8884; padding: .75rem 0; }
      a { font-weight: 600; color: inherit; }
      span { display: block; opacity: .75; }
      code { font: .9em ui-monospace, monospace; }
    </style>
  </head>
  <body>
    <h1>Pigeon</h1>
    <p>One GraphQL graph over two messaging APIs, Bird and courier: typed, batched, joined by person, and live.
    Clients ask <code>POST /graphql</code>, and subscribe there over WebSockets or server-sent events.</p>
    ${options.sandbox ? '<p>This one runs over a sandbox: Pigeon plays both APIs itself, and nobody outside is asked.</p>' : ''}
    <ul>
${LINKS.filter(([href]) => isServed(href, options))
  .map(([href, name, about]) => `      <li><a href="${href}">${name}</a><span>${about}</span></li>`)
  .join('\n')}
    </ul>
  </body>
</html>
`;
