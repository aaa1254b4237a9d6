import type { Entry } from '../log/log.ts';
import type { StatusLog } from '../log/status-log.ts';
import type { Departure, Subscriber } from './broadcast.ts';
import type { Interest, View } from './pub-sub.ts';
import { conflate } from './subscriber-queue.ts';
import { GONE } from './tail.ts';

/** What a subscriber follows, and from where. */
export interface TailOptions extends Omit<Subscriber, 'sink'> {
  readonly interest: Interest | undefined;
  readonly view: View;
}

/** Tells a subscriber together with others from a position on, past this iterator. */
export type Join = (follow: TailOptions) => Promise<Departure>;

/**
 * Every entry behind a position, none twice and none left out: here those that one subscriber is told alone,
 * because they lie back; at the log's end the subscriber joins the others, and comes back when that ends. Who
 * comes back because they did not read gets the newest of each message.
 */
export async function* sharedTail(
  statusLog: StatusLog,
  join: Join,
  options: TailOptions,
): AsyncGenerator<Entry | typeof GONE, void, void> {
  const { interest, view, cancellation } = options;
  let { position } = options;
  let slow = false;
  while (!cancellation.cancelled) {
    const page = await statusLog.page(position, interest, view);
    if (!page) {
      yield GONE;
      return;
    }
    if (page.position > position) {
      yield* slow ? conflate(page.entries) : page.entries;
      position = page.position;
      continue;
    }
    const departure = await join({ ...options, position });
    if (departure === 'over') return;
    if (departure === GONE) {
      yield GONE;
      return;
    }
    ({ at: position, slow } = departure);
  }
}
