import type { Entry } from '../log/log.ts';
import { topicsOf } from '../topics.ts';

/** Which messages' entries a subscriber wants: those named, in a channel named or with people named; undefined is all. */
export interface Interest {
  readonly messages: ReadonlySet<string>;
  readonly channels: ReadonlySet<string>;
  /** Global ids of contacts, individuals and conversations. */
  readonly people?: ReadonlySet<string>;
  /** Channels that are asked about because of them, and whose entries are not wanted for that. */
  readonly watched?: ReadonlySet<string>;
}

/** True for an entry that the interest covers. */
export const covers = (interest: Interest | undefined, entry: Entry): boolean =>
  interest === undefined ||
  interest.messages.has(entry.messageId) ||
  (entry.channelId !== null && interest.channels.has(entry.channelId)) ||
  (interest.people !== undefined &&
    interest.people.size > 0 &&
    topicsOf(entry).some((topic) => interest.people?.has(topic)));

/** What a subscriber makes of an entry; undefined when it is not for them. */
export type View = (entry: Entry) => Entry | undefined;

/** Somebody who reads the log and wants to know when it is worth looking again. */
export interface Follower {
  /**
   * An entry of the interest stands at `position`.
   *
   * @param unbrokenSince every entry behind this position has been announced to whoever it concerns
   */
  announce(position: number, unbrokenSince: number): void;
  /** Entries have gone that were not announced. */
  lose(): void;
  /** The stream is over. */
  end(): void;
}

/**
 * Tells followers that entries of their interest have been written. It carries no entries: what waits for a slow
 * follower is in the log, so nothing is queued here. A message that nobody named costs nothing.
 */
export class PubSub {
  readonly #everything = new Set<Follower>();
  readonly #named = new Map<string, Set<Follower>>();
  readonly #onNamed = new Set<(id: string) => void>();
  #size = 0;
  /** How many followers name people or conversations. */
  #ofPeople = 0;
  #last: number | undefined;
  #unbrokenSince = 0;

  /** How many followers there are. */
  get size(): number {
    return this.#size;
  }

  /** How many messages and channels followers name. */
  get topics(): number {
    return this.#named.size;
  }

  /** The messages and channels that followers name. */
  named(): Iterable<string> {
    return this.#named.keys();
  }

  /** Hears of every message and channel that nobody named before. */
  onNamed(listener: (id: string) => void): void {
    this.#onNamed.add(listener);
  }

  /** Begins to tell a follower; call the result to stop. */
  open(interest: Interest | undefined, follower: Follower): () => void {
    const topics = interest && [
      ...new Set([
        ...interest.messages,
        ...interest.channels,
        ...(interest.people ?? []),
        ...(interest.watched ?? []),
      ]),
    ];
    const ofPeople = interest?.people?.size ? 1 : 0;
    this.#size += 1;
    this.#ofPeople += ofPeople;
    if (!topics) this.#everything.add(follower);
    for (const topic of topics ?? []) {
      const followers = this.#named.get(topic);
      this.#named.set(topic, (followers ?? new Set<Follower>()).add(follower));
      if (!followers) for (const listener of this.#onNamed) listener(topic);
    }
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#size -= 1;
      this.#ofPeople -= ofPeople;
      if (!topics) this.#everything.delete(follower);
      for (const topic of topics ?? []) {
        const followers = this.#named.get(topic);
        followers?.delete(follower);
        if (followers?.size === 0) this.#named.delete(topic);
      }
    };
  }

  /** Announces entries, which come in the log's order. */
  publish(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const { position, follows, messageId, channelId } = entry;
      const isNext = follows === this.#last;
      this.#last = position;
      if (!isNext) {
        // What lies between may concern anybody: everybody looks into the log from where they stand.
        this.#unbrokenSince = position - 1;
        for (const follower of this.#all()) follower.announce(position, position - 1);
        continue;
      }
      for (const follower of this.#everything) follower.announce(position, this.#unbrokenSince);
      const told = new Set<Follower>();
      const tell = (topic: string): void => {
        for (const follower of this.#named.get(topic) ?? []) {
          if (!told.has(follower)) follower.announce(position, this.#unbrokenSince);
          told.add(follower);
        }
      };
      tell(messageId);
      if (channelId !== null) tell(channelId);
      if (this.#ofPeople > 0) for (const topic of topicsOf(entry)) tell(topic);
    }
  }

  /** Tells every follower that entries have gone that were not announced. */
  lose(): void {
    this.#last = undefined;
    for (const follower of this.#all()) follower.lose();
  }

  /** Ends every follower. */
  close(): void {
    for (const follower of this.#all()) follower.end();
  }

  #all(): Set<Follower> {
    return new Set([
      ...this.#everything,
      ...[...this.#named.values()].flatMap((followers) => [...followers]),
    ]);
  }
}
