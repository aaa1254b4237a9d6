import type { StreamEvent } from '../../ports.ts';
import type { Entry } from '../log/log.ts';
import { writeCursor } from '../subscribe/cursor.ts';

const events = new WeakMap<Entry, StreamEvent>();

/** An entry as an event: the same object for everybody who sees the same entry. */
export const eventOf = (entry: Entry, epoch: string): StreamEvent => {
  const known = events.get(entry);
  if (known) return known;
  const { position, messageId, channelId, people, status, previous, nativeStatus, via } = entry;
  const event: StreamEvent = {
    cursor: writeCursor({ epoch, position, within: undefined }),
    messageId,
    channelId,
    people,
    status,
    previous,
    nativeStatus,
    occurredAt: new Date(entry.occurredAt),
    observedAt: new Date(entry.observedAt),
    via,
  };
  events.set(entry, event);
  return event;
};
