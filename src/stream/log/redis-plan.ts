import type { MessageChange } from '../../ports.ts';
import type { Entry, State } from './log.ts';
import type { CommitPlan, Committed } from './redis-commit.ts';
import { entryText, stateText } from './redis-rows.ts';
import type { MessageStates } from './redis-states.ts';
import { reduceStatus, type Unplaced } from './transition.ts';

/** A change on its way into the log. */
export interface Pending {
  readonly change: MessageChange;
  readonly kind: 'append' | 'observe';
  /** The entry that it became. */
  entry: Entry | undefined;
}

/** What the changes come to, by what was read. */
export const planOf = (pending: readonly Pending[], read: ReadonlyMap<string, MessageStates>) => {
  const messages = new Map<string, { version: string; states: State[]; set: Map<string, State> }>();
  const written: { readonly of: Pending; readonly entry: Unplaced }[] = [];
  for (const one of pending) {
    const { change, kind } = one;
    const { version = '', states = [] } = read.get(change.messageId) ?? {};
    const message = messages.get(change.messageId) ?? { version, states: [...states], set: new Map() };
    messages.set(change.messageId, message);
    const { entry, state } = reduceStatus(change, message.states, kind);
    if (entry) written.push({ of: one, entry });
    if (!state) continue;
    message.set.set(state.audience, state);
    message.states = [...message.states.filter(({ audience }) => audience !== state.audience), state];
  }
  const changed = [...messages].filter(([, { set }]) => set.size > 0);
  const index = new Map(changed.map(([id], at) => [id, at]));
  const plan: CommitPlan = {
    messages: changed.map(([id, { version, set }]) => ({
      id,
      version,
      set: [...set].flatMap(([audience, state]) => [audience, stateText(state)]),
    })),
    entries: written.map(({ entry }) => ({
      message: index.get(entry.messageId) ?? 0,
      audience: entry.audience,
      raised: entry.raised,
      text: entryText(entry),
    })),
  };
  return {
    plan,
    /** Takes in what was written; gives back the entries in order, and the changes to be reduced anew. */
    settle: ({ applied, positions, follows, previous, observedAt }: Committed) => {
      const entries: Entry[] = [];
      for (const [at, { of, entry }] of written.entries()) {
        const position = positions[at];
        if (!position) continue;
        const place = { position, follows: follows[at] ?? 0, previousAt: previous[at] ?? 0 };
        of.entry = { ...entry, ...place, observedAt };
        entries.push(of.entry);
      }
      const lost = new Set(changed.flatMap(([id], at) => (applied[at] ? [] : [id])));
      return { entries, again: pending.filter(({ change }) => lost.has(change.messageId)) };
    },
  };
};
