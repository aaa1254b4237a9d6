import type { Entry } from '../log/log.ts';
import { SubscriberQueue } from './subscriber-queue.ts';

/** Which messages' entries a subscriber wants: those named or in a channel named; undefined is all. */
export interface Interest {
  readonly messages: ReadonlySet<string>;
  readonly channels: ReadonlySet<string>;
}

/** True for an entry that the interest covers. */
export const covers = (interest: Interest | undefined, entry: Entry): boolean =>
  interest === undefined ||
  interest.messages.has(entry.messageId) ||
  (entry.channelId !== null && interest.channels.has(entry.channelId));

/** What a subscriber makes of an entry; undefined when it is not for them. */
export type View = (entry: Entry) => Entry | undefined;

/** How many entries wait for a subscriber before they are conflated. */
const QUEUE = 256;

/** Hands entries on to the subscribers who want them. A message that nobody named costs nothing. */
export class PubSub {
  readonly #everything = new Map<SubscriberQueue, View>();
  readonly #named = new Map<string, Map<SubscriberQueue, View>>();
  readonly #onNamed = new Set<(id: string) => void>();
  readonly #queue: number;
  #size = 0;

  constructor(queue = QUEUE) {
    this.#queue = queue;
  }

  /** How many queues are open. */
  get size(): number {
    return this.#size;
  }

  /** How many messages and channels are named by open queues. */
  get topics(): number {
    return this.#named.size;
  }

  /** The messages and channels that open queues name. */
  named(): Iterable<string> {
    return this.#named.keys();
  }

  /** Hears of every message and channel that nobody named before. */
  onNamed(listener: (id: string) => void): void {
    this.#onNamed.add(listener);
  }

  /** Starts to collect entries; close the queue to stop. */
  open(interest: Interest | undefined, view: View): SubscriberQueue {
    const topics = interest && [...interest.messages, ...interest.channels];
    const queue = new SubscriberQueue(this.#queue, () => {
      this.#size -= 1;
      if (!topics) this.#everything.delete(queue);
      for (const topic of topics ?? []) {
        const queues = this.#named.get(topic);
        queues?.delete(queue);
        if (queues?.size === 0) this.#named.delete(topic);
      }
    });
    this.#size += 1;
    if (!topics) this.#everything.set(queue, view);
    for (const topic of topics ?? []) {
      const queues = this.#named.get(topic);
      this.#named.set(topic, (queues ?? new Map<SubscriberQueue, View>()).set(queue, view));
      if (!queues) for (const listener of this.#onNamed) listener(topic);
    }
    return queue;
  }

  publish(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const byMessage = this.#named.get(entry.messageId);
      const byChannel = entry.channelId === null ? undefined : this.#named.get(entry.channelId);
      push(entry, this.#everything);
      push(entry, byMessage);
      // Who named both gets it once.
      push(entry, byChannel, byMessage);
    }
  }

  /** Ends every queue. */
  close(): void {
    const named = [...this.#named.values()].flatMap((queues) => [...queues.keys()]);
    for (const queue of [...this.#everything.keys(), ...named]) queue.close();
  }
}

const push = (
  entry: Entry,
  queues: Map<SubscriberQueue, View> | undefined,
  except?: Map<SubscriberQueue, View>,
): void => {
  for (const [queue, view] of queues ?? []) {
    const seen = except?.has(queue) ? undefined : view(entry);
    if (seen) queue.push(seen);
  }
};
