import type { MessageChange, MessageStatus } from '../../ports.ts';

/** The audience of what came by nobody's own credential: webhooks, Pigeon's own calls. */
export const SERVICE = 'service';

/** What one audience already knew of a message when an entry for everybody was written. */
export interface Known {
  readonly status: MessageStatus;
  readonly removed: boolean;
  readonly added: boolean;
}

/**
 * One change as the log keeps it. Its status is the one to show: DELETED while the message is removed, and otherwise
 * never below that of an earlier entry of the message.
 */
export interface Entry extends MessageChange {
  readonly people: readonly string[];
  readonly removed: boolean;
  readonly createdAt: number | null;
  /** Its position in the one order of the log: whole numbers, rising. */
  readonly position: number;
  /** The position that it follows: its own less one, but for the first entry after a `leap`. */
  readonly follows: number;
  /** When Pigeon wrote it, in milliseconds since the epoch. */
  readonly observedAt: number;
  /** The status that was published before, or else that of a reading; null where nothing was told. */
  readonly previous: MessageStatus | null;
  /** Position of the entry that published it; 0 when there is none. */
  readonly previousAt: number;
  /** True when it changed the status shown; otherwise it only says that the message was added. */
  readonly raised: boolean;
  /** By audience: who was ahead of this entry by what only they may know. */
  readonly known: Readonly<Record<string, Known>> | null;
}

/** How far one message has come, as far as one audience may know. */
export interface State {
  readonly messageId: string;
  readonly channelId: string | null;
  readonly people: readonly string[];
  readonly audience: string;
  /** The highest status seen, whether by a change or by reading. */
  readonly status: MessageStatus;
  readonly nativeStatus: string | null;
  readonly occurredAt: number;
  /** Whether the message is removed, whether by a change or by reading. */
  readonly removed: boolean;
  /** When it was removed, or that was taken back, by the upstream's clock; 0 where neither was ever told. */
  readonly removedAt: number;
  /** The highest status that an entry published, or else an earlier, lower reading; null while one reading is all. */
  readonly published: MessageStatus | null;
  /** Whether the message was removed by the last entry. */
  readonly publishedRemoved: boolean;
  readonly added: boolean;
}

/**
 * By how much positions leap with the first entry after a store was started anew. A store that comes back may have
 * lost its end, from which readers hold positions: those are never given to other entries. It is more than are ever
 * lost, not the same twice, and little enough for a million leaps to fit into a cursor.
 *
 * @param random a number from 0 up to 1
 */
export const leap = (random: number): number => Math.floor((1 + random * 9) * 1e8);

/** How much a log keeps. Whatever is beyond either bound goes, oldest first; its age is told by `store/age.ts`. */
export interface LogBounds {
  readonly entries: number;
  readonly entriesMs: number;
  readonly states: number;
  readonly statesMs: number;
}

/**
 * A durable, totally ordered log of what happened to messages, and beside it how far each has come.
 * Everything rejects with `StoreError` when the store cannot be read or written; but where it may come back,
 * `read` and `head` wait for it.
 */
export interface Log {
  /** Names this log: positions of one epoch say nothing in another. It changes only if the store lost everything. */
  readonly epoch: string;
  /**
   * Writes what is new in the changes; resolves after it is safe, with the entries written. A change that
   * neither raises the status nor adds the message is no entry.
   */
  append(changes: readonly MessageChange[]): Promise<readonly Entry[]>;
  /**
   * Remembers what a reading told, so that no later entry falls below it. Others are told when a change
   * confirms it: reading is not news. A reading by somebody's own credential is appended instead, because only
   * they hear of it.
   */
  observe(readings: readonly MessageChange[]): Promise<void>;
  /**
   * The entries behind a position, at most `limit`; none when it is the last one.
   *
   * @returns undefined when entries behind it have gone, or it was never reached
   */
  read(after: number, limit: number): Promise<readonly Entry[] | undefined>;
  /** Position of the last entry ever written; 0 before the first. */
  head(): Promise<number>;
  /** What is known of these messages, for each of the audiences apart. */
  states(messageIds: readonly string[], audiences: readonly string[]): Promise<readonly State[]>;
  /** The same at once, where the store lies in this process. */
  readonly statesNow?: (messageIds: readonly string[], audiences: readonly string[]) => readonly State[];
  /**
   * Hears of every entry from now on, in order, whichever process wrote it. Call the result to stop.
   *
   * @param lost hears that entries have gone of which it will not hear, and that the epoch may be another
   */
  follow(listener: (entries: readonly Entry[]) => void, lost?: () => void): () => void;
  /** Writes what waits and lets go of the store. */
  close(): Promise<void>;
}
