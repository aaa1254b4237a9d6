import type { Entry, Log } from '../log/log.ts';
import { covers, type Interest, type View } from './pub-sub.ts';
import { conflate, type SubscriberQueue } from './subscriber-queue.ts';

/** How many entries are read from the log at once. */
export const PAGE = 500;

/** Said last when entries behind the position have gone from the log: the state must be read anew. */
export const GONE = Symbol('gone');

/**
 * Every entry behind a position: those in the log, then those that come, none twice and none left out. The
 * queue must have been opened before; whoever falls behind it is served from the log, conflated.
 */
export async function* tail(
  log: Log,
  queue: SubscriberQueue,
  interest: Interest | undefined,
  view: View,
  after: number,
): AsyncGenerator<Entry | typeof GONE, void, void> {
  let position = after;
  let late = false;
  while (!queue.closed) {
    while (!queue.closed) {
      const page = await log.read(position, PAGE);
      if (page === undefined) {
        yield GONE;
        return;
      }
      const last = page.at(-1);
      if (!last) break;
      const seen = page.flatMap((entry) => (covers(interest, entry) && view(entry)) || []);
      yield* late ? conflate(seen) : seen;
      position = last.position;
    }
    late = false;
    for (;;) {
      const next = await queue.take();
      if (next === undefined) return;
      if ('lagsFrom' in next) {
        position = Math.max(position, next.lagsFrom);
        late = true;
        break;
      }
      if (next.position <= position) continue;
      position = next.position;
      yield next;
    }
  }
}
