import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { UnauthenticatedError } from '../context.ts';
import { asksForPage } from '../plugins/graphiql.ts';
import type { Refusal } from '../plugins/refusal.ts';
import { scopeOf, within } from '../plugins/telemetry/request-scope.ts';
import type { WebhookHandler, Webhooks } from '../stream/webhooks/webhook.ts';
import { readBody } from './body.ts';
import { compress } from './compress.ts';
import type { KnownOrigins } from './known-origins.ts';
import { refuse } from './refuse.ts';
import { allowOrigin } from './request-guard.ts';
import { type Route, routeOf } from './routes.ts';

/** What every HTTP request passes on its way to its answer. */
export interface ListenerOptions<Who> {
  readonly guard: (request: IncomingMessage) => Refusal | undefined;
  /** True when a browser that asks for a page at `/graphql` is given GraphiQL, which needs no credential. */
  readonly graphiql: boolean;
  /** What every answer says unless it says something else itself. */
  readonly headers: ReadonlyMap<string, string>;
  readonly origins: KnownOrigins;
  /** Take what is posted to their routes; GraphQL never sees it. */
  readonly webhooks: Webhooks | undefined;
  /** Says who asks; rejects when nobody it knows. */
  readonly admit: (request: IncomingMessage) => Promise<Who>;
  /** Answers; `body` holds the exact bytes. */
  readonly answer: (
    request: IncomingMessage,
    response: ServerResponse,
    context: { who: Who | undefined; body: Buffer },
  ) => unknown;
  /** Answers an operation that is posted to `/graphql`; false leaves it to `answer`. */
  readonly answerPosted: (
    request: IncomingMessage,
    response: ServerResponse,
    context: { who: Who; body: Buffer },
  ) => boolean | Promise<boolean>;
  readonly answered: (request: { method: string; route: string; status: number; seconds: number }) => void;
  readonly isDraining: () => boolean;
  readonly log: Logger;
}

/** The HTTP side of one gateway. */
export interface Listener {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Resolves when nothing is left that has not been answered. */
  settled(): Promise<void>;
}

/** Routes behind which somebody's data is. */
const GUARDED = new Set<Route | undefined>(['/graphql', '/mcp']);

/** Takes requests in: guard and CORS, then a webhook's handler, or the caller, the body and GraphQL. Each one is counted. */
export const createListener = <Who>(options: ListenerOptions<Who>): Listener => {
  const { guard, admit, answer, log } = options;
  const headers = new Map(options.headers);
  let underWay = 0;
  let idle = Promise.withResolvers<void>();

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const refusal = guard(request);
    if (allowOrigin(options, request, response)) return;
    if (refusal) return refuseAndDrain(request, response, refusal);
    const route = routeOf(request);
    const webhook = handlerOf(options.webhooks, route);
    if (webhook) return takeWebhook(webhook, request, response);
    const guarded = GUARDED.has(route) && !(options.graphiql && asksForPage(request));
    let who: Who | undefined;
    try {
      who = guarded ? await admit(request) : undefined;
    } catch (error) {
      return refuseAndDrain(request, response, strangerRefusal(error, log));
    }
    const read = await readBody(request);
    if ('refusal' in read) return refuse(response, read.refusal);
    if (request.method === 'POST') {
      const isPosted = who !== undefined && request.url === '/graphql';
      if (isPosted && (await options.answerPosted(request, response, { who: who as Who, body: read.bytes })))
        return;
      // The guard has read it with its parameters and in any case; Yoga reads it to the letter.
      if (guarded) request.headers['content-type'] = 'application/json';
      // What Yoga's adapter takes for a body that was read before; a Buffer it would enumerate byte by byte.
      Object.assign(request, { body: Readable.from(read.bytes.length > 0 ? [read.bytes] : []) });
    }
    await answer(request, response, { who, body: read.bytes });
  };

  return {
    handle: (request, response) => {
      const started = performance.now();
      response.setHeaders(headers);
      if (options.isDraining()) response.setHeader('connection', 'close');
      const scope = scopeOf(request.headers, (traceparent) => {
        if (!response.headersSent) response.setHeader('traceparent', traceparent);
      });
      response.setHeader('x-request-id', scope.id);
      compress(request, response);
      if (scope.traceparent !== undefined) response.setHeader('traceparent', scope.traceparent);
      underWay += 1;
      response.once('close', () => {
        underWay -= 1;
        if (underWay === 0) {
          idle.resolve();
          idle = Promise.withResolvers();
        }
        const ms = performance.now() - started;
        const labels = {
          method: request.method ?? '',
          route: routeOf(request) ?? 'none',
          status: response.statusCode,
        };
        options.answered({ ...labels, seconds: ms / 1000 });
        within(scope, () => log.debug({ ...labels, ms: Math.round(ms) }, 'request'));
      });
      within(scope, () => serve(request, response)).catch((error) => {
        if (request.destroyed && !request.complete) return;
        within(scope, () => log.error({ error: error?.name }, 'a request failed outside GraphQL'));
        refuse(response, { status: 500, code: 'INTERNAL', message: 'Pigeon failed in a way nobody foresaw' });
      });
    },
    settled: async () => {
      // What is on its way over a connection that is open already is still taken.
      do {
        if (underWay > 0) await idle.promise;
        await nextTurn();
        await nextTurn();
      } while (underWay > 0);
    },
  };
};

const handlerOf = (webhooks: Webhooks | undefined, route: Route | undefined): WebhookHandler | undefined =>
  webhooks && route && route in webhooks ? webhooks[route as keyof Webhooks] : undefined;

/** Hands the exact bytes over and answers with a bare status. Whoever posts is known by their signature or token. */
const takeWebhook = async (handle: WebhookHandler, request: IncomingMessage, response: ServerResponse) => {
  const read = await readBody(request);
  if ('refusal' in read) return refuse(response, read.refusal);
  if (request.method !== 'POST') {
    response.writeHead(405, { allow: 'POST', 'content-length': 0 }).end();
    return;
  }
  const status = await handle({ url: request.url ?? '', headers: request.headers, body: read.bytes });
  // RFC 9110 §8.6: an answer of 204 has no length.
  response.writeHead(status, status === 204 ? {} : { 'content-length': 0 }).end();
};

/** The body of a refused request is read to its end, so that the client's connection can be kept. */
const refuseAndDrain = async (request: IncomingMessage, response: ServerResponse, refusal: Refusal) => {
  const read = await readBody(request);
  const close = 'refusal' in read ? read.refusal.headers : undefined;
  refuse(response, { ...refusal, headers: { ...refusal.headers, ...close } });
};

const strangerRefusal = (error: unknown, log: Logger): Refusal => {
  if (error instanceof UnauthenticatedError) {
    const headers = { 'www-authenticate': 'Bearer' };
    return { status: 401, code: 'UNAUTHENTICATED', message: error.message, headers };
  }
  log.error({ error: error instanceof Error ? error.name : typeof error }, 'the issuer’s keys cannot be had');
  return { status: 503, code: 'INTERNAL', message: 'tokens cannot be checked at the moment' };
};
