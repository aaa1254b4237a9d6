import type { Clock } from '../clock.ts';
import type { IdOf } from '../naming.ts';
import { type Row, rowOf } from '../row.ts';

interface Plan {
  key: string;
  platformId: string;
  name: string;
  identifier: string;
  status: string;
  days: number;
  more?: Record<string, unknown>;
}

// biome-ignore format: one channel a line
const PLANS: Plan[] = [
  { key: 'sms', platformId: 'sms-messagebird', name: 'Harbour Clinic SMS', identifier: '+12025550100', status: 'active', days: 70, more: { useCaseType: 'transactional', channelMessageType: 'transactional', suites: ['service'] } },
  { key: 'sms-uk', platformId: 'sms-messagebird', name: 'Northside reminders', identifier: '+447700900100', status: 'active', days: 112, more: { useCaseType: 'conversation', channelMessageType: 'conversational' } },
  { key: 'whatsapp', platformId: 'whatsapp', name: 'Harbour Clinic WhatsApp', identifier: '+12025550101', status: 'active', days: 31, more: { useCaseType: 'conversation', suites: ['service', 'marketing'] } },
  { key: 'whatsapp-shop', platformId: 'whatsapp', name: 'Lantern Pharmacy WhatsApp', identifier: '+12025550102', status: 'active', days: 260, more: { useCaseType: 'marketing', suites: ['marketing'] } },
  { key: 'email', platformId: 'email-messagebird', name: 'Care team mailbox', identifier: 'care@harbour.example.org', status: 'active', days: 55, more: { useCaseType: 'transactional' } },
  { key: 'telegram', platformId: 'telegram', name: 'Harbour bot', identifier: 'harbour_clinic_bot', status: 'active', days: 198 },
  { key: 'line', platformId: 'line', name: 'Harbour LINE', identifier: '@harbour-clinic', status: 'warning', days: 144 },
  { key: 'sms-old', platformId: 'sms-messagebird', name: 'Old short code', identifier: '24242', status: 'inactive', days: 1400 },
  { key: 'whatsapp-benelux', platformId: 'whatsapp', name: 'Lantern WhatsApp Benelux', identifier: '+31612345600', status: 'failed', days: 330 },
  { key: 'instagram', platformId: 'instagram', name: 'Lantern on Instagram', identifier: 'lantern.pharmacy', status: 'setting-up', days: 240 },
];

/** The workspace's channels. */
export function channelsAtStart(id: IdOf, clock: Clock): Row[] {
  return PLANS.map(({ key, days, status, more, ...plan }) => {
    const createdAt = clock.ago(days * 1440);
    const updatedAt = clock.ago(days * 300);
    const feature = { status: status === 'active' ? 'active' : 'inactive', version: 1, createdAt, updatedAt };
    const media = plan.platformId !== 'sms-messagebird' || plan.identifier.startsWith('+1');
    const attributes = {
      ...plan,
      id: id('bird-channel', key),
      connectorId: id('bird-connector', key),
      status,
      capabilities: {
        messaging: {
          messaging: {
            displayName: 'Messaging',
            name: 'messaging',
            ...feature,
            outgoing: {
              displayName: 'Outgoing messages',
              name: 'outgoing',
              ...feature,
              ...(media ? { mms: { displayName: 'Media', name: 'mms', paused: false, ...feature } } : {}),
            },
            incoming: { displayName: 'Incoming messages', name: 'incoming', ...feature },
          },
        },
      },
      settings: [
        {
          key: 'senderName',
          value: plan.name,
          displayName: 'Sender name',
          description: 'What the receiver sees',
          visibility: 'public',
        },
      ],
      connectionParams: [],
      preferences: {
        disableProfileFetching: false,
        explicitMarketingOptOut: plan.platformId === 'whatsapp',
        ignoreSuppressionChecks: false,
        isPrivate: false,
      },
      ...more,
      createdAt,
      updatedAt,
    };
    const own = {
      resourceOwnerId: id('bird-owner', plan.platformId),
      resourceOwnerIdentifier: plan.platformId,
    };
    return rowOf('Channel', attributes.id, attributes, own);
  });
}

/** The groups of the WhatsApp channels. */
export function groupsAtStart(id: IdOf, clock: Clock): Row[] {
  const group = (key: string, name: string, number: string, channels: string[]): Row =>
    rowOf('ChannelGroup', id('bird-group', key), {
      platformGroupId: number,
      platformGroupName: name,
      platformId: 'whatsapp',
      channelIds: channels.map((channel) => id('bird-channel', channel)),
      createdAt: clock.ago(430 * 1440),
      updatedAt: clock.ago(30 * 1440),
    });
  return [
    group('harbour', 'Harbour Clinic', '104700012345678', ['whatsapp']),
    group('lantern', 'Lantern Pharmacy', '104700087654321', ['whatsapp-shop', 'whatsapp-benelux']),
  ];
}

/** The connectors that installed the channels. */
export function connectorsAtStart(channels: readonly Row[], workspaceId: string): Row[] {
  return channels.map(
    ({ id, attributes: { connectorId, name, platformId, identifier, createdAt, updatedAt, ...more } }) =>
      rowOf('Connector', connectorId, {
        workspaceId,
        routingKey: connectorId.slice(0, 8),
        name,
        region: 'eu-west-1',
        description: `Installs ${name}`,
        arguments: more.channelMessageType ? { channelMessageType: more.channelMessageType } : {},
        channel: { channelId: id, platform: platformId.replace(/-messagebird$/, '') },
        ...(identifier.startsWith('+') && {
          number: {
            phoneNumber: identifier,
            capabilities: 'sms-inbound,sms-outbound',
            numberType: 'mobile',
            country: 'US',
          },
        }),
        connectorTemplateSlug: platformId,
        connectorTemplateRef: `${platformId}:1`,
        createdAt,
        updatedAt,
      }),
  );
}
