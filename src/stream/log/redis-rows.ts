import type { Entry, State } from './log.ts';

/** An entry of a Redis stream: its id, then its fields by name and value. */
export type StreamRow = [id: string, fields: string[]];

/** What an entry says, without what its place says: the text of the field `e`. */
export const entryText = (entry: Omit<Entry, 'position' | 'observedAt'>): string =>
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
  ]);

/** The id of the entry at a position. */
export const idAt = (position: number): string => `${position}-0`;

/** The position that an id stands for. */
export const positionOf = (id: string): number => Number.parseInt(id, 10);

/** A row as the commit writes it: `t`, when it was observed, then `e`. */
export const toEntry = ([id, [, observedAt, , text = '']]: StreamRow): Entry => {
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
  ] = fields;
  return {
    position: positionOf(id),
    messageId,
    channelId,
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
  ]);

export const toState = (messageId: string, audience: string, text: string): State => {
  const [status, nativeStatus, occurredAt, published, added, channelId] = JSON.parse(text);
  return { messageId, channelId, audience, status, nativeStatus, occurredAt, published, added };
};
