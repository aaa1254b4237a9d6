import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Span } from '@opentelemetry/api';

/** What is known of the request that is being answered, wherever in the program that happens. */
export interface RequestScope {
  /** The client's `x-request-id` where it sent a usable one, else a new one. */
  readonly id: string;
  /** The client's `traceparent`, as https://www.w3.org/TR/trace-context/ has it; undefined where it sent none. */
  readonly traceparent: string | undefined;
  /** The span of the operation; undefined before it runs, and where nothing is traced. */
  readonly span?: Span | undefined;
  /** Tells the client the trace that its operation is part of, as long as the answer has not begun. */
  readonly announce?: ((traceparent: string) => void) | undefined;
}

const scopes = new AsyncLocalStorage<RequestScope>();

/** Ids that cannot break a log line or a header. */
const USABLE_ID = /^[\w.:/+=@-]{1,128}$/;

/** Version 00, and neither the trace nor the span of zeros, which the standard calls invalid. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The scope that the running code belongs to; undefined outside every request. */
export const currentScope = (): RequestScope | undefined => scopes.getStore();

/** Runs something, and all that follows from it, within a scope. */
export const within = <Result>(scope: RequestScope, run: () => Result): Result => scopes.run(scope, run);

/** The scope of a request with these headers; an unusable id or trace counts as none. */
export const scopeOf = (
  headers: Pick<IncomingHttpHeaders, string> = {},
  announce?: RequestScope['announce'],
): RequestScope => {
  const { 'x-request-id': id, traceparent } = headers;
  return {
    id: typeof id === 'string' && USABLE_ID.test(id) ? id : randomUUID(),
    traceparent: typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? traceparent : undefined,
    announce,
  };
};

/** What every log line says of the request that it belongs to, for pino's `mixin`. */
export const logFields = (): Record<string, string> => {
  const scope = scopes.getStore();
  if (!scope) return {};
  const traceId = scope.span?.spanContext().traceId ?? scope.traceparent?.split('-')[1];
  return { requestId: scope.id, ...(traceId && { traceId }) };
};
