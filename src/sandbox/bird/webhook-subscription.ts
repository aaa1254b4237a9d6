import type { Clock } from '../clock.ts';
import type { IdOf } from '../naming.ts';
import { Refusal } from '../refusal.ts';

/** A condition on the events of a subscription. */
export interface Filter {
  key: string;
  value: string;
}

/** What became of one delivery. */
export interface Log {
  /** The request's id. */
  id: string;
  executionStatus: 'succeeded' | 'failed';
  createdAt: string;
  attempts: { request: object; response: { statusCode: number; body: string }; createdAt: string }[];
}

/** A webhook subscription and the log of its deliveries. */
export interface Subscription {
  id: string;
  service: string;
  event: string;
  eventFilters: Filter[] | null;
  template?: string;
  url: string;
  signingKey?: string;
  status: 'active' | 'inactive';
  createdAt: string;
  updatedAt: string;
  logs: Log[];
}

const PLATFORMS = [
  'sms',
  'whatsapp',
  'email',
  'line',
  'instagram',
  'facebook',
  'viber',
  'linkedin',
  'tiktok',
  'telegram',
];

const CHANNEL = ['platformId', 'channelStatus'];

/** What can be subscribed to, and by what it can be filtered. */
export const AVAILABLE = [
  {
    service: 'channels',
    events: [
      ...PLATFORMS.flatMap((platform) => [
        { name: `${platform}.inbound`, filterKeys: ['channelId'] },
        { name: `${platform}.outbound`, filterKeys: ['channelId', 'messageStatus'] },
        { name: `${platform}.interaction`, filterKeys: ['channelId', 'interactionType'] },
      ]),
      { name: 'channel.created', filterKeys: CHANNEL },
      { name: 'channel.updated', filterKeys: CHANNEL },
    ],
  },
  {
    service: 'conversations',
    events: [
      { name: 'conversation.created', filterKeys: [] },
      { name: 'conversation.updated', filterKeys: [] },
    ],
  },
];

/** Minutes before the start at which an address that was down was tried. */
const TRIED = [300, 299, 295];

/** Somebody else's subscription, whose address was down for a while. */
export function subscriptionsAtStart(id: IdOf, clock: Clock): Subscription[] {
  const at = clock.ago(90 * 1440);
  const url = 'https://crm.harbour.example.org/hooks/bird';
  const request = {
    url,
    body: JSON.stringify({ service: 'channels', event: 'channel.updated', payload: {} }),
  };
  return [
    {
      id: id('bird-webhook', 'crm'),
      service: 'channels',
      event: 'channel.updated',
      eventFilters: [{ key: 'platformId', value: 'whatsapp' }],
      url,
      status: 'active',
      createdAt: at,
      updatedAt: at,
      logs: [
        {
          id: id('bird-webhook-request', 'crm'),
          executionStatus: 'failed',
          createdAt: clock.ago(Math.max(...TRIED)),
          attempts: TRIED.map((minutes) => ({
            request,
            response: { statusCode: 503, body: 'down for maintenance' },
            createdAt: clock.ago(minutes),
          })),
        },
      ],
    },
  ];
}

const MAX_ALIKE = 5;

/** Refuses an event that is not there, filters it does not have, and the sixth with the same filters. */
export function refuseSubscription(
  there: readonly Subscription[],
  wanted: Pick<Subscription, 'service' | 'event' | 'eventFilters'> & { id?: string },
): void {
  const { id, service, event, eventFilters } = wanted;
  const known = AVAILABLE.find((one) => one.service === service)?.events.find(({ name }) => name === event);
  if (!known) throw invalid('/event', `is not an event of ${service}`);
  const keys = (eventFilters ?? []).map(({ key }) => key);
  for (const [index, key] of keys.entries()) {
    if (!known.filterKeys.includes(key))
      throw invalid(`/eventFilters/${index}/key`, `does not filter ${event}`);
    if (keys.indexOf(key) !== index) throw invalid(`/eventFilters/${index}/key`, 'must not be repeated');
  }
  const alike = there.filter(
    (row) =>
      row.id !== id &&
      row.service === service &&
      row.event === event &&
      said(row.eventFilters) === said(eventFilters),
  );
  if (alike.length >= MAX_ALIKE)
    throw new Refusal(
      409,
      'TooManySubscriptions',
      `${MAX_ALIKE} subscriptions have the same filters already`,
    );
}

function said(filters: Filter[] | null): string {
  return JSON.stringify((filters ?? []).map(({ key, value }) => [key, value]).sort());
}

function invalid(pointer: string, says: string): Refusal {
  return new Refusal(422, 'InvalidPayload', 'The request did not pass validation', [
    { in: 'body', name: pointer, says },
  ]);
}
