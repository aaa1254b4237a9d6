import type { Api } from '../../context.ts';
import { isFinal, rank } from '../../graph/status.ts';
import type { Heard } from '../../joined/wishes.ts';
import type { MessageChange, MessageStatus } from '../../ports.ts';
import { apiOf } from '../audience.ts';
import { type Entry, SERVICE, type State } from '../log/log.ts';
import { Backoff, type Scheduled } from './backoff.ts';
import type { Moment } from './task.ts';
import type { WatchSet } from './watched.ts';

/** The longest that a message waits to be polled: what has not moved for so long is rarely waited for. */
const MESSAGE_MOST_MS = 5 * 60_000;

/** The longest that a channel waits: nobody can foresee a new message. */
const CHANNEL_MOST_MS = 60_000;

/** How many messages are followed because of their channel: so many bulk reads take a few seconds in minutes. */
const MOST_BY_CHANNEL = 10_000;

/** A message that may still move. */
export interface TrackedMessage extends Scheduled {
  readonly id: string;
  readonly api: Api;
  channelId: string | null;
  /** The status that subscribers know; undefined when they know none. */
  published: MessageStatus | undefined;
  /** When it last changed by the upstream's clock, in milliseconds. */
  stampAt: number;
  /** True once a list did not show it: it is asked for by itself. */
  alone: boolean;
}

/** A channel in which messages may come and move. */
export interface TrackedChannel extends Scheduled {
  readonly id: string;
  readonly api: Api;
  /** A message made since then is new to who watches, in milliseconds since the epoch. */
  readonly since: number;
  /** The time by the upstream's clock up to which it has been read; undefined before the first time. */
  until: number | undefined;
}

/** What a poll found of one message. */
export interface Reading {
  readonly change: MessageChange;
  /** When it was made by the upstream's clock, in milliseconds. */
  readonly createdAt: number | undefined;
  /** What its author wishes, where it came in and says so. */
  readonly heard?: Heard | undefined;
  /** The time by which its channel's list goes on. */
  readonly listedAt: number | undefined;
}

/**
 * Every message and channel that is watched and may still move. It is one thing, because what is news follows
 * from all that was heard before.
 */
export class Tracked {
  readonly messages = new Map<string, TrackedMessage>();
  readonly channels = new Map<string, TrackedChannel>();
  readonly #apis: ReadonlySet<Api>;
  #named: ReadonlySet<string> = new Set();
  /** Named messages whose state has been looked up. */
  #known = new Set<string>();

  /** @param apis the upstreams that are polled */
  constructor(apis: ReadonlySet<Api>) {
    this.#apis = apis;
  }

