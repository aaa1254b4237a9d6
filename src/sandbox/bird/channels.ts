import type { Handler } from '../call.ts';
import type { Behaviour } from '../collection.ts';
import { Refusal } from '../refusal.ts';
import { type Row, rowOf } from '../row.ts';
import { rowAt } from './dialect.ts';

const WINDOW = 24 * 3_600_000;

/** True when a filter by platform, such as `sms` or `sms-messagebird`, matches a channel. */
export function onPlatform(platformId: string, wanted: readonly string[]): boolean {
  return wanted.some((one) => platformId === one || platformId.startsWith(`${one}-`));
}

/** How channels, and the connectors that install them, differ from other rows. */
export const channelBehaviours: Record<string, Behaviour> = {
  Channel: {
    narrows: {
      platform: ({ attributes }, value) => onPlatform(attributes.platformId, [value].flat().map(String)),
      conferencial: (_, value) => value === false,
      onlyMyChannels: false,
      channelIds: 'id',
      resourceOwnerId: 'resourceOwnerId',
      resourceOwnerIdentifier: 'resourceOwnerIdentifier',
    },
  },
  Connector: {
    narrows: { templateRef: 'connectorTemplateRef' },
    // installed in the background: its channel is set up at the next step
    made(connector, { world }) {
      const { attributes, own } = connector;
      const [slug = 'sms-messagebird'] = (attributes.connectorTemplateRef ?? '').split(':');
      const at = attributes.createdAt;
      const channel = rowOf('Channel', world.fresh('bird-channel'), {
        platformId: slug,
        name: attributes.name,
        connectorId: connector.id,
        status: 'setting-up',
        createdAt: at,
        updatedAt: at,
      });
      channel.ahead = [{ status: 'active' }];
      world.bird.rows.add(channel);
      own.securityArguments = undefined;
      Object.assign(attributes, {
        connectorTemplateSlug: slug,
        region: 'eu-west-1',
        workspaceId: world.bird.workspaceId,
        channel: { channelId: channel.id, platform: slug.replace(/-messagebird$/, '') },
      });
    },
    removed({ attributes }, { world }) {
      world.bird.rows.in('Channel').delete(attributes.channel.channelId);
    },
  },
  AttributeDefinition: {
    key: 'key',
    begins: { builtin: false, archived: false, group: 'custom', description: '' },
    made({ attributes }, { world }) {
      const isSame = (row: Row) => row.attributes.key === attributes.key;
      if (world.bird.rows.all('AttributeDefinition').some(isSame))
        throw new Refusal(409, 'ResourceAlreadyExists', 'An attribute with this key already exists');
    },
  },
};

/** The operations on channels that no other row has. */
export const channelHandlers: Record<string, Handler> = {
  // open for 24 hours after the contact's last message where the platform has such a rule, always elsewhere
  'GET /workspaces/{workspaceId}/channels/{channelId}/contacts/{contactId}': (call) => {
    const channel = rowAt(call.world, 'Channel', call.at('channelId'));
    const contact = rowAt(call.world, 'Contact', call.at('contactId'));
    if (channel.attributes.platformId !== 'whatsapp')
      return { status: 200, body: { serviceWindowExpireAt: null, isPermanentSession: true, metadata: null } };
    const value = call.text('contactIdentifierValue');
    const last = call.world.bird.rows.all('Message').findLast(({ attributes: { channelId, sender } }) => {
      if (channelId !== channel.id || sender.contact?.id !== contact.id) return false;
      return !value || sender.contact.identifierValue === value;
    });
    const until = last ? Date.parse(last.attributes.createdAt) + WINDOW : 0;
    const isOpen = until > call.world.clock.now();
    const serviceWindowExpireAt = isOpen ? new Date(until).toISOString() : null;
    return { status: 200, body: { serviceWindowExpireAt, isPermanentSession: false, metadata: null } };
  },
};
