import type { Entry } from '../log/log.ts';

/** From which position on an entry tells what happened: its own, or that of the first which it stands for. */
export const beginningOf = (entry: Entry): number => beginnings.get(entry) ?? entry.position;

const beginnings = new WeakMap<Entry, number>();

/** The newest entry of each message, in order. Status is state: what it passed through is told by the last. */
export const conflate = (entries: readonly Entry[]): readonly Entry[] => {
  const newest = new Map<string, Entry>();
  for (const entry of entries) {
    const earlier = newest.get(entry.messageId);
    newest.delete(entry.messageId);
    newest.set(entry.messageId, earlier ? merge(earlier, entry) : entry);
  }
  return [...newest.values()];
};

const merge = (earlier: Entry, later: Entry): Entry => {
  const merged: Entry = {
    ...later,
    previous: earlier.previous,
    previousAt: earlier.previousAt,
    raised: later.raised || earlier.raised,
    added: later.added || earlier.added,
  };
  beginnings.set(merged, beginningOf(earlier));
  return merged;
};
