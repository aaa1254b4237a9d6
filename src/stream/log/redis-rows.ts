import type { Entry, State } from './log.ts';
import type { Unplaced } from './transition.ts';

/** An entry of a Redis stream: its id, then its fields by name and value. */
export type StreamRow = [id: string, fields: readonly string[]];

/** What an entry says, without what its place says: the text of the field `e`. */
export const entryText = (entry: Unplaced): string =>
  JSON.stringify([
    entry.messageId,
    entry.channelId,
    entry.audience,
    entry.status,
    entry.nativeStatus,
    entry.previous,
    entry.raised,
    entry.added,
    entry.occurredAt,
    entry.via,
    entry.known,
    entry.removed,
    entry.createdAt,
    entry.people,
  ]);

/** The id of the entry at a position. */
export const idAt = (position: number): string => `${position}-0`;

/** The position that an id stands for. */
export const positionOf = (id: string): number => Number.parseInt(id, 10);

/**
 * A row as the commit writes it: `t`, when it was observed, then `e`, `p`, where the status before it stands, and `f`,
 * where the entry before it does, which rows of earlier versions do not say.
 *
 * @returns undefined for a row that nobody can read: it is missing like one that has gone
 */
const toEntry = ([id, fields]: StreamRow): Entry | undefined => {
  try {
    return entryOf(positionOf(id), fields);
  } catch {
    return undefined;
  }
};

/** The entries of rows, but for those that nobody can read. */
export const toEntries = (rows: readonly StreamRow[]): Entry[] => rows.flatMap((row) => toEntry(row) ?? []);

const entryOf = (
  position: number,
  [, observedAt, , text = '', , previousAt = '0', , follows = `${position - 1}`]: StreamRow[1],
): Entry => {
  const fields = JSON.parse(text);
  const [
    messageId,
    channelId,
    audience,
    status,
    nativeStatus,
    previous,
    raised,
    added,
    occurredAt,
    via,
    known,
    removed = false,
    createdAt = null,
    people = [],
  ] = fields;
  return {
    position,
    follows: Number(follows),
    messageId,
    channelId,
    people,
    audience,
    status,
    nativeStatus,
    previous,
    raised,
    added,
    occurredAt,
    observedAt: Number(observedAt),
    via,
    known,
    removed,
    createdAt,
    previousAt: Number(previousAt),
  };
};

/** What is known of a message as the field of its audience. */
export const stateText = (state: State): string =>
  JSON.stringify([
    state.status,
    state.nativeStatus,
    state.occurredAt,
    state.published,
    state.added,
    state.channelId,
    state.removed,
    state.removedAt,
    state.publishedRemoved,
    state.people,
  ]);

export const toState = (messageId: string, audience: string, text: string): State => {
  const [
    status,
    nativeStatus,
    occurredAt,
    published,
    added,
    channelId,
    removed = false,
    removedAt = 0,
    publishedRemoved = false,
    people = [],
  ] = JSON.parse(text);
  return {
    messageId,
    channelId,
    people,
    audience,
    status,
    nativeStatus,
    occurredAt,
    published,
    added,
    removed,
    removedAt,
    publishedRemoved,
  };
};
