import { rank } from '../../graph/status.ts';
import type { MessageChange, MessageStatus } from '../../ports.ts';
import { type Entry, type Known, SERVICE, type State } from './log.ts';

/** What a change comes to, given what is known of its message. */
export interface Transition {
  /** The entry to write, still without a position and a time; undefined when the change is no news. */
  readonly entry: Omit<Entry, 'position' | 'observedAt'> | undefined;
  /** The state to write; undefined when it stays as it is. */
  readonly state: State | undefined;
}

/** The higher of two statuses where either may be missing. */
const highest = (
  one: MessageStatus | null | undefined,
  other: MessageStatus | null | undefined,
): MessageStatus | null => {
  if (one == null || other == null) return one ?? other ?? null;
  return rank(other) > rank(one) ? other : one;
};

/**
 * Decides what a change is worth: the highest status wins, whatever the order, duplication or loss of changes.
 * Every store of the log decides by this.
 *
 * @param states all that is known of the message, one for each audience
 */
export const reduceStatus = (
  change: MessageChange,
  states: readonly State[],
  kind: 'append' | 'observe',
): Transition => {
  const of = (audience: string) => states.find((state) => state.audience === audience);
  const service = of(SERVICE);
  const own = of(change.audience);
  const best = [service, own].reduce<Pick<MessageChange, 'status' | 'nativeStatus' | 'occurredAt'>>(
    (top, state) => (state && rank(state.status) > rank(top.status) ? state : top),
    change,
  );
  const published = highest(service?.published, own?.published);
  const quiet = kind === 'observe' && change.audience === SERVICE;
  const raised = !quiet && (published === null || rank(best.status) > rank(published));
  const added = !quiet && change.added && !service?.added && !own?.added;
  const { status, nativeStatus, occurredAt } = best;
  const { messageId, audience } = change;
  const channelId = change.channelId ?? own?.channelId ?? service?.channelId ?? null;
  const changed = raised || added;
  return {
    entry: changed
      ? {
          messageId,
          channelId,
          audience,
          status,
          nativeStatus,
          occurredAt,
          via: change.via,
          previous: published,
          raised,
          added,
          known: audience === SERVICE ? knownBeside(states) : null,
        }
      : undefined,
    state:
      changed || !own || rank(status) > rank(own.status)
        ? {
            messageId,
            channelId,
            audience,
            status,
            nativeStatus,
            occurredAt,
            published: raised ? status : (own?.published ?? null),
            added: added || (own?.added ?? false),
          }
        : undefined,
  };
};

/** A change with a time that can be stored: one that cannot must not take others with it. */
export const normalize = (change: MessageChange, observedAt: number): MessageChange => ({
  ...change,
  occurredAt: Number.isFinite(change.occurredAt) ? Math.trunc(change.occurredAt) : observedAt,
});

const knownBeside = (states: readonly State[]): Record<string, Known> | null => {
  const others = states.filter(({ audience }) => audience !== SERVICE);
  if (others.length === 0) return null;
  return Object.fromEntries(others.map(({ audience, status, added }) => [audience, { status, added }]));
};

/**
 * What an entry is to one audience.
 *
 * @returns undefined when it may not know or knew already
 */
export const entryFor = (entry: Entry, audience: string): Entry | undefined => {
  if (entry.audience !== SERVICE) return entry.audience === audience ? entry : undefined;
  const own = entry.known?.[audience];
  if (!own) return entry;
  const raised = entry.raised && rank(entry.status) > rank(own.status);
  const added = entry.added && !own.added;
  if (!raised && !added) return undefined;
  return { ...entry, raised, added, previous: highest(own.status, entry.previous) };
};

/** The furthest of each message's states, by message. */
export const furthest = (states: readonly State[]): ReadonlyMap<string, State> => {
  const found = new Map<string, State>();
  for (const state of states) {
    const other = found.get(state.messageId);
    if (!other || rank(state.status) > rank(other.status)) found.set(state.messageId, state);
  }
  return found;
};
