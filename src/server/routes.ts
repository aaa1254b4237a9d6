import type { IncomingMessage } from 'node:http';

/** Everything that is answered, as templates: metrics and logs name these, because a path may hold a secret. */
const ROUTES = {
  '/': /^\/$/,
  '/schema.graphql': /^\/schema\.graphql$/,
  '/possibleTypes.json': /^\/possibleTypes\.json$/,
  '/graphql': /^\/graphql$/,
  '/graphql/assets/{file}': /^\/graphql\/assets\/[\w.-]+\/[\w.-]+$/,
  '/explain': /^\/explain$/,
  '/demo': /^\/demo$/,
  '/demo/{file}': /^\/demo\/[\w.-]+$/,
  '/mcp': /^\/mcp$/,
  '/webhooks/bird': /^\/webhooks\/bird$/,
  '/webhooks/courier/texts/{token}': /^\/webhooks\/courier\/texts\/[\w-]+$/,
  '/livez': /^\/livez$/,
  '/readyz': /^\/readyz$/,
  '/metrics': /^\/metrics$/,
} as const;

export type Route = keyof typeof ROUTES;

/** Which route a request asks for; undefined where there is none. Nothing is normalized: a path is exact. */
export const routeOf = ({ url = '/' }: Pick<IncomingMessage, 'url'>): Route | undefined => {
  if (url === '/graphql') return url;
  const path = url.split('?', 1)[0] ?? '';
  return (Object.keys(ROUTES) as Route[]).find((route) => ROUTES[route].test(path));
};
