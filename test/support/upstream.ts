import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A request that the upstream was asked. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  /** The query as it came, decoded, in its order: `limit=20&id=a&id=b`. */
  readonly query: string;
  readonly params: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The JSON it carried; undefined when it carried nothing. */
  readonly body: unknown;
}

/** What to answer: a body is sent as JSON with 200 unless it is said otherwise. */
export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, in place of JSON. */
  readonly raw?: string;
  /** Waits before it answers. */
  readonly delayMs?: number;
  /** Waits for this before it answers. */
  readonly until?: Promise<unknown>;
  /** Breaks the connection in place of an answer. */
  readonly destroy?: boolean;
}

/** An answer, or how to make it; `undefined` passes the request on to the next that fits. */
export type Prepared = Answer | ((asked: Asked) => Answer | undefined | Promise<Answer | undefined>);

/** An upstream in process, over real HTTP. */
export interface Upstream extends AsyncDisposable {
  readonly url: string;
  /** All that it was asked, in order. */
  readonly asked: readonly Asked[];
  /** The same as lines `GET /path?query`, which is what most tests compare. */
  calls(): string[];
  /** Prepares more answers, or other ones. */
  answers(prepared: Readonly<Record<string, Prepared>>): void;
  /** Is called when somebody goes away before the answer. */
  onGone(listener: () => void): void;
  close(): Promise<void>;
}

/**
 * Starts an upstream that answers what was prepared under `METHOD /path` or `METHOD /path?query`, the latter
 * first, and 501 with the request's name to everything else. A `*` in a path stands for one segment.
 */
export const startUpstream = async (prepared: Readonly<Record<string, Prepared>> = {}): Promise<Upstream> => {
  const asked: Asked[] = [];
  let gone = () => {};
  let answers = new Map(Object.entries(prepared));

  const find = async (request: Asked): Promise<Answer> => {
    const name = `${request.method} ${request.path}`;
    const patterns = [...answers.keys()].filter((key) => matches(key, name));
    for (const key of [`${name}?${request.query}`, name, ...patterns]) {
      const answer = answers.get(key);
      const made = typeof answer === 'function' ? await answer(request) : answer;
      if (made) return made;
    }
    return { status: 501, body: { message: `the test prepared no answer to ${name}?${request.query}` } };
  };

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://upstream');
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const entry: Asked = {
      method: request.method ?? '',
      path: pathname,
      query: [...searchParams].map(([name, value]) => `${name}=${value}`).join('&'),
      params: searchParams,
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
    asked.push(entry);
    response.once('close', () => response.writableFinished || gone());
    await send(response, await find(entry));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    calls: () => asked.map(({ method, path, query }) => `${method} ${path}${query && `?${query}`}`),
    answers: (more) => {
      answers = new Map([...answers, ...Object.entries(more)]);
    },
    onGone: (listener) => {
      gone = listener;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
};

const matches = (pattern: string, name: string): boolean =>
  pattern.includes('*') &&
  new RegExp(`^${pattern.replace(/[.?+()[\]{}^$|\\]/g, '\\$&').replaceAll('*', '[^/]+')}$`).test(name);

const send = async (response: ServerResponse, answer: Answer): Promise<void> => {
  if (answer.until) await answer.until;
  if (answer.delayMs) await pause(answer.delayMs);
  if (answer.destroy) return void response.destroy();
  const { status = 200, headers, raw, body } = answer;
  response.writeHead(status, {
    ...(status === 204 ? {} : { 'content-type': 'application/json' }),
    ...headers,
  });
  response.end(raw ?? (status === 204 ? undefined : JSON.stringify(body ?? {})));
};
