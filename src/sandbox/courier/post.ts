import type { World } from '../world.ts';
import type { Channel, Message } from './rows.ts';

/** Puts a message into a channel, which moves to the top of the list unless it is a draft. */
export function post(
  world: World,
  {
    channel,
    authorId,
    text,
    draft = false,
    source = 'app',
    destinations = [],
  }: {
    channel: Channel;
    authorId: string;
    text: string;
    draft?: boolean;
    source?: string;
    destinations?: string[];
  },
): Message {
  const at = world.clock.stamp();
  const message: Message = {
    id: world.fresh('courier-message'),
    channelId: channel.id,
    authorId,
    text,
    draft,
    removed: false,
    source,
    destination: destinations.length > 0 ? { include: destinations } : {},
    attachments: [],
    reactions: [],
    receipts: [],
    postedAt: at,
    modifiedAt: at,
  };
  if (!draft) channel.modifiedAt = at;
  return world.courier.messages.add(message);
}
