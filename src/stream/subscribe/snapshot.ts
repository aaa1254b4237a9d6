import { audienceOf, type Context } from '../../context.ts';
import { isFinal, rank } from '../../graph/status.ts';
import { readState, recentStates } from '../../joined/lookup.ts';
import type { MessageChange, StreamEvent } from '../../ports.ts';
import { apiOf } from '../audience.ts';
import { eventOf } from '../deliver/event.ts';
import type { Interest, View } from '../deliver/pub-sub.ts';
import type { Entry, State } from '../log/log.ts';
import type { StatusLog } from '../log/status-log.ts';
import { shown } from '../log/transition.ts';
import { type SnapshotVia, writeCursor } from './cursor.ts';
import { gapEvent } from './gap.ts';

/** How many messages of a named channel are told. */
const PER_CHANNEL = 50;

/** How things stood, and from where the entries tell the rest. */
export interface Snapshot {
  readonly events: readonly StreamEvent[];
  /** The log that the positions count in. */
  readonly epoch: string;
  /** Everything up to here is told. */
  readonly position: number;
  /** What was told of each message. */
  readonly told: ReadonlyMap<string, Pick<Entry, 'status' | 'removed'>>;
  /** Every entry behind this position is told after it. */
  readonly toldFrom: number;
}

/** What a snapshot is taken of. */
export interface SnapshotOptions {
  readonly interest: Interest | undefined;
  readonly view: View;
  readonly via: SnapshotVia;
  /** The log that positions count in. */
  readonly epoch: string;
  /** Position from which on nothing may be left out. */
  readonly since: number;
  /** What to do about a reading that fails; it is left out unless this throws. */
  readonly failed: (error: unknown) => void;
}

/**
 * Reads how everything named stands now: each message, and of each channel the newest that still move. In
 * place of what was missed, those that do not move any more are told as well.
 *
 * What is told is remembered first, so that nothing told later falls below it; and whatever was written while
 * it was read is told with it. A client that has seen only a part gets all of it again.
 */
export const takeSnapshot = async (
  context: Context,
  statusLog: StatusLog,
  { interest, view, via, epoch, since, failed }: SnapshotOptions,
): Promise<Snapshot> => {
  const observedAt = new Date();
  if (!interest) {
    // Whoever follows everything cannot be told how everything stands.
    const cursor = writeCursor({ epoch, position: since, within: undefined });
    const events = via === 'RECONCILED' ? [gapEvent('', cursor, observedAt)] : [];
    return { events, epoch, position: since, told: new Map(), toldFrom: since };
  }
  const { readings, incomplete } = await read(context, interest, failed);
  await observe(context, statusLog, readings);
  const position = await statusLog.head();
  const known = await statesOf(context, statusLog, [...interest.messages, ...readings.keys()]);
  const standing = [...new Set([...interest.messages, ...readings.keys()])]
    .flatMap((id) => standingOf(readings.get(id), known.get(id)) ?? [])
    .filter(
      ({ messageId, status }) => via === 'RECONCILED' || interest.messages.has(messageId) || !isFinal(status),
    );
  const told = new Map<string, Pick<Entry, 'status' | 'removed'>>();
  for (const { messageId, status, removed } of standing) told.set(messageId, { status, removed });
  const gaps = via === 'RECONCILED' ? incomplete : [];
  if (standing.length === 0) {
    const cursor = writeCursor({ epoch, position: since, within: undefined });
    return {
      events: gaps.map((id) => gapEvent(id, cursor, observedAt)),
      epoch,
      position: since,
      told,
      toldFrom: since,
    };
  }
  const meanwhile = await statusLog.between(since, position, interest, view);
  const again = writeCursor({ epoch, position: since, within: via });
  const unread = (meanwhile ?? []).filter(({ messageId }) => !told.has(messageId));
  const events = [
    ...(meanwhile ? [] : [gapEvent('', again, observedAt)]),
    ...gaps.map((id) => gapEvent(id, again, observedAt)),
    ...unread.map((entry) => {
      const previous = told.get(entry.messageId)?.status ?? null;
      told.set(entry.messageId, entry);
      return { ...eventOf(entry, epoch), previous, cursor: again };
    }),
    ...standing.map(({ messageId, channelId, people, status, nativeStatus, occurredAt }, index) => ({
      cursor: index === standing.length - 1 ? writeCursor({ epoch, position, within: undefined }) : again,
      messageId,
      channelId,
      people,
      status,
      previous: null,
      nativeStatus,
      occurredAt: new Date(occurredAt),
      observedAt,
      via,
    })),
  ];
  return { events, epoch, position, told, toldFrom: position };
};

