import type { StreamEvent } from '../../ports.ts';

/**
 * Says that events are missing which nobody can tell.
 *
 * @param id the message or channel that should be read again; empty for everything that the subscription is about
 */
export const gapEvent = (id: string, cursor: string, observedAt: Date): StreamEvent => ({
  cursor,
  messageId: id,
  channelId: null,
  people: [],
  status: 'UNKNOWN',
  previous: null,
  nativeStatus: null,
  occurredAt: observedAt,
  observedAt,
  via: 'GAP',
});
