import type { Dictionary } from '../dictionary.ts';

/** What a reader did with a message, as Bird tells it. */
export function interactionOf(
  message: Dictionary,
  platformId: string,
  id: string,
  type: string,
  createdAt: string,
  more: Dictionary = {},
): Dictionary {
  return {
    id,
    messageId: message.id,
    channelId: message.channelId,
    platformId,
    type,
    messageReference: message.reference,
    messagePartsCount: 1,
    messageCreatedAt: message.createdAt,
    ...(message.platformReferenceId && { platformReferenceId: message.platformReferenceId }),
    ...(message.tags ? { messageTags: message.tags } : {}),
    receiver: message.receiver,
    createdAt,
    details: '',
    ...more,
  };
}
