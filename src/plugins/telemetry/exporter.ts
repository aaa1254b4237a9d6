import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TracingConfig } from '../../config/config.ts';

/**
 * Begins to post spans to a collector, in batches, by OpenTelemetry's protocol over HTTP. Nothing loads this file
 * while nothing is traced. Its end posts what waits.
 */
export const startTracing = async ({ url, serviceName, ratio }: TracingConfig): Promise<AsyncDisposable> => {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    // A client that has decided whether its trace is kept has decided for Pigeon's part of it too.
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${url}/v1/traces` }) }),
    ],
  });
  trace.setGlobalTracerProvider(provider);
  return {
    [Symbol.asyncDispose]: async () => {
      trace.disable();
      await provider.shutdown();
    },
  };
};
