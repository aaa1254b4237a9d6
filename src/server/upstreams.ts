import type { BirdConfig, Config, CourierConfig } from '../config/config.ts';
import type { Services } from '../context.ts';
import { credential } from '../upstream/auth.ts';
import { breaker } from '../upstream/breaker.ts';
import { coalesce } from '../upstream/coalesce.ts';
import { deadline } from '../upstream/deadline.ts';
import { CONNECTIONS_AN_OPERATION, http } from '../upstream/http.ts';
import { outcome } from '../upstream/outcome.ts';
import { localRateLimiter, type RateLimiter, rateLimit } from '../upstream/rate-limit.ts';
import { retry } from '../upstream/retry.ts';
import { type Call, compose, type Layer } from '../upstream/send.ts';
import { share } from '../upstream/share.ts';

/** Both upstreams as configured. */
export interface Upstreams extends Pick<Services, 'bird' | 'courier' | 'courierForwards'> {
  /** Lets go of all connections. */
  close(): Promise<void>;
}

/**
 * Puts the layers around each upstream; `observe` sees every single call, retries included. `rateLimiter`
 * is shared by the nodes that share the quotas.
 */
export const connectUpstreams = (
  { bird, courier }: Pick<Config, 'bird' | 'courier'>,
  observe: Layer,
  rateLimiter: RateLimiter = localRateLimiter(),
): Upstreams => {
  const [toBird, closeBird] = bird ? connectBird(bird, observe, rateLimiter) : [];
  const [toCourier, closeCourier] = courier ? connectCourier(courier, observe) : [];
  return {
    bird: toBird,
    courier: toCourier,
    courierForwards: courier?.forwards ?? false,
    close: async () => {
      await Promise.all([closeBird?.(), closeCourier?.()]);
    },
  };
};

const connectBird = (config: BirdConfig, observe: Layer, rateLimiter: RateLimiter) => {
  const { send, close } = http(config.url);
  /** Bird counts GET and POST apart, per workspace; it documents no quota for the other methods. */
  const quota = (method: string, perSecond: number) => ({
    perSecond,
    bucket: ({ operation, params }: Call) =>
      operation.method === method ? `${method} ${params?.workspaceId ?? ''}` : undefined,
  });
  const upstream = {
    workspaceId: config.workspaceId,
    credential: credential(`AccessKey ${config.accessKey}`, false),
    send: compose(
      send,
      outcome,
      deadline,
      coalesce(),
      retry({ refusedMeansUnprocessed: true }),
      breaker(),
      share(CONNECTIONS_AN_OPERATION),
      rateLimit(rateLimiter, quota('GET', config.getRps), quota('POST', config.postRps)),
      observe,
    ),
  };
  return [upstream, close] as const;
};

const connectCourier = (config: CourierConfig, observe: Layer) => {
  const { send, close } = http(config.url);
  const upstream = {
    credential: credential(config.authorization ?? '', false),
    send: compose(
      send,
      outcome,
      deadline,
      coalesce(),
      retry({ refusedMeansUnprocessed: false }),
      breaker(),
      share(CONNECTIONS_AN_OPERATION),
      observe,
    ),
  };
  return [upstream, close] as const;
};
