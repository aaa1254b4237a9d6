import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from '../plugins/metrics.ts';

/** A port for the metrics alone. */
export interface MetricsServer extends AsyncDisposable {
  readonly port: number;
}

/** Serves `GET /metrics` on a port of its own, which need not be reachable from where clients are. */
export const serveMetrics = async (options: {
  readonly host: string;
  readonly port: number;
  readonly read: Metrics['text'];
}): Promise<MetricsServer> => {
  const server = createServer(async ({ method, url = '' }, response) => {
    if (method !== 'GET' || url.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404, { 'content-length': 0 }).end();
      return;
    }
    try {
      const { type, body } = await options.read();
      response.writeHead(200, { 'content-type': type }).end(body);
    } catch {
      response.writeHead(500, { 'content-length': 0 }).end();
    }
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
