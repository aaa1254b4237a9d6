import type { MessageStatus } from '../ports.ts';

const WORDS = new Map<string | undefined, MessageStatus>(
  Object.entries({
    scheduled: 'SCHEDULED',
    accepted: 'ACCEPTED',
    processing: 'PROCESSING',
    sent: 'SENT',
    skipped: 'SKIPPED',
    rejected: 'REJECTED',
    sending_failed: 'FAILED',
    delivery_failed: 'FAILED',
    delivered: 'DELIVERED',
    deleted: 'DELETED',
  } as const),
);

/** The word, where it is one of Bird's. What stands in its place otherwise may be anything, and is not kept. */
export const birdWord = (native: string): string | null => (WORDS.has(native) ? native : null);

/** The status by Bird's word for it: an incoming message is created as `delivered`, which is RECEIVED to us. */
export const birdStatus = (
  native: string | undefined,
  direction: 'incoming' | 'outgoing' | undefined,
): MessageStatus => {
  const status = WORDS.get(native) ?? 'UNKNOWN';
  return status === 'DELIVERED' && direction === 'incoming' ? 'RECEIVED' : status;
};
