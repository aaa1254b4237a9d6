import type { MessageStatus } from '../ports.ts';

/** courier's words for the status of a text, which are its provider's, and of an email. */
const WORDS: ReadonlyMap<string, MessageStatus> = new Map(
  Object.entries({
    draft: 'DRAFT',
    scheduled: 'SCHEDULED',
    accepted: 'ACCEPTED',
    created: 'ACCEPTED',
    pending: 'PROCESSING',
    queued: 'PROCESSING',
    processing: 'PROCESSING',
    sending: 'PROCESSING',
    receiving: 'PROCESSING',
    sent: 'SENT',
    success: 'SENT',
    canceled: 'SKIPPED',
    cancelled: 'SKIPPED',
    skipped: 'SKIPPED',
    rejected: 'REJECTED',
    bounced: 'FAILED',
    error: 'FAILED',
    failed: 'FAILED',
    undelivered: 'FAILED',
    delivered: 'DELIVERED',
    received: 'RECEIVED',
    read: 'READ',
  } as const),
);

/** The word, where it is a known one. What stands in its place otherwise may be anything, and is not kept. */
export const knownWord = (word: string): string | null => (WORDS.has(word.toLowerCase()) ? word : null);

/** The status of a text or an email by courier's word for it. The document shows one word of each list. */
export const wordStatus = (word: string | null | undefined): MessageStatus =>
  WORDS.get(word?.toLowerCase() ?? '') ?? 'UNKNOWN';
