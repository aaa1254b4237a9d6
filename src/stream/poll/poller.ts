import { type Context, createContext, type Services } from '../../context.ts';
import { AnswerError, LoginError, UpstreamError } from '../../upstream/errors.ts';
import { SERVICE } from '../log/log.ts';
import type { StatusLog } from '../log/status-log.ts';
import type { PollPlan, Task } from './task.ts';
import type { Tracked } from './tracked.ts';

/** How long a poller works at a stretch, in milliseconds: then it lets others run. */
const STRETCH_MS = 5_000;

/** How long polling rests after a failure; twice as long after each further one, up to the most. */
const REST_MS = 10_000;
const MOST_REST_MS = 5 * 60_000;

/** Pigeon itself, which may only read. */
export const PIGEON: Pick<Context, 'caller' | 'courierCredential'> = {
  caller: {
    key: 'pigeon',
    known: true,
    may: (_api, right) => right === 'read',
    admin: false,
    expiresAt: undefined,
  },
  courierCredential: undefined,
};

/** What one upstream is polled with. */
export interface PollerOptions {
  readonly services: Services;
  readonly statusLog: StatusLog;
  readonly tracked: Tracked;
  readonly plan: PollPlan;
  /** The most calls a second. */
  readonly perSecond: number;
  /** The clock, in milliseconds since the epoch, and the one that nobody sets. */
  readonly now: () => number;
  readonly elapsed: () => number;
  readonly signal: AbortSignal;
}

/**
 * The polling of one upstream: one call after the other, never two at once, and so few a second that whoever
 * asks Pigeon something always has nearly all of the quota.
 */
export const openPoller = ({
  services,
  statusLog,
  tracked,
  plan,
  perSecond,
  now,
  elapsed,
  signal,
}: PollerOptions) => {
  const depth = Math.max(1, (perSecond * STRETCH_MS) / 1000);
  let credit = depth;
  let filledAt = elapsed();
  let restsUntil = 0;
  let failures = 0;

  /** Asks, and writes what is news. */
  const perform = async (task: Task): Promise<void> => {
    const { channel, messages } = task;
    const context = createContext(services, PIGEON, { signal });
    // What fails counts as polled as well, so that it holds up nothing else.
    for (const { backoff } of [...messages, ...(channel ? [channel] : [])]) backoff.increase(elapsed());
    const readings = await task.read(context).finally(() => {
      credit -= context.spent.calls;
    });
    for (const { heard } of readings) if (heard) await services.optOuts.hear(heard.somebody, heard.wish);
    const ids = new Set(readings.map(({ change }) => change.messageId));
    const news = tracked.news(readings, await statusLog.states([...ids], SERVICE), channel);
    await statusLog.append(news);
    tracked.settle(
      readings,
      channel,
      new Set(news.map(({ messageId }) => messageId)),
      new Set(messages),
      elapsed(),
    );
    missed(messages.filter(({ id }) => !ids.has(id)));
  };

  /** What a list does not show is asked for by itself, and what is not there at all hardly ever. */
  const missed = (messages: Task['messages']): void => {
    for (const message of messages) {
      if (message.alone) message.backoff.rest(elapsed());
      message.alone = true;
    }
  };

  const fail = (error: unknown, { channel, messages }: Task): void => {
    if (signal.aborted) return;
    if (isOwnFault(error)) {
      channel?.backoff.rest(elapsed());
      missed(messages);
      return;
    }
    const after = error instanceof UpstreamError ? (error.retryAfter ?? 0) * 1000 : 0;
    restsUntil = elapsed() + Math.max(after, Math.min(REST_MS * 2 ** failures, MOST_REST_MS));
    failures += 1;
    // A login that fails has been warned of already.
    if (failures > 1 || error instanceof LoginError) return;
    const reason = error instanceof Error ? error.message : String(error);
    services.warn('what is watched cannot be polled', { error: reason });
  };

  const work = async (): Promise<void> => {
    const started = elapsed();
    credit = Math.min(depth, credit + ((started - filledAt) / 1000) * perSecond);
    filledAt = started;
    while (credit >= 1 && elapsed() < started + STRETCH_MS && elapsed() >= restsUntil && !signal.aborted) {
      const task = plan(tracked, { now: now(), elapsed: elapsed() });
      if (!task) return;
      try {
        await perform(task);
        failures = 0;
      } catch (error) {
        fail(error, task);
      }
    }
  };

  let working: Promise<void> | undefined;

  return {
    /** Asks what is due, as far as the rate lets it; resolves when that is answered, and never rejects. */
    run(): Promise<void> {
      working ??= work().finally(() => {
        working = undefined;
      });
      return working;
    },
  };
};

/** True for a refusal that is about what was asked for, and not about the upstream's health or the credential. */
const isOwnFault = (error: unknown): boolean =>
  error instanceof AnswerError && error.status < 500 && ![401, 408, 429].includes(error.status);