/**
 * What REST says of everything named, by message; in channels the oldest first. Beside it what it does not say all
 * of: whatever could not be read, and channels that have more messages than are read.
 */
const read = async (
  context: Context,
  { messages, channels, people = new Set() }: Interest,
  failed: (error: unknown) => void,
): Promise<{ readings: ReadonlyMap<string, MessageChange>; incomplete: readonly string[] }> => {
  // Of people and of conversations with them nothing is read: what was missed cannot be told.
  const incomplete: string[] = [...people];
  const attempt = async <T>(id: string, reading: Promise<T>): Promise<T | undefined> => {
    try {
      return await reading;
    } catch (error) {
      failed(error);
      incomplete.push(id);
      return undefined;
    }
  };
  const found = await Promise.all([
    ...[...messages].map(async (id) => [await attempt(id, readState(context, id))]),
    ...[...channels].map(async (id) => {
      const states = (await attempt(id, recentStates(context, id, PER_CHANNEL))) ?? [];
      if (states.length >= PER_CHANNEL) incomplete.push(id);
      return [...states].reverse();
    }),
  ]);
  const readings = new Map(
    found.flat().flatMap((state) => (state ? [[state.messageId, state] as const] : [])),
  );
  return { readings, incomplete };
};

/** Remembers what is above the state known. */
const observe = async (
  context: Context,
  statusLog: StatusLog,
  readings: ReadonlyMap<string, MessageChange>,
): Promise<void> => {
  const known = await statesOf(context, statusLog, [...readings.keys()]);
  await statusLog.observe(
    [...readings.values()].filter(({ messageId, status, removed }) => {
      const state = known.get(messageId);
      return !state || rank(status) > rank(state.status) || (removed ?? state.removed) !== state.removed;
    }),
  );
};

const statesOf = async (
  context: Context,
  statusLog: StatusLog,
  ids: readonly string[],
): Promise<ReadonlyMap<string, State>> => {
  const of = (api: 'bird' | 'courier') =>
    statusLog.states(
      ids.filter((id) => apiOf(id) === api),
      audienceOf(context, api),
    );
  return new Map([...(await of('bird')), ...(await of('courier'))]);
};

/** What to tell of a message: the higher of what REST says and what is known, of equals what REST says. */
const standingOf = (
  reading: MessageChange | undefined,
  state: State | undefined,
):
  | Pick<Entry, 'messageId' | 'channelId' | 'people' | 'status' | 'removed' | 'nativeStatus' | 'occurredAt'>
  | undefined => {
  const top = reading && (!state || rank(reading.status) >= rank(state.status)) ? reading : state;
  if (!top) return undefined;
  const { messageId, channelId, nativeStatus, people = [] } = top;
  const isLater = state && state.removedAt > (reading?.occurredAt ?? 0);
  const removed = (isLater ? undefined : reading?.removed) ?? state?.removed ?? false;
  const removedAt = isLater ? state.removedAt : (reading?.occurredAt ?? state?.removedAt ?? 0);
  return {
    messageId,
    channelId,
    people,
    status: shown({ status: top.status, removed }),
    removed,
    nativeStatus,
    occurredAt: removed ? removedAt : top.occurredAt,
  };
};
