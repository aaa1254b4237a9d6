import type { Plugin } from 'graphql-yoga';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RowCache } from '../ports.ts';
import type { RateLimiter } from '../upstream/rate-limit.ts';
import { SECONDS } from './telemetry/operations.ts';

/** The numbers of one running gateway. Labels hold methods, path templates and outcomes, never a value of anybody. */
export interface Metrics {
  readonly registry: Registry;
  /** Counts and times a request that has been answered; `route` is a template. */
  readonly answered: (request: { method: string; route: string; status: number; seconds: number }) => void;
  /** How many WebSocket operations are under way. */
  readonly operations: Gauge;
  /** Queries that were answered by the execution of the very same one. */
  readonly joined: Counter;
  /** The same rate limiter, whose waits are counted. */
  readonly measureQuota: (limiter: RateLimiter) => RateLimiter;
  /** The same cache, whose reads are counted. */
  readonly measureCache: (cache: RowCache) => RowCache;
  /** Shows a number that is read when the metrics are; none while it is undefined. */
  readonly show: (
    name: string,
    help: string,
    read: () => number | undefined | Promise<number | undefined>,
  ) => void;
  /** Shows numbers that only grow, by a label. */
  readonly showCounts: (
    name: string,
    help: string,
    label: string,
    read: () => Readonly<Record<string, number>>,
  ) => void;
  /** All of them in Prometheus' text format, with its content type. */
  readonly text: () => Promise<{ readonly type: string; readonly body: string }>;
  /** Serves `GET /metrics`. */
  readonly plugin: Plugin;
}

/** One metric with its values. */
export type Measured = Awaited<ReturnType<Registry['getMetricsAsJSON']>>[number];

/** Is told how this process's own numbers are read, and gives those of all that answer behind one port as text. */
export type Gather = (own: () => Promise<readonly Measured[]>) => () => Promise<string>;

/** The process's own numbers: memory, processor, event loop, garbage collection. One process has them once. */
let ofProcess: Registry | undefined;

const processMetrics = (): Registry => {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
};

/**
 * Starts counting.
 *
 * @param version Pigeon's own
 * @param gather gives the numbers of several processes as one
 */
export const createMetrics = (version: string, gather?: Gather): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'pigeon_build_info',
    help: 'Always 1: the versions of Pigeon and Node.',
    labelNames: ['version', 'node'],
    aggregator: 'first',
    registers,
  }).set({ version, node: process.versions.node }, 1);
  const requests = new Histogram({
    name: 'pigeon_http_request_duration_seconds',
    help: 'Requests to Pigeon and how long they took, event streams until their end.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  });
  const waits = new Histogram({
    name: 'pigeon_upstream_quota_wait_seconds',
    help: 'How long calls waited for their turn in an upstream’s quota.',
    buckets: [0, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const turnedAway = new Counter({
    name: 'pigeon_upstream_quota_refusals_total',
    help: 'Calls that were not made because their turn in an upstream’s quota would have come too late.',
    registers,
  });
  const reads = new Counter({
    name: 'pigeon_cache_reads_total',
    help: 'Objects looked for in the cache, and whether they were there.',
    labelNames: ['result'],
    registers,
  });
  const operations = new Gauge({
    name: 'pigeon_websocket_operations',
    help: 'Operations under way over WebSockets.',
    registers,
  });
  const measure = async (): Promise<readonly Measured[]> =>
    (await Promise.all([registry, processMetrics()].map((one) => one.getMetricsAsJSON()))).flat();
  const ofAll = gather?.(measure);
  const joined = new Counter({
    name: 'pigeon_operations_joined_total',
    help: 'Queries that were answered by the execution of the very same one; no other number of operations counts them.',
    registers,
  });
  const text = async () => {
    if (ofAll) return { type: registry.contentType, body: await ofAll() };
    const parts = await Promise.all([registry.metrics(), processMetrics().metrics()]);
    return { type: registry.contentType, body: parts.join('\n') };
  };

  return {
    registry,
    operations,
    joined,
    text,
    show: (name, help, read) => {
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          const value = await read();
          if (value === undefined) this.reset();
          else this.set(value);
        },
      });
    },
    showCounts: (name, help, label, read) => {
      new Counter({
        name,
        help,
        labelNames: [label],
        registers,
        collect() {
          this.reset();
          for (const [of, count] of Object.entries(read())) this.inc({ [label]: of }, count);
        },
      });
    },
    answered: ({ method, route, status, seconds }) => requests.observe({ method, route, status }, seconds),
    measureQuota: (limiter) => {
      const measured = (waitMs: number, longest: number): number => {
        if (waitMs > longest) turnedAway.inc();
        else waits.observe(Math.max(0, waitMs) / 1000);
        return waitMs;
      };
      return (bucket, perSecond, longest) => {
        const waitMs = limiter(bucket, perSecond, longest);
        return typeof waitMs === 'number'
          ? measured(waitMs, longest)
          : waitMs.then((known) => measured(known, longest));
      };
    },
    measureCache: (cache) => {
      const hits = reads.labels('hit');
      const misses = reads.labels('miss');
      return {
        get: (key) => {
          const row = cache.get(key);
          (row === undefined ? misses : hits).inc();
          return row;
        },
        set: (key, row) => cache.set(key, row),
        delete: (key) => cache.delete(key),
      };
    },
    plugin: {
      onRequest: async ({ request, url, endResponse, fetchAPI }) => {
        if (url.pathname !== '/metrics' || request.method !== 'GET') return;
        const { type, body } = await text();
        endResponse(new fetchAPI.Response(body, { headers: { 'content-type': type } }));
      },
    },
  };
};