  /**
   * Holds to what is watched now.
   *
   * @param since when a channel began to be watched
   * @returns the messages named for the first time: `begin` must be told their states
   */
  hold({ messages, channels }: WatchSet, since: (channelId: string) => Moment): string[] {
    this.#named = messages;
    this.#known = this.#known.intersection(messages);
    for (const id of this.channels.keys()) if (!channels.has(id)) this.channels.delete(id);
    for (const id of channels) {
      const api = apiOf(id);
      if (this.channels.has(id) || !this.#apis.has(api)) continue;
      const from = since(id);
      this.channels.set(id, {
        id,
        api,
        since: from.now,
        until: undefined,
        backoff: new Backoff(from.elapsed, CHANNEL_MOST_MS),
      });
    }
    for (const { id, channelId } of this.messages.values()) {
      if (!messages.has(id) && !this.channels.has(channelId ?? '')) this.messages.delete(id);
    }
    return [...messages].filter((id) => !this.#known.has(id) && this.#apis.has(apiOf(id)));
  }

  /** Follows named messages, given what is known of them and since when they are named. */
  begin(
    ids: readonly string[],
    states: ReadonlyMap<string, State>,
    since: (messageId: string) => Moment,
  ): void {
    for (const id of ids) {
      const state = states.get(id);
      this.#known.add(id);
      // Final by a reading that nobody was told of who had been told less: that is still to be told.
      const waits = state?.published != null && !isFinal(state.published);
      if (state && isFinal(state.status) && !waits && !state.removed) continue;
      this.#follow(id, state, since(id).elapsed);
    }
  }

  /** Takes in what was written, wherever it came from. */
  receive(entries: readonly Entry[], elapsed: number): void {
    for (const { messageId, channelId, audience, status, removed, occurredAt } of entries) {
      const channel = this.channels.get(channelId ?? '');
      channel?.backoff.reset(elapsed);
      if (audience !== SERVICE) continue;
      if (!this.#moves(messageId, status, removed)) {
        this.messages.delete(messageId);
        continue;
      }
      const message = this.messages.get(messageId);
      if (message) {
        // Of a removed message it is not told how far it has come.
        if (!removed) message.published = status;
        message.channelId ??= channelId;
        message.stampAt = occurredAt;
        message.backoff.reset(elapsed);
      } else if (channel || this.#named.has(messageId)) {
        this.#follow(messageId, { channelId, published: status, status, occurredAt }, elapsed);
      }
    }
  }

  /** True when a message may still move: a removed one that is named may come back, wherever it stands. */
  #moves(messageId: string, status: MessageStatus, removed: boolean | null | undefined): boolean {
    return removed ? this.#named.has(messageId) : !isFinal(status);
  }

  /**
   * What of the readings is news.
   *
   * @param channel the channel whose list they are of, where it is watched
   */
  news(
    readings: readonly Reading[],
    states: ReadonlyMap<string, State>,
    channel: TrackedChannel | undefined,
  ): MessageChange[] {
    return readings.flatMap(({ change, createdAt }) => {
      const message = this.messages.get(change.messageId);
      const state = states.get(change.messageId);
      const added = channel !== undefined && (createdAt ?? 0) >= channel.since && !state?.added;
      const published = message ? message.published : (state?.published ?? state?.status);
      // A reading of what nobody follows and nobody was told of is no news.
      const isBack = change.removed != null && change.removed !== (state?.publishedRemoved ?? false);
      const isHigher = published === undefined || rank(change.status) > rank(published);
      const raised = (message || state) && (isBack || isHigher);
      return added || raised ? [{ ...change, added }] : [];
    });
  }

  /**
   * Takes in readings whose news are written.
   *
   * @param raised the messages that they were news of
   * @param asked the messages that were asked for by id, and count as polled
   */
  settle(
    readings: readonly Reading[],
    channel: TrackedChannel | undefined,
    raised: ReadonlySet<string>,
    asked: ReadonlySet<TrackedMessage>,
    elapsed: number,
  ): void {
    for (const { change, listedAt } of readings) {
      const { messageId, channelId, status, removed, occurredAt } = change;
      const message = this.messages.get(messageId);
      if (channel && listedAt !== undefined) channel.until = Math.max(channel.until ?? listedAt, listedAt);
      if (!this.#moves(messageId, status, removed)) this.messages.delete(messageId);
      else if (message) {
        message.channelId ??= channelId;
        message.stampAt = occurredAt;
        if (!raised.has(messageId) && !asked.has(message)) message.backoff.increase(elapsed);
      } else if (channel)
        this.#follow(messageId, { channelId, published: status, status, occurredAt }, elapsed);
    }
  }

  clear(): void {
    this.#named = new Set();
    this.messages.clear();
    this.channels.clear();
    this.#known.clear();
  }

  #follow(
    id: string,
    state: Pick<State, 'channelId' | 'published' | 'status' | 'occurredAt'> | undefined,
    followedSince: number,
  ): void {
    if (!this.#apis.has(apiOf(id))) return;
    if (this.messages.size >= MOST_BY_CHANNEL && !this.#named.has(id)) return;
    this.messages.set(id, {
      id,
      api: apiOf(id),
      channelId: state?.channelId ?? null,
      published: state?.published ?? state?.status,
      stampAt: state?.occurredAt ?? 0,
      alone: false,
      backoff: new Backoff(followedSince, MESSAGE_MOST_MS),
    });
  }
}
