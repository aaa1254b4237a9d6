import type { Interaction, Message } from './rows.ts';

/** What a reader did with a message, as Bird tells it. */
export function interactionOf(
  message: Message,
  platformId: string,
  id: string,
  type: string,
  createdAt: string,
  more: Partial<Interaction> = {},
): Interaction {
  return {
    id,
    messageId: message.id,
    channelId: message.channelId,
    platformId,
    type,
    messageReference: message.reference,
    messagePartsCount: 1,
    ...(message.tags ? { messageTags: message.tags } : {}),
    receiver: message.receiver,
    createdAt,
    details: '',
    ...more,
  };
}
