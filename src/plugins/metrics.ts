import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { AnswerError, InvalidResponseError, UpstreamError } from '../upstream/errors.ts';
import type { Call, Layer } from '../upstream/send.ts';

/** The numbers of one running gateway. Labels hold methods, path templates and outcomes, never a value of anybody. */
export interface Metrics {
  /** Counts and times each call to an upstream, retries included. */
  readonly measureCalls: Layer;
  /** Counts and times a request that has been answered; `route` is a template. */
  readonly answered: (request: { method: string; route: string; status: number; seconds: number }) => void;
  /** How many WebSocket operations are under way. */
  readonly operations: Gauge;
  /** Shows a number that is read when the metrics are; none while it is undefined. */
  readonly show: (name: string, help: string, read: () => number | undefined) => void;
  /** Serves `GET /metrics`. */
  readonly plugin: Plugin;
}

/** From a cached answer to the slowest that the deadline lets through, in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Starts counting. */
export const createMetrics = (log: Logger): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'pigeon_http_request_seconds',
    help: 'Requests to Pigeon and how long they took, event streams until their end.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers,
  });
  const calls = new Histogram({
    name: 'pigeon_upstream_call_seconds',
    help: 'Calls of Pigeon to an upstream and how long they took.',
    labelNames: ['api', 'method', 'path'],
    buckets: BUCKETS,
    registers,
  });
  const outcomes = new Counter({
    name: 'pigeon_upstream_calls_total',
    help: 'Calls of Pigeon to an upstream by what came of them: 2xx to 5xx, or no usable answer.',
    labelNames: ['api', 'method', 'path', 'outcome'],
    registers,
  });
  const operations = new Gauge({
    name: 'pigeon_websocket_operations',
    help: 'Operations under way over WebSockets.',
    registers,
  });

  return {
    operations,
    show: (name, help, read) => {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          const value = read();
          if (value === undefined) this.reset();
          else this.set(value);
        },
      });
    },
    answered: ({ method, route, status, seconds }) => requests.observe({ method, route, status }, seconds),
    measureCalls: (next) => async (call) => {
      const { api, method, path } = call.operation;
      const started = performance.now();
      const done = (outcome: string) => {
        const ms = performance.now() - started;
        outcomes.inc({ api, method, path, outcome });
        calls.observe({ api, method, path }, ms / 1000);
        log.debug({ api, method, path, outcome, ms: Math.round(ms) }, 'upstream call');
      };
      try {
        const answer = await next(call);
        done(`${Math.floor(answer.status / 100)}xx`);
        return answer;
      } catch (error) {
        done(outcomeOf(error));
        if (error instanceof AnswerError && isNews(error, call)) {
          log.warn({ api, method, path, status: error.status }, 'an upstream refuses Pigeon’s credential');
        }
        throw error;
      }
    },
    plugin: {
      onRequest: async ({ request, url, endResponse, fetchAPI }) => {
        if (url.pathname !== '/metrics' || request.method !== 'GET') return;
        const headers = { 'content-type': registry.contentType };
        endResponse(new fetchAPI.Response(await registry.metrics(), { headers }));
      },
    },
  };
};

/** True for a refusal of Pigeon's own credential that nobody else sees to. */
const isNews = ({ status, forwarded }: AnswerError, { credential }: Call): boolean =>
  [401, 403].includes(status) && !forwarded && !credential.handled?.includes(status);

const outcomeOf = (error: unknown): string => {
  if (error instanceof AnswerError) return `${Math.floor(error.status / 100)}xx`;
  if (error instanceof InvalidResponseError) return 'invalid';
  if (error instanceof UpstreamError) return error.name === 'TimeoutError' ? 'timeout' : 'unavailable';
  return 'cancelled';
};
