import { rank } from '../../graph/status.ts';
import type { MessageChange, MessageStatus, Standing } from '../../ports.ts';
import { type Entry, type Known, SERVICE, type State } from './log.ts';

/** An entry without what its place in the log says. */
export type Unplaced = Omit<Entry, 'position' | 'follows' | 'observedAt' | 'previousAt'>;

/** What a change comes to, given what is known of its message. */
export interface Transition {
  /** The entry to write; undefined when the change is no news. */
  readonly entry: Unplaced | undefined;
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

type Removal = Pick<Standing, 'removed' | 'removedAt'>;

/** What was said last of a message's removal, by the upstream's clock; of one moment what is said now. */
const latest = <R extends Removal>(removals: readonly (R | undefined)[]): R | undefined =>
  removals.reduce((last, one) => (one && one.removedAt >= (last?.removedAt ?? 0) ? one : last), undefined);

/** The status to show: DELETED while the message is removed. */
export const shown = ({ status, removed }: Pick<State, 'status' | 'removed'>): MessageStatus =>
  removed ? 'DELETED' : status;

/**
 * Decides what a change is worth: the highest status wins, whatever the order, duplication or loss of changes. A
 * removal comes and goes beside it, as it was said last. Every store of the log decides by this.
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
    // Of equals the first, which says when the message came so far.
    (top, state) => (state && rank(state.status) >= rank(top.status) ? state : top),
    change,
  );
  const said = change.removed == null ? undefined : { removed: change.removed, removedAt: change.occurredAt };
  const { removed, removedAt } = latest<Removal>([service, own, said]) ?? { removed: false, removedAt: 0 };
  const published = highest(service?.published, own?.published);
  const wasRemoved = latest([service, own])?.publishedRemoved ?? false;
  const now = shown({ status: best.status, removed });
  const before = published && shown({ status: published, removed: wasRemoved });
  const moved = now !== before && (removed !== wasRemoved || rank(now) > rank(before ?? 'UNKNOWN'));
  const quiet = kind === 'observe' && change.audience === SERVICE;
  const raised = !quiet && (before === null || moved);
  const added = !quiet && change.added && !service?.added && !own?.added;
  const { status, nativeStatus, occurredAt } = best;
  const { messageId, audience } = change;
  const channelId = change.channelId ?? own?.channelId ?? service?.channelId ?? null;
  const told = [change.people, own?.people, service?.people];
  const people = told.find((some) => some && some.length > 0) ?? [];
  const changed = raised || added;
  return {
    entry: changed
      ? {
          messageId,
          channelId,
          people,
          audience,
          status: now,
          removed,
          nativeStatus,
          occurredAt: removed || wasRemoved ? removedAt : occurredAt,
          createdAt: change.createdAt ?? null,
          via: change.via,
          previous: before ?? readBefore(own ?? service, now),
          raised,
          added,
          known: audience === SERVICE ? knownBeside(states) : null,
        }
      : undefined,
    state:
      changed ||
      !own ||
      rank(status) > rank(own.status) ||
      removedAt > own.removedAt ||
      removed !== own.removed
        ? {
            messageId,
            channelId,
            people,
            audience,
            status,
            removed,
            removedAt,
            nativeStatus,
            occurredAt,
            published: raised ? status : (own?.published ?? readLower(own, status)),
            publishedRemoved: raised ? removed : (own?.publishedRemoved ?? false),
            added: added || (own?.added ?? false),
          }
        : undefined,
  };
};

/** The status that an earlier reading told, where this one is higher: it is still to be told to whoever read that. */
const readLower = (own: State | undefined, status: MessageStatus): MessageStatus | null =>
  own && rank(status) > rank(own.status) ? own.status : null;

/** What a reading told of a message of which no entry told: whoever read it was told so. */
const readBefore = (state: State | undefined, now: MessageStatus): MessageStatus | null =>
  state && shown(state) !== now ? shown(state) : null;

/** A change with times that can be stored: one that cannot must not take others with it. */
export const normalize = (change: MessageChange, observedAt: number): MessageChange => ({
  ...change,
  occurredAt: Number.isFinite(change.occurredAt) ? Math.trunc(change.occurredAt) : observedAt,
  createdAt: Number.isFinite(change.createdAt) ? Math.trunc(change.createdAt ?? 0) : null,
});

const knownBeside = (states: readonly State[]): Record<string, Known> | null => {
  const others = states.filter(({ audience }) => audience !== SERVICE);
  if (others.length === 0) return null;
  return Object.fromEntries(
    others.map(({ audience, status, removed, added }) => [audience, { status, removed, added }]),
  );
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
  const raised = entry.raised && isNewsAfter(entry, { status: shown(own), removed: own.removed });
  const added = entry.added && !own.added;
  if (!raised && !added) return undefined;
  const previous = own.removed ? 'DELETED' : highest(own.status, entry.previous);
  // They were told by an entry of their own, right before.
  return { ...entry, raised, added, previous, previousAt: entry.position - 1 };
};

/** True when an entry tells more than somebody was told: a higher status, or that a message was removed or is back. */
export const isNewsAfter = (
  entry: Pick<Entry, 'status' | 'removed'>,
  told: Pick<Entry, 'status' | 'removed'>,
): boolean => entry.removed !== told.removed || rank(entry.status) > rank(told.status);

/** How far each message has come by all of its states, by message. */
export const furthest = (states: readonly State[]): ReadonlyMap<string, State> =>
  new Map(
    [...Map.groupBy(states, ({ messageId }) => messageId)].flatMap(([id, some]) => {
      const [first, ...rest] = some;
      if (!first) return [];
      const top = rest.reduce((one, other) => (rank(other.status) > rank(one.status) ? other : one), first);
      return [[id, { ...top, ...removalOf(latest(some) ?? first) }]];
    }),
  );

const removalOf = ({ removed, removedAt, publishedRemoved }: State) => ({
  removed,
  removedAt,
  publishedRemoved,
});
