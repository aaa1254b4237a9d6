import { readFile } from 'node:fs/promises';
import type { Plugin } from 'graphql-yoga';

/** What the demo is served with. */
export interface DemoOptions {
  /** The host that the sandbox's files are uploaded to and fetched from: nothing else outside Pigeon is allowed. */
  readonly filesUrl: string;
}

/**
 * Serves `GET /demo`: an inbox over the graph, as an example to copy from. It is an HTML page, a style sheet and a
 * module as they lie in this folder, and the client of graphql-ws.
 */
export const useDemo = ({ filesUrl }: DemoOptions): Plugin => {
  const { origin } = new URL(filesUrl);
  let loaded: ReturnType<typeof load> | undefined;
  return {
    onRequest: async ({ request, url: { pathname }, endResponse, fetchAPI: { Response } }) => {
      if (request.method !== 'GET' || !/^\/demo(?:\/|$)/.test(pathname)) return;
      loaded ??= load(origin);
      const file = (await loaded).get(pathname);
      if (!file) return;
      const [type, text] = file;
      endResponse(
        new Response(text, {
          headers: {
            'content-type': `${type}; charset=utf-8`,
            'cache-control': 'no-cache',
            'content-security-policy': policyFor(origin),
          },
        }),
      );
    },
  };
};

type File = readonly [type: string, text: string];

const JS = 'text/javascript';

const load = async (filesOrigin: string): Promise<ReadonlyMap<string, File>> => {
  const read = (name: string, base: string = import.meta.url) => readFile(new URL(name, base), 'utf8');
  const graphqlWs = import.meta.resolve('graphql-ws/client');
  const client = await read('', graphqlWs);
  // The client is published as a module that imports others beside it.
  const parts = new Set([...client.matchAll(/from '\.\/([\w-]+\.js)'/g)].map(([, name = '']) => name));
  const files: readonly (readonly [string, File])[] = [
    ['/demo', ['text/html', (await read('./inbox.html')).replace('%FILES%', filesOrigin)]],
    ['/demo/inbox.css', ['text/css', await read('./inbox.css')]],
    ['/demo/inbox.js', [JS, await read('./inbox.js')]],
    ['/demo/graphql-ws.js', [JS, client]],
    ...(await Promise.all(
      [...parts].map(
        async (name) => [`/demo/${name}`, [JS, await read(`./${name}`, graphqlWs)] as const] as const,
      ),
    )),
  ];
  return new Map(files);
};

/** Nothing comes from elsewhere but the files of messages, and what the page shows itself before it is sent. */
const policyFor = (files: string): string =>
  `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ${files}; img-src 'self' blob: data: ${files}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
