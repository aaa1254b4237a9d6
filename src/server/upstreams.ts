import type { BirdConfig, Config, CourierConfig } from '../config/config.ts';
import type { Services } from '../context.ts';
import { courierAccount } from '../courier/login.ts';
import { credential } from '../upstream/auth.ts';
import { breaker } from '../upstream/breaker.ts';
import { coalesce } from '../upstream/coalesce.ts';
import { deadline } from '../upstream/deadline.ts';
import { CONNECTIONS_AN_OPERATION, http } from '../upstream/http.ts';
import { login } from '../upstream/login.ts';
import { outcome } from '../upstream/outcome.ts';
import { localRateLimiter, type RateLimiter, rateLimit } from '../upstream/rate-limit.ts';
import { retry } from '../upstream/retry.ts';
import { type Call, compose, type Layer } from '../upstream/send.ts';
import { share } from '../upstream/share.ts';

/** Both upstreams as configured. */
export interface Upstreams extends Pick<Services, 'bird' | 'courier' | 'courierForwards'> {
  /** Why an upstream cannot be called by Pigeon's own right; undefined while all can. Nothing is asked of the upstream itself. */
  fault(): Promise<string | undefined>;
  /** Lets go of all connections. */
  close(): Promise<void>;
}

/**
 * Puts the layers around each upstream; `observe` sees every single call, retries and logins included.
 * `rateLimiter` is shared by the nodes that share the quotas.
 */
export const connectUpstreams = (
  { bird, courier, sharing }: Pick<Config, 'bird' | 'courier' | 'sharing'>,
  observe: Layer,
  rateLimiter: RateLimiter = localRateLimiter(),
  warn: Services['warn'] = () => {},
): Upstreams => {
  const shared = () => (sharing ? [coalesce()] : []);
  const [toBird, closeBird] = bird ? connectBird(bird, shared, observe, rateLimiter) : [];
  const [toCourier, closeCourier, fault] = courier ? connectCourier(courier, shared, observe, warn) : [];
  return {
    bird: toBird,
    courier: toCourier,
    courierForwards: courier?.forwards ?? false,
    // Those who are called for by their own credential need none of Pigeon's.
    fault: async () => (courier?.forwards ? undefined : fault?.()),
    close: async () => {
      await Promise.all([closeBird?.(), closeCourier?.()]);
    },
  };
};

const connectBird = (
  config: BirdConfig,
  shared: () => readonly Layer[],
  observe: Layer,
  rateLimiter: RateLimiter,
) => {
  const { send, close } = http(config.url);
  /** Bird counts GET and POST apart, per workspace; it documents no quota for the other methods. */
  const quota = (method: string, perSecond: number) => ({
    perSecond,
    bucket: ({ operation, params }: Call) =>
      operation.method === method ? `${method} ${params?.workspaceId ?? ''}` : undefined,
  });
  const toBird = compose(
    send,
    outcome,
    deadline,
    ...shared(),
    retry({ refusedMeansUnprocessed: true }),
    breaker(),
    share(CONNECTIONS_AN_OPERATION),
    rateLimit(rateLimiter, quota('GET', config.getRps), quota('POST', config.postRps)),
    observe,
  );
  /** Hosts that Bird names have no part in its quota, and one that is down must not close Bird's breaker. */
  const elsewhere = compose(send, outcome, deadline, breaker(), observe);
  const upstream = {
    workspaceId: config.workspaceId,
    credential: credential(`AccessKey ${config.accessKey}`, false),
    send: (call: Call) => (call.address === undefined ? toBird(call) : elsewhere(call)),
  };
  return [upstream, close] as const;
};

const connectCourier = (
  config: CourierConfig,
  shared: () => readonly Layer[],
  observe: Layer,
  warn: Services['warn'],
) => {
  const { send, close } = http(config.url);
  const account = config.login && courierAccount(config.login, observe);
  const session = account && login(account, warn);
  const upstream = {
    credential: account?.credential ?? credential(config.authorization ?? '', false),
    send: compose(
      send,
      outcome,
      deadline,
      ...shared(),
      retry({ refusedMeansUnprocessed: false }),
      ...(session ? [session.layer] : []),
      breaker(),
      share(CONNECTIONS_AN_OPERATION),
      observe,
    ),
  };
  const closeAll = async () => {
    session?.close();
    await Promise.all([close(), account?.close()]);
  };
  return [upstream, closeAll, session?.fault] as const;
};
