import { decodeId, globalId } from '../graph/ids.ts';

/**
 * Global ids of the conversations that a message belongs to: a channel of courier is one, and over a channel of Bird
 * there is one with each contact at the message's other end.
 *
 * @param channelId global id of the message's channel
 * @param contactKeys keys of the contacts, each its workspace and its id
 */
export const conversationIds = (
  channelId: string | null | undefined,
  contactKeys: readonly string[],
): readonly string[] => {
  const channel = decodeId(channelId ?? '');
  if (channel?.typename === 'CourierChannel') return [globalId('Conversation', channel.key)];
  if (channel?.typename !== 'BirdChannel') return [];
  return contactKeys.map((key) => globalId('Conversation', `${channel.key}/${key.split('/')[1]}`));
};
