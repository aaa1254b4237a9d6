import type { Api, Services } from '../../context.ts';
import { decodeId } from '../../graph/ids.ts';
import type { PubSub } from '../deliver/pub-sub.ts';
import { type Log, SERVICE } from '../log/log.ts';
import type { StatusLog } from '../log/status-log.ts';
import { planBird } from './bird.ts';
import { planCourier } from './courier.ts';
import { openPoller } from './poller.ts';
import type { Moment } from './task.ts';
import { Tracked } from './tracked.ts';
import { type Watched, watchedHere } from './watched.ts';

/** How often it is looked what is due, in milliseconds. */
const ROUND_MS = 5_000;

/**
 * The most calls a second. Bird's are a tenth of its quota besides, so that nine tenths are for those who ask
 * Pigeon something. courier documents no quota: that is a few at a time.
 */
const BIRD_PER_SECOND = 5;
const BIRD_SHARE = 0.1;
const COURIER_PER_SECOND = 2;

/** What of all that followers name can be asked about: channels, and every kind of message. */
const POLLED = /(?:Channel|Message|Text|Email)$/;

/**
 * How far back a channel counts as watched that only other nodes' subscribers watch, in milliseconds: since when
 * is not known, and the node that polled before may have gone.
 */
const ELSEWHERE_MS = 30_000;

/** What polling needs. */
export interface PollingOptions {
  /** All services but those that are made after the stream. */
  readonly services: Omit<Services, 'changes' | 'directory'>;
  readonly log: Pick<Log, 'follow'>;
  readonly pubSub: PubSub;
  readonly statusLog: StatusLog;
  /** Bird's quota of GETs a second; 0 = none. */
  readonly birdPerSecond: number;
  /** What all nodes watch, and who of them polls; by default this one alone. */
  readonly watched?: Watched | undefined;
  /** How often it is looked what is due, in milliseconds; 0 leaves that to `round`. */
  readonly everyMs?: number | undefined;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
  /** A clock that nobody sets, in milliseconds: it tells what is due. */
  readonly elapsed: () => number;
}

/** The polling of one running gateway. */
export interface Polling {
  /** Looks what is watched and asks what is due. */
  round(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Heals what webhooks do not tell: a watched message that may still move, and a watched channel, is asked about
 * once nothing was heard of it for a while. Nothing runs while nobody watches.
 */
export const openPolling = (options: PollingOptions): Polling => {
  const { log, pubSub, statusLog, birdPerSecond, watched = watchedHere(), everyMs = ROUND_MS } = options;
  const { now, elapsed } = options;
  const services: Services = { ...options.services, changes: statusLog, directory: undefined };
  const ending = new AbortController();
  /** When each message and channel that is named here began to be. */
  const since = new Map<string, Moment>();
  const apis = new Set<Api>([
    ...(services.bird ? (['bird'] as const) : []),
    // A caller's own credential is not there to be used when they do not ask, and Pigeon's own shows them nothing.
    ...(services.courier && !services.courierForwards ? (['courier'] as const) : []),
  ]);
  const tracked = new Tracked(apis);
  const shared = { services, statusLog, tracked, now, elapsed, signal: ending.signal };
  const birdRate =
    birdPerSecond > 0 ? Math.min(BIRD_PER_SECOND, birdPerSecond * BIRD_SHARE) : BIRD_PER_SECOND;
  const pollers = [
    openPoller({ ...shared, plan: planBird, perSecond: birdRate }),
    openPoller({ ...shared, plan: planCourier, perSecond: COURIER_PER_SECOND }),
  ];
  let timer: NodeJS.Timeout | undefined;

  /** Finds out what is watched; false when it is another node's to poll it. */
  const refresh = async (): Promise<boolean> => {
    const here = new Set([...pubSub.named()].filter((id) => POLLED.test(decodeId(id)?.typename ?? '')));
    for (const id of since.keys()) if (!here.has(id)) since.delete(id);
    const channels = new Set([...here].filter((id) => decodeId(id)?.typename.endsWith('Channel')));
    await watched.announce({ channels, messages: here.difference(channels) });
    if (here.size === 0 || !(await watched.leads())) {
      tracked.clear();
      return false;
    }
    const newlyNamed = tracked.hold(await watched.all(), sinceOf);
    tracked.begin(newlyNamed, await statusLog.states(newlyNamed, SERVICE), sinceOf);
    return true;
  };

  /** Times of the upstreams may be whole seconds. */
  const sinceOf = (id: string): Moment => {
    const elsewhere = { now: now() - ELSEWHERE_MS, elapsed: elapsed() - ELSEWHERE_MS };
    const moment = since.get(id) ?? elsewhere;
    return { ...moment, now: Math.floor(moment.now / 1000) * 1000 };
  };

  let blind = false;
  const tryRefresh = async (): Promise<boolean> => {
    try {
      const polls = await refresh();
      blind = false;
      return polls;
    } catch (error) {
      if (!ending.signal.aborted && !blind) {
        services.warn('it cannot be told what is watched, so nothing is polled', { error: String(error) });
      }
      blind = true;
      return false;
    }
  };

  const poll = () => Promise.all(pollers.map(({ run }) => run()));

  const schedule = (): void => {
    if (everyMs === 0 || ending.signal.aborted) return;
    timer = setTimeout(async () => {
      // An upstream that takes its time must not keep this node from saying what it watches.
      if (await tryRefresh()) void poll();
      timer = undefined;
      // The last look has said that nothing is watched here any more.
      if (since.size > 0) schedule();
    }, everyMs).unref();
  };

  const unfollow = log.follow((entries) => tracked.receive(entries, elapsed()));
  pubSub.onNamed((id) => {
    if (!since.has(id)) since.set(id, { now: now(), elapsed: elapsed() });
    if (!timer) schedule();
  });

  return {
    async round() {
      if (await tryRefresh()) await poll();
    },
    async close() {
      ending.abort(new Error('the gateway closes'));
      clearTimeout(timer);
      unfollow();
      await poll();
      await watched.close();
    },
  };
};
