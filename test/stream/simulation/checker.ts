import { rank } from '../../../src/graph/status.ts';
import type { MessageStatus, StreamEvent } from '../../../src/ports.ts';
import type { Entry } from '../../../src/stream/log/log.ts';
import { readCursor } from '../../../src/stream/subscribe/cursor.ts';

/** One client, as the checker knows it: what it was told, whatever it had to do for that. */
export interface Witness {
  readonly name: string;
  /** True for what it follows. */
  readonly follows: (message: { readonly messageId: string; readonly channelId: string | null }) => boolean;
  /** The status that it was told last of each message; forgotten where a gap was told. */
  readonly told: Map<string, { readonly status: MessageStatus; readonly wasRead: boolean }>;
  /** How far it knows each message to be, also by reading it again after a gap. */
  readonly knows: Map<string, number>;
  cursor: string | undefined;
  /** How many entries had been acknowledged when it began; undefined before. */
  since: number | undefined;
  /** True while it may still be told of readings that the store has forgotten since. */
  doubts: boolean;
  /** Entries that the store lost and that it could not know to be missing. */
  readonly excused: Set<Entry>;
}

/** A webhook that was answered well. */
interface Answered {
  readonly messageId: string;
  readonly height: number;
  lost: boolean;
}

interface Acknowledged {
  readonly entry: Entry;
  readonly epoch: string;
  lost: boolean;
}

/** A rule was broken. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/**
 * Knows three sentences: nothing acknowledged is lost, no status regresses, no resume has an untold gap. It hears what
 * the log acknowledged, what became of the store, and what every client was told.
 */
export class Checker {
  readonly #acknowledged: Acknowledged[] = [];
  readonly #answered: Answered[] = [];
  readonly witnesses: Witness[] = [];

  witness(name: string, follows: Witness['follows']): Witness {
    const witness: Witness = {
      name,
      follows,
      told: new Map(),
      knows: new Map(),
      cursor: undefined,
      since: undefined,
      doubts: false,
      excused: new Set(),
    };
    this.witnesses.push(witness);
    return witness;
  }

  /** A client is subscribed; while it was told nothing it has no cursor, and begins anew. */
  subscribed(witness: Witness): void {
    if (witness.cursor === undefined) witness.since = this.#acknowledged.length;
    witness.doubts = false;
  }

  /** The log said of entries that they are written. */
  acknowledge(entries: readonly Entry[], epoch: string): void {
    for (const entry of entries) this.#acknowledged.push({ entry, epoch, lost: false });
  }

  /** A webhook was answered well that said how far a message has come. */
  answer(messageId: string, height: number): void {
    this.#answered.push({ messageId, height, lost: false });
  }

  /**
   * A client was told an event.
   *
   * @param reads what it finds when it reads messages again, as a gap tells it to: how far each has come
   */
  tell(witness: Witness, event: StreamEvent, reads: () => Iterable<readonly [string, number]>): void {
    witness.cursor = event.cursor;
    if (event.via === 'GAP') {
      witness.told.clear();
      for (const [messageId, height] of reads()) this.#learns(witness, messageId, height);
      return;
    }
    const { messageId, status, via } = event;
    const before = witness.told.get(messageId);
    if (before && rank(status) < rank(before.status)) {
      throw new Violation(`a status regresses: ${witness.name} is told ${status} after ${before.status}`);
    }
    const wasRead = via === 'SNAPSHOT' || via === 'RECONCILED';
    if (wasRead && witness.doubts) witness.told.delete(messageId);
    else witness.told.set(messageId, { status, wasRead });
    this.#learns(witness, messageId, rank(status));
  }

  #learns(witness: Witness, messageId: string, height: number): void {
    witness.knows.set(messageId, Math.max(height, witness.knows.get(messageId) ?? 0));
  }

  /**
   * The store has lost what stood behind a position. Whoever stands before that cannot miss what is lost; all others
   * hold a cursor which says that there was more, and must be told. What was told of a reading has no entry, so of
   * that nobody can know that the store has forgotten it.
   *
   * @param position -1 where it has lost everything
   */
  lose(epoch: string, position: number): void {
    const gone = this.#acknowledged.filter(
      (one) => !one.lost && one.epoch === epoch && one.entry.position > position,
    );
    for (const one of [...gone, ...this.#answered]) one.lost = true;
    for (const witness of this.witnesses) {
      witness.doubts = true;
      for (const [messageId, { wasRead }] of witness.told) if (wasRead) witness.told.delete(messageId);
      const cursor = witness.cursor === undefined ? undefined : readCursor(witness.cursor);
      if (cursor && (cursor.epoch !== epoch || cursor.position > position)) continue;
      for (const { entry } of gone) witness.excused.add(entry);
    }
  }

  /** What clients still lack of all that was acknowledged since they subscribed; the end must come to nothing. */
  *missing(): Iterable<string> {
    for (const witness of this.witnesses) {
      if (witness.since === undefined) {
        yield `${witness.name} was never subscribed`;
        continue;
      }
      for (const { entry, lost } of this.#acknowledged.slice(witness.since)) {
        if (!witness.follows(entry) || !entry.raised || witness.excused.has(entry)) continue;
        if ((witness.knows.get(entry.messageId) ?? -1) >= rank(entry.status)) continue;
        const what = `${entry.status} at ${entry.position}${lost ? ', which the store lost' : ''}`;
        yield `an untold gap: ${witness.name} was never told ${what}`;
      }
    }
  }

  /** The oldest of the last so many entries that the store should have; undefined where there is none. */
  oldestOf(count: number): Entry | undefined {
    const there = this.#acknowledged.filter(({ lost }) => !lost).map(({ entry }) => entry);
    return there.sort((one, other) => one.position - other.position).at(-Math.min(count, there.length));
  }

  /**
   * What of the acknowledged is not in the store.
   *
   * @param heightOf how far the store knows a message to be
   */
  *lacking(heightOf: (messageId: string) => number): Iterable<string> {
    for (const { entry, lost } of this.#acknowledged) {
      if (lost || heightOf(entry.messageId) >= rank(entry.status)) continue;
      yield `what was acknowledged is lost: ${entry.status} at ${entry.position}`;
    }
    for (const { messageId, height, lost } of this.#answered) {
      if (!lost && heightOf(messageId) < height) yield 'what was acknowledged is lost: a webhook';
    }
  }
}
