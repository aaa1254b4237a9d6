import type { EventSource, MessageStatus } from '../../ports.ts';
import type { Entry, State } from './log.ts';

type Row = Record<string, unknown>;

/** Ids as a column holds them; null for none. */
const idsText = (ids: readonly string[]): string | null => (ids.length > 0 ? JSON.stringify(ids) : null);

const idsIn = (value: unknown): readonly string[] => (typeof value === 'string' ? JSON.parse(value) : []);

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** A row of the table `entry`. */
export const toEntry = (row: Row): Entry => ({
  position: Number(row.position),
  follows: Number(row.follows),
  messageId: String(row.message_id),
  channelId: text(row.channel_id),
  people: idsIn(row.people),
  audience: String(row.audience),
  status: row.status as MessageStatus,
  nativeStatus: text(row.native_status),
  previous: row.previous as MessageStatus | null,
  raised: row.moved === 1,
  added: row.added === 1,
  occurredAt: Number(row.occurred_at),
  observedAt: Number(row.observed_at),
  via: row.via as EventSource,
  removed: row.removed === 1,
  createdAt: row.created_at === null ? null : Number(row.created_at),
  previousAt: Number(row.previous_at),
  known: typeof row.known === 'string' ? JSON.parse(row.known) : null,
});

/** An entry's columns as `addEntry` takes them. */
export const entryRow = (entry: Entry, keptAt: number) => [
  entry.position,
  entry.follows,
  keptAt,
  entry.messageId,
  entry.channelId,
  entry.audience,
  entry.status,
  entry.nativeStatus,
  entry.previous,
  entry.raised ? 1 : 0,
  entry.added ? 1 : 0,
  entry.occurredAt,
  entry.observedAt,
  entry.via,
  entry.known === null ? null : JSON.stringify(entry.known),
  entry.removed ? 1 : 0,
  entry.createdAt,
  entry.previousAt,
  idsText(entry.people),
];

/** A row of the table `state`. */
export const toState = (row: Row): State => ({
  messageId: String(row.message_id),
  channelId: text(row.channel_id),
  people: idsIn(row.people),
  audience: String(row.audience),
  status: row.status as MessageStatus,
  nativeStatus: text(row.native_status),
  occurredAt: Number(row.occurred_at),
  published: row.told as MessageStatus | null,
  removed: row.removed === 1,
  removedAt: Number(row.removed_at),
  publishedRemoved: row.told_removed === 1,
  added: row.added === 1,
});

/** Where the status that somebody of these audiences was told last stands in the log; 0 when there is none. */
export const publishedAt = (rows: readonly Row[], ...audiences: readonly string[]): number =>
  Math.max(
    0,
    ...rows.filter(({ audience }) => audiences.includes(String(audience))).map((row) => Number(row.told_at)),
  );

/** A state's columns as `putState` takes them. */
export const stateRow = (state: State, keptAt: number, position: number, toldAt: number) => [
  state.messageId,
  state.audience,
  state.channelId,
  state.status,
  state.nativeStatus,
  state.published,
  state.added ? 1 : 0,
  state.occurredAt,
  keptAt,
  position,
  state.removed ? 1 : 0,
  state.removedAt,
  state.publishedRemoved ? 1 : 0,
  toldAt,
  idsText(state.people),
];
