import type { Entry } from '../log/log.ts';
import { Feed } from './subscriber-queue.ts';

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
export class Hub {
  readonly #everything = new Map<Feed, View>();
  readonly #named = new Map<string, Map<Feed, View>>();
  readonly #onNamed = new Set<(id: string) => void>();
  readonly #queue: number;
  #size = 0;

  constructor(queue = QUEUE) {
    this.#queue = queue;
  }

  /** How many feeds are open. */
  get size(): number {
    return this.#size;
  }

  /** How many messages and channels are named by open feeds. */
  get topics(): number {
    return this.#named.size;
  }

  /** The messages and channels that open feeds name. */
  named(): Iterable<string> {
    return this.#named.keys();
  }

  /** Hears of every message and channel that nobody named before. */
  onNamed(listener: (id: string) => void): void {
    this.#onNamed.add(listener);
  }

  /** Starts to collect entries; close the feed to stop. */
  open(interest: Interest | undefined, view: View): Feed {
    const topics = interest && [...interest.messages, ...interest.channels];
    const feed = new Feed(this.#queue, () => {
      this.#size -= 1;
      if (!topics) this.#everything.delete(feed);
      for (const topic of topics ?? []) {
        const feeds = this.#named.get(topic);
        feeds?.delete(feed);
        if (feeds?.size === 0) this.#named.delete(topic);
      }
    });
    this.#size += 1;
    if (!topics) this.#everything.set(feed, view);
    for (const topic of topics ?? []) {
      const feeds = this.#named.get(topic);
      this.#named.set(topic, (feeds ?? new Map<Feed, View>()).set(feed, view));
      if (!feeds) for (const listener of this.#onNamed) listener(topic);
    }
    return feed;
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

  /** Ends every feed. */
  close(): void {
    const named = [...this.#named.values()].flatMap((feeds) => [...feeds.keys()]);
    for (const feed of [...this.#everything.keys(), ...named]) feed.close();
  }
}

const push = (entry: Entry, feeds: Map<Feed, View> | undefined, except?: Map<Feed, View>): void => {
  for (const [feed, view] of feeds ?? []) {
    const seen = except?.has(feed) ? undefined : view(entry);
    if (seen) feed.push(seen);
  }
};
