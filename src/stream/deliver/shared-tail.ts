import type { Entry } from '../log/log.ts';
import type { Journal } from '../log/status-log.ts';
import type { Left, Seat } from './broadcast.ts';
import type { Interest, View } from './pub-sub.ts';
import { conflate } from './subscriber-queue.ts';
import { GONE } from './tail.ts';

/** What a subscriber follows, and from where. */
export interface Follow extends Omit<Seat, 'sink'> {
  readonly interest: Interest | undefined;
  readonly view: View;
}

/** Tells a subscriber together with others from a position on, past this iterator. */
export type Join = (follow: Follow) => Promise<Left>;

/**
 * Every entry behind a position, none twice and none left out: here those that one subscriber is told alone,
 * because they lie back; at the log's end the subscriber joins the others, and comes back when that ends. Who
 * comes back because they did not read gets the newest of each message.
 */
export async function* together(
  journal: Journal,
  join: Join,
  follow: Follow,
): AsyncGenerator<Entry | typeof GONE, void, void> {
  const { interest, view, end } = follow;
  let { position } = follow;
  let slow = false;
  while (!end.over) {
    const page = await journal.page(position, interest, view);
    if (!page) {
      yield GONE;
      return;
    }
    if (page.position > position) {
      yield* slow ? conflate(page.entries) : page.entries;
      position = page.position;
      continue;
    }
    const left = await join({ ...follow, position });
    if (left === 'over') return;
    if (left === GONE) {
      yield GONE;
      return;
    }
    ({ at: position, slow } = left);
  }
}
