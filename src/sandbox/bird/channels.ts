import type { Handler } from '../call.ts';
import { notFound } from '../refusal.ts';
import type { World } from '../world.ts';
import { pageOf } from './page.ts';
import type { Channel } from './rows.ts';

const WINDOW = 24 * 3_600_000;

/** The channel with an id; a 404 when there is none. */
export function channelOf(world: World, id: string): Channel {
  const channel = world.bird.channels.get(id);
  if (!channel) throw notFound('channel');
  return channel;
}

/** Whether a filter by platform, `sms` or `sms-messagebird`, takes a channel. */
export function onPlatform(platformId: string, wanted: string[] | undefined): boolean {
  return !wanted || wanted.some((one) => platformId === one || platformId.startsWith(`${one}-`));
}

/** The operations on channels and channel groups. */
export const channelHandlers: Record<string, Handler> = {
  'GET /workspaces/{workspaceId}/channels': (call) => {
    const ids = call.list('id');
    const statuses = call.list('status');
    const useCase = call.text('useCaseType');
    const found = call.world.bird.channels.all().filter((channel) => {
      if (ids && !ids.includes(channel.id)) return false;
      if (statuses && !statuses.includes(channel.status)) return false;
      if (useCase && channel.useCaseType !== useCase) return false;
      if (call.flag('conferencial')) return false;
      return onPlatform(channel.platformId, call.list('platform'));
    });
    return { status: 200, body: pageOf(call, found) };
  },

  'GET /workspaces/{workspaceId}/channels/{channelId}': (call) => ({
    status: 200,
    body: channelOf(call.world, call.at('channelId')),
  }),

  // open for 24 hours after the contact's last message where the platform has such a rule, always elsewhere
  'GET /workspaces/{workspaceId}/channels/{channelId}/contacts/{contactId}': (call) => {
    const channel = channelOf(call.world, call.at('channelId'));
    const contact = call.world.bird.contacts.get(call.at('contactId'));
    if (!contact) throw notFound('contact');
    if (channel.platformId !== 'whatsapp')
      return { status: 200, body: { serviceWindowExpireAt: null, isPermanentSession: true, metadata: null } };
    const value = call.text('contactIdentifierValue');
    const last = call.world.bird.messages
      .all()
      .findLast(
        ({ message: { channelId, sender } }) =>
          channelId === channel.id &&
          sender.contact?.id === contact.id &&
          (!value || sender.contact.identifierValue === value),
      );
    const until = last ? Date.parse(last.message.createdAt) + WINDOW : 0;
    return {
      status: 200,
      body: {
        serviceWindowExpireAt: until > call.world.clock.now() ? new Date(until).toISOString() : null,
        isPermanentSession: false,
        metadata: null,
      },
    };
  },

  'GET /workspaces/{workspaceId}/channel-groups': (call) => ({
    status: 200,
    body: { results: call.world.bird.groups.all() },
  }),

  'GET /workspaces/{workspaceId}/channel-groups/{channelGroupId}': (call) => {
    const group = call.world.bird.groups.get(call.at('channelGroupId'));
    if (!group) throw notFound('channel group');
    return { status: 200, body: group };
  },
};
