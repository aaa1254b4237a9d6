import { builder } from '../builder.ts';
import { MESSAGE_STATUSES, type MessageStatus } from '../ports.ts';

const DESCRIPTIONS: Record<MessageStatus, string> = {
  UNKNOWN: 'The upstream’s word is not known; `nativeStatus` has it.',
  DRAFT: 'Written and not yet sent.',
  SCHEDULED: 'Waits for its time.',
  ACCEPTED: 'Taken by the upstream.',
  PROCESSING: 'Being prepared or queued.',
  SENT: 'Handed on towards the recipient.',
  SKIPPED: 'Not sent, on purpose.',
  REJECTED: 'Refused by a check.',
  FAILED: 'Could not be handed on or delivered.',
  DELIVERED: 'Reached the recipient.',
  RECEIVED: 'Came in and nobody has read it yet.',
  READ: 'Read by somebody other than its author.',
  DELETED: 'It was removed, and is not shown any more.',
};

/** The one vocabulary of status. */
export const MessageStatusEnum = builder.enumType('MessageStatus', {
  description:
    'How far a message has come. The values stand in their order, lowest first; the highest one seen counts, and DELIVERED and RECEIVED are equal.',
  values: Object.fromEntries(
    MESSAGE_STATUSES.map((value) => [value, { value, description: DESCRIPTIONS[value] }]),
  ) as Record<MessageStatus, { value: MessageStatus; description: string }>,
});

const RANK = new Map<MessageStatus, number>(MESSAGE_STATUSES.map((status, rank) => [status, rank]));

/** Its place in the total order; DELIVERED and RECEIVED share one. */
export const rank = (status: MessageStatus): number =>
  RANK.get(status === 'RECEIVED' ? 'DELIVERED' : status) ?? 0;

/** True when nothing but a reader or a removal is expected to move the message any more. */
export const isFinal = (status: MessageStatus): boolean => rank(status) >= rank('SKIPPED');
