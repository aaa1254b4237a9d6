import type { World } from '../world.ts';
import { referenceOf } from './compose.ts';
import type { Interaction, Message, MessageRow } from './rows.ts';

/** The word that events of a platform begin with: `sms` of `sms-messagebird`. */
export function prefixOf(platformId: string): string {
  return /^(sms|email)-/.test(platformId) ? (platformId.split('-')[0] ?? platformId) : platformId;
}

/** Tells the outside of a message or an interaction as it stands now. */
export function announce(
  world: World,
  { message: { id, channelId }, notify }: MessageRow,
  kind: 'inbound' | 'outbound' | 'interaction',
  payload: Message | Interaction,
): void {
  const platformId = world.bird.channels.get(channelId)?.platformId ?? '';
  world.tell({
    api: 'bird',
    event: `${prefixOf(platformId)}.${kind}`,
    messageId: id,
    payload: structuredClone(payload),
    ...(notify ? { alsoTo: notify } : {}),
  });
}

/** Brings an outgoing message to its next status; false when it has none. */
export function advance(world: World, row: MessageRow): boolean {
  const status = row.ahead.shift();
  if (!status) return false;
  const { message } = row;
  message.status = status;
  message.lastStatusAt = message.updatedAt = world.clock.stamp();
  if (status === 'sent') {
    const platformId = world.bird.channels.get(message.channelId)?.platformId ?? '';
    message.parts = [{ platformReference: referenceOf(platformId, message.id) }];
  }
  if (row.ahead.length === 0 && row.outcome) Object.assign(message, row.outcome);
  announce(world, row, 'outbound', message);
  return true;
}
