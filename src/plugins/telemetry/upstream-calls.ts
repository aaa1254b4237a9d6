import type { Logger } from 'pino';
import { Counter, Histogram, type Registry } from 'prom-client';
import { AnswerError, InvalidResponseError, UpstreamError } from '../../upstream/errors.ts';
import type { Call, Layer } from '../../upstream/send.ts';
import { SECONDS } from './operations.ts';
import { currentScope } from './request-scope.ts';
import { beginSpan, endSpan, SpanKind, traceparentOf } from './tracing.ts';
import { type Failure, upstreamFailures } from './upstream-failures.ts';

/** Counts, times, traces and logs each call to an upstream, retries included, and gives it the request's ids. */
export const observeCalls = (registry: Registry, log: Logger): Layer => {
  const registers = [registry];
  const durations = new Histogram({
    name: 'pigeon_upstream_call_duration_seconds',
    help: 'Calls of Pigeon to an upstream and how long they took.',
    labelNames: ['api', 'method', 'path'],
    buckets: SECONDS,
    registers,
  });
  const outcomes = new Counter({
    name: 'pigeon_upstream_calls_total',
    help: 'Calls of Pigeon to an upstream by what came of them: 2xx to 5xx, timeout, unavailable, invalid or cancelled.',
    labelNames: ['api', 'method', 'path', 'outcome'],
    registers,
  });
  const failed = upstreamFailures((details, message) => log.warn(details, message));

  return (next) => async (call) => {
    const { api, method, path } = call.operation;
    const scope = currentScope();
    const span = beginSpan(scope, `${method} ${path}`, {
      kind: SpanKind.CLIENT,
      attributes: { 'pigeon.api': api, 'http.request.method': method, 'url.template': path },
    });
    const started = performance.now();
    const done = (outcome: string, status: number | undefined, failure?: Failure['outcome']) => {
      const ms = performance.now() - started;
      outcomes.inc({ api, method, path, outcome });
      durations.observe({ api, method, path }, ms / 1000);
      if (status !== undefined) span?.setAttribute('http.response.status_code', status);
      endSpan(span, failure);
      if (failure) failed({ api, method, path, outcome: failure, status });
      log.debug({ api, method, path, outcome, ms: Math.round(ms) }, 'upstream call');
    };
    try {
      const answer = await next(withIds(call, span ? traceparentOf(span) : scope?.traceparent, scope?.id));
      done(`${Math.floor(answer.status / 100)}xx`, answer.status);
      return answer;
    } catch (error) {
      const outcome = outcomeOf(error);
      const status = error instanceof AnswerError ? error.status : undefined;
      done(outcome, status, failureOf(error, outcome, call));
      throw error;
    }
  };
};

/** The call with the ids by which an upstream's own log can be searched. A host that an upstream names gets none. */
const withIds = (call: Call, traceparent: string | undefined, id: string | undefined): Call => {
  if (id === undefined || call.address !== undefined) return call;
  const ids = { 'x-request-id': id, ...(traceparent !== undefined && { traceparent }) };
  return { ...call, headers: { ...call.headers, ...ids } };
};

const outcomeOf = (error: unknown): string => {
  if (error instanceof AnswerError) return `${Math.floor(error.status / 100)}xx`;
  if (error instanceof InvalidResponseError) return 'invalid';
  if (error instanceof UpstreamError) return error.name === 'TimeoutError' ? 'timeout' : 'unavailable';
  return 'cancelled';
};

/** What an operator should see to; undefined for what is the caller's affair, such as an id that nobody knows. */
const failureOf = (error: unknown, outcome: string, { credential }: Call): Failure['outcome'] | undefined => {
  if (!(error instanceof AnswerError)) return outcome === 'cancelled' ? undefined : outcome;
  const { status, forwarded } = error;
  // A refusal that is seen to where the credential comes from is told there.
  if (status === 401 || status === 403)
    return forwarded || credential.handled?.includes(status) ? undefined : 'credential refused';
  return status === 429 || status >= 500 ? outcome : undefined;
};
