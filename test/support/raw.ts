import { type IncomingHttpHeaders, request } from 'node:http';
import { WebSocket } from 'ws';

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The code of its first GraphQL error, if that is what it is. */
  readonly code: string | undefined;
}

/** A request with any headers at all, `Host` and `Origin` among them, which `fetch` does not let one set. */
export const raw = (
  url: string,
  options: { method?: string; headers?: Readonly<Record<string, string>>; body?: string | Buffer } = {},
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options;
    const sent = request(url, { method, headers }, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text, code: codeOf(text) });
    });
    sent.on('error', reject);
    sent.end(body);
  });

const codeOf = (text: string): string | undefined => {
  try {
    return JSON.parse(text).errors?.[0]?.extensions?.code;
  } catch {
    return undefined;
  }
};

/** Opens a socket with these headers; resolves to the status of the upgrade, 101 when it was let in. */
export const upgrade = (url: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', { headers });
    socket.once('open', () => {
      socket.close();
      resolve(101);
    });
    socket.once('unexpected-response', (_, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.once('error', reject);
  });
