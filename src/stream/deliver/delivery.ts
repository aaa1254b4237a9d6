import { setTimeout as pause } from 'node:timers/promises';
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  executeSubscriptionEvent,
  validateSubscriptionArgs,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { type Context, createContext } from '../../context.ts';
import type { Sink, StreamEvent } from '../../ports.ts';
import type { StatusLog } from '../log/status-log.ts';
import { Broadcast } from './broadcast.ts';
import { eventOf } from './event.ts';
import type { PubSub } from './pub-sub.ts';
import { Results } from './results.ts';
import { sharingKey } from './sharing-key.ts';
import { type Dismissal, Subscriber } from './subscriber.ts';
import { type Beginning, Subscription } from './subscription.ts';
import { TimeSlices, Turns } from './time-slices.ts';

/** How many passes that lie back are at work at once; the others wait for their turn. */
const PASSES_AT_WORK = 16;

/** How many results of passes that lie back are kept for others that come by: some 2 KB each. */
const RESULTS = 10_000;

/** How long is waited before things are read anew once more when the log has moved no further, in milliseconds. */
const LOST_MS = 1000;

/** Makes what is told of an event; the signal aborts when nobody waits for it any more. */
export type Execute = (
  event: StreamEvent,
  signal?: AbortSignal,
) => ExecutionResult | PromiseLike<ExecutionResult>;

/** How a subscription is delivered. */
export interface DeliveryOptions {
  /** Where its results are written; by default what is returned gives them. */
  readonly sink?: Sink | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The same for all who are told the very same. */
  readonly key: string;
  /** Makes how events are executed; a broadcast asks for it once. */
  readonly execution: () => Execute;
}

/** Delivers the log to subscribers: each event is executed once for all who are told the very same. */
export class Delivery {
  readonly #statusLog: StatusLog;
  readonly #pubSub: PubSub;
  readonly #broadcasts = new Map<string, Broadcast>();
  readonly #slices = new TimeSlices();
  readonly #turns = new Turns(PASSES_AT_WORK);
  readonly #results = new LRUCache<string, ExecutionResult>({ max: RESULTS });

  constructor(statusLog: StatusLog, pubSub: PubSub) {
    this.#statusLog = statusLog;
    this.#pubSub = pubSub;
  }

  /** How many broadcasts there are, and how many subscribers they have. */
  get counts(): { readonly broadcasts: number; readonly subscribers: number } {
    let subscribers = 0;
    for (const { size } of this.#broadcasts.values()) subscribers += size;
    return { broadcasts: this.#broadcasts.size, subscribers };
  }

  /** Begins to deliver a subscription, until its reader returns, the signal aborts or the stream is over. */
  open(subscription: Subscription, { sink, signal, key, execution }: DeliveryOptions): Results {
    const leave = () => {
      signal?.removeEventListener('abort', leave);
      subscriber.leave();
      results.close();
    };
    const results = new Results(leave);
    const subscriber = new Subscriber(sink ?? results);
    if (signal?.aborted) leave();
    else signal?.addEventListener('abort', leave, { once: true });
    sink?.begin?.(results);
    this.deliver(subscription, subscriber, key, execution).then(leave, (error) => results.fail(error));
    return results;
  }

  /**
   * Tells a subscriber how things stand and then all that comes, until they leave or the stream is over. Nobody
   * waits for anybody: whoever does not read is let go of, and is told the newest when they read on.
   */
  async deliver(
    subscription: Subscription,
    subscriber: Subscriber,
    key: string,
    execution: () => Execute,
  ): Promise<void> {
    let why: Dismissal = await this.#begin(subscription.begin(), subscriber, execution);
    let lostAt: number | undefined;
    while (why !== 'left' && why !== 'over') {
      if (why === 'gone') {
        // A log that has lost what it has just named as its end must not be asked in a tight loop.
        if (lostAt === subscriber.position) await pause(LOST_MS, undefined, { ref: false });
        lostAt = subscriber.position;
        why = await this.#begin(await subscription.reconcile(), subscriber, execution);
        continue;
      }
      if (why === 'slow' || why === 'busy') {
        subscriber.late = why === 'slow';
        why = await subscriber.drained();
        continue;
      }
      if (subscriber.left) return;
      // Positions of the log as it was say nothing in the one that it is now.
      if (subscriber.epoch !== this.#statusLog.epoch) {
        why = 'gone';
        continue;
      }
      const told = subscriber.told();
      this.#broadcastOf(subscription, key, execution).join(subscriber);
      why = await told;
    }
  }

  /** Tells one subscriber alone how things stand. */
  async #begin(
    { events, epoch, position, see }: Beginning,
    subscriber: Subscriber,
    execution: () => Execute,
  ): Promise<Dismissal> {
    const { sink } = subscriber;
    const execute = events.length > 0 ? execution() : undefined;
    for (const event of events) {
      if (this.#slices.over) await this.#slices.next();
      if (!sink.free) await subscriber.drained();
      const result = subscriber.left ? undefined : await execute?.(event);
      if (subscriber.left || !result) return 'left';
      sink.write(result);
    }
    subscriber.epoch = epoch;
    subscriber.position = position;
    subscriber.see = see;
    return subscriber.left ? 'left' : 'apart';
  }

  #broadcastOf({ interest, view }: Subscription, key: string, execution: () => Execute): Broadcast {
    const known = this.#broadcasts.get(key);
    if (known) return known;
    const statusLog = this.#statusLog;
    const execute = execution();
    const broadcast = new Broadcast({
      statusLog,
      pubSub: this.#pubSub,
      interest,
      view,
      slices: this.#slices,
      turns: this.#turns,
      results: this.#results,
      execute: (entry, signal) => execute(eventOf(entry, statusLog.epoch), signal),
      onEmpty: () => {
        if (this.#broadcasts.get(key) === broadcast) this.#broadcasts.delete(key);
      },
    });
    this.#broadcasts.set(key, broadcast);
    return broadcast;
  }
}

/** Delivers every subscription that the stream's resolvers open. */
export const useDelivery = (delivery: Delivery): Plugin => ({
  onSubscribe: ({ setSubscribeFn }) => setSubscribeFn((args) => subscribe(args, delivery)),
});

const subscribe = async (args: ExecutionArgs, delivery: Delivery) => {
  const validated = validateSubscriptionArgs(args);
  if (!('schema' in validated)) return { errors: validated };
  const opened = await createSourceEventStream(validated);
  if (!(opened instanceof Subscription)) return opened;
  const context = args.contextValue as Context;
  return delivery.open(opened, {
    sink: context.sink,
    signal: context.signal,
    key: sharingKey(context, args, opened.interest),
    execution: () => executionOf(args),
  });
};

/**
 * How the events of a subscription are executed: each with a context of its own, because the subscription's was
 * made once. Its deadline would be long past, its budget spent, and its loaders would know only how things were.
 */
const executionOf = (args: ExecutionArgs): Execute => {
  const validated = validateSubscriptionArgs(args);
  if (!('schema' in validated)) throw new Error('what was valid stays valid');
  const { services, caller, courierCredential } = args.contextValue as Context;
  return (rootValue, signal) =>
    executeSubscriptionEvent({
      ...validated,
      rootValue,
      contextValue: createContext(services, { caller, courierCredential }, { signal }),
    });
};
