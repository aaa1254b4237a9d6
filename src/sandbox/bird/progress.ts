import type { Dictionary } from '../dictionary.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';
import { taken } from './compose.ts';

/** The word that events of a platform begin with: `sms` of `sms-messagebird`. */
function prefixOf(platformId: string): string {
  return /^(sms|email)-/.test(platformId) ? (platformId.split('-')[0] ?? platformId) : platformId;
}

/** Raises the webhook event of a message or an interaction as it stands now. */
export function announce(
  world: World,
  { id, attributes, own }: Row,
  kind: 'inbound' | 'outbound' | 'interaction',
  payload: Dictionary = attributes,
): void {
  const { platformId = '' } = world.bird.rows.attributes('Channel', attributes.channelId);
  world.tell({
    api: 'bird',
    event: `${prefixOf(platformId)}.${kind}`,
    messageId: id,
    payload: structuredClone(payload),
    ...(own.notify ? { alsoTo: own.notify } : {}),
  });
}

/** Brings an outgoing message to its next status; false when it has none. */
export function advance(world: World, row: Row): boolean {
  const next = row.ahead.shift();
  if (!next) return false;
  const at = world.clock.stamp();
  const { platformId = '' } = world.bird.rows.attributes('Channel', row.attributes.channelId);
  const carried = next.status === 'sent' ? taken(platformId, row.id) : {};
  Object.assign(row.attributes, next, carried, { lastStatusAt: at, updatedAt: at });
  announce(world, row, 'outbound');
  return true;
}
