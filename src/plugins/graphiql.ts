import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'graphql-yoga';
import { type Examples, tabs } from './tabs.ts';

/** What GraphiQL is opened with. */
export interface GraphiqlOptions {
  /** Whom its tabs speak of. */
  readonly examples?: Examples | undefined;
  /** True when callers bring credentials: GraphiQL sends its headers over HTTP, and over WebSockets none. */
  readonly withHeaders?: boolean;
}

/** True when a browser asks for GraphiQL and not for an answer. */
export const asksForPage = ({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean =>
  method === 'GET' && (headers.accept ?? '').includes('text/html');

/** Serves GraphiQL to browsers on `GET /graphql`. Every file comes from Pigeon, nothing from anywhere else. */
export const useGraphiql = (options: GraphiqlOptions = {}): Plugin => {
  let loaded: Promise<Files> | undefined;
  const files = () => {
    loaded ??= load();
    return loaded;
  };
  return {
    onRequest: async ({ request, url, endResponse, fetchAPI: { Response } }) => {
      const { pathname } = url;
      const accept = request.headers.get('accept') ?? '';
      if (pathname === '/graphql' && asksForPage({ method: request.method, headers: { accept } })) {
        endResponse(new Response(page((await files()).base, options), { headers: { ...PAGE_HEADERS } }));
      } else if (pathname.startsWith('/graphql/assets/')) {
        const file = (await files()).at(pathname);
        if (!file) return;
        const encoding = encodingFor(request.headers.get('accept-encoding') ?? '');
        const headers = { ...ASSET_HEADERS, 'content-type': file.type, 'content-encoding': encoding };
        endResponse(new Response(new Uint8Array(await file.as(encoding)), { headers }));
      }
    },
  };
};

type Encoding = 'br' | 'gzip' | 'identity';

interface File {
  readonly type: string;
  /** Its bytes in an encoding; each is made once, when first asked for. */
  readonly as: (encoding: Encoding) => Promise<Buffer>;
}

interface Files {
  /** The path before every file's name. It holds the files' hash, so that they can be kept for ever. */
  readonly base: string;
  readonly at: (path: string) => File | undefined;
}

const JS = 'text/javascript; charset=utf-8';

const load = async (): Promise<Files> => {
  const parts = await import('@graphql-yoga/render-graphiql/graphiql');
  const [, icon = ''] = /^data:[^,]*;base64,(.*)$/s.exec(parts.favicon) ?? [];
  const sources: Readonly<Record<string, readonly [string, string | Buffer]>> = {
    'graphiql.js': [JS, parts.js],
    'graphiql.css': ['text/css; charset=utf-8', parts.css],
    'editor.worker.js': [JS, parts.editorWorkerService],
    'json.worker.js': [JS, parts.jsonWorker],
    'graphql.worker.js': [JS, parts.graphqlWorker],
    'favicon.ico': ['image/x-icon', Buffer.from(icon, 'base64')],
    'start.js': [JS, START],
  };
  const hash = createHash('sha256');
  for (const [, source] of Object.values(sources)) hash.update(source);
  const base = `/graphql/assets/${hash.digest('hex').slice(0, 16)}`;
  const files = new Map(
    Object.entries(sources).map(([name, [type, source]]) => [`${base}/${name}`, fileOf(type, source)]),
  );
  return { base, at: (path) => files.get(path) };
};

const fileOf = (type: string, source: string | Buffer): File => {
  const made = new Map<Encoding, Promise<Buffer>>();
  return {
    type,
    as: (encoding) => {
      const bytes = made.get(encoding) ?? ENCODE[encoding](Buffer.from(source));
      made.set(encoding, bytes);
      return bytes;
    },
  };
};

const ENCODE: Record<Encoding, (bytes: Buffer) => Promise<Buffer>> = {
  // Quality 5 is nearly as small as the best and takes a fraction of its time.
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (bytes) => promisify(gzip)(bytes),
  identity: async (bytes) => bytes,
};

const encodingFor = (accepted: string): Encoding =>
  (['br', 'gzip'] as const).find((encoding) => new RegExp(`\\b${encoding}\\b(?!;q=0)`).test(accepted)) ??
  'identity';

/** A tab that jumps aside when the mouse goes down on it swallows the click; as it is no longer dragged, it stays. */
const STILL_TABS = '.graphiql-tab{transform:none!important}';

/** Begins GraphiQL with the options that the page holds. */
const START = `
const base = document.currentScript.src.replace(/start\\.js$/, '');
const workers = { editorWorkerService: 'editor', json: 'json', graphql: 'graphql' };
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_, label) => base + workers[label] + '.worker.js',
};
YogaGraphiQL.renderYogaGraphiQL(
  document.querySelector('#root'),
  JSON.parse(document.querySelector('#options').textContent),
);
`;

const ASSET_HEADERS = {
  'cache-control': 'public, max-age=31536000, immutable',
  vary: 'Accept-Encoding',
};

/** The policy keeps the promise that nothing is fetched from elsewhere. */
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
};

const page = (base: string, { examples, withHeaders }: GraphiqlOptions): string => {
  const subscriptionsProtocol = withHeaders ? 'SSE' : 'WS';
  const options = { title: 'Pigeon', subscriptionsProtocol, defaultTabs: tabs(examples) };
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Pigeon</title>
    <link rel="icon" href="${base}/favicon.ico">
    <link rel="stylesheet" href="${base}/graphiql.css">
    <style>${STILL_TABS}</style>
  </head>
  <body id="body" class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root"></div>
    <script type="application/json" id="options">${JSON.stringify(options).replaceAll('<', '\\u003c')}</script>
    <script src="${base}/graphiql.js"></script>
    <script src="${base}/start.js"></script>
  </body>
</html>
`;
};
