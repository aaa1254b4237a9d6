import {
  INVALID_SPANID,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { RequestScope } from './request-scope.ts';

/**
 * Begins a span below the scope's: below the operation's where there is one, else below the client's. Without an
 * OpenTelemetry provider there is no span, and nothing is done for it.
 */
export const beginSpan = (
  scope: RequestScope | undefined,
  name: string,
  options: SpanOptions,
): Span | undefined => {
  const parent = parentOf(scope);
  const span = trace.getTracer('pigeon').startSpan(name, options, parent);
  const { spanId } = span.spanContext();
  // Where nobody has set a provider, the API gives back the parent, or a span of zeros.
  const isOwn = spanId !== INVALID_SPANID && spanId !== trace.getSpanContext(parent)?.spanId;
  return isOwn ? span : undefined;
};

/** Ends a span; `fault` is a word for what went wrong, never a text of an upstream or of a caller. */
export const endSpan = (span: Span | undefined, fault?: string): void => {
  if (fault !== undefined) span?.setStatus({ code: SpanStatusCode.ERROR, message: fault });
  span?.end();
};

/** The header that names a span to whoever is called from within it. */
export const traceparentOf = (span: Span): string => {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
};

export { SpanKind };

const parentOf = (scope: RequestScope | undefined) => {
  if (scope?.span) return trace.setSpan(ROOT_CONTEXT, scope.span);
  if (scope?.traceparent === undefined) return ROOT_CONTEXT;
  const [, traceId = '', spanId = '', flags = '00'] = scope.traceparent.split('-');
  const traceFlags = Number.parseInt(flags, 16) & 1;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
};
