import type { Handler } from '../call.ts';
import type { Clock } from '../clock.ts';
import type { Behaviour } from '../collection.ts';
import type { Dictionary } from '../dictionary.ts';
import type { IdOf } from '../naming.ts';
import { notFound, Refusal } from '../refusal.ts';
import { type Row, rowOf } from '../row.ts';
import { invalid, pageOf, rowAt } from './dialect.ts';

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
const AVAILABLE = [
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
export function subscriptionsAtStart(id: IdOf, clock: Clock): Row[] {
  const at = clock.ago(90 * 1440);
  const url = 'https://crm.harbour.example.org/hooks/bird';
  const body = JSON.stringify({ service: 'channels', event: 'channel.updated', payload: {} });
  const attempts = TRIED.map((minutes) => ({
    request: { url, body },
    response: { statusCode: 503, body: 'down for maintenance' },
    createdAt: clock.ago(minutes),
  }));
  const log = {
    requestId: id('bird-webhook-request', 'crm'),
    attemptCount: attempts.length,
    httpStatusCode: 503,
    executionStatus: 'failed',
    createdAt: clock.ago(Math.max(...TRIED)),
  };
  const attributes = {
    service: 'channels',
    event: 'channel.updated',
    eventFilters: [{ key: 'platformId', value: 'whatsapp' }],
    url,
    status: 'active',
    createdAt: at,
    updatedAt: at,
  };
  return [rowOf('WebhookSubscription', id('bird-webhook', 'crm'), attributes, { logs: [{ log, attempts }] })];
}

const MAX_ALIKE = 5;

/** Refuses an event that is not there, filters it does not have, and the sixth with the same filters. */
function refuseSubscription({ id, attributes }: Row, there: readonly Row[]): void {
  const { service, event, eventFilters } = attributes;
  const known = AVAILABLE.find((one) => one.service === service)?.events.find(({ name }) => name === event);
  if (!known) throw invalid('body', '/event', `is not an event of ${service}`);
  const keys: string[] = (eventFilters ?? []).map(({ key }: Dictionary) => key);
  for (const [index, key] of keys.entries()) {
    const at = `/eventFilters/${index}/key`;
    if (!known.filterKeys.includes(key)) throw invalid('body', at, `does not filter ${event}`);
    if (keys.indexOf(key) !== index) throw invalid('body', at, 'must not be repeated');
  }
  const isAlike = ({ id: other, attributes: one }: Row) =>
    other !== id && one.service === service && one.event === event && said(one) === said(attributes);
  if (there.filter(isAlike).length >= MAX_ALIKE)
    throw new Refusal(
      409,
      'TooManySubscriptions',
      `${MAX_ALIKE} subscriptions have the same filters already`,
    );
}

function said({ eventFilters }: Dictionary): string {
  return JSON.stringify((eventFilters ?? []).map(({ key, value }: Dictionary) => [key, value]).sort());
}

/** How webhook subscriptions differ from other rows. The sandbox keeps them and does not post to them: events go where `setWebhookUrl` says. */
export const webhookBehaviours: Record<string, Behaviour> = {
  WebhookSubscription: {
    begins: { eventFilters: null, status: 'active' },
    narrows: {
      SearchFilters: ({ attributes }, wanted) =>
        Object.entries(wanted).every(([name, value]) => attributes[name] === value),
    },
    made(row, { world }) {
      refuseSubscription(row, world.bird.rows.all('WebhookSubscription'));
      row.own.logs = [];
    },
    changed(row, { world }, before) {
      try {
        refuseSubscription(row, world.bird.rows.all('WebhookSubscription'));
      } catch (refusal) {
        row.attributes = before;
        throw refusal;
      }
    },
    // the key is shown to its maker alone
    shows: ({ attributes }, { operation, world: { bird } }) => ({
      workspaceId: bird.workspaceId,
      organizationId: bird.organizationId,
      signingKey: operation.method === 'POST' ? attributes.signingKey : undefined,
    }),
  },
};

/** The operations on what can be subscribed to, and on what became of deliveries. */
export function webhookHandlers(): Record<string, Handler> {
  const logsOf = (row: Row): Dictionary[] => row.own.logs;
  const path = '/workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}/logs';
  return {
    'GET /workspaces/{workspaceId}/available-webhooks': (call) => {
      const wanted = call.text('service');
      return {
        status: 200,
        body: { results: AVAILABLE.filter(({ service }) => !wanted || service === wanted) },
      };
    },

    [`GET ${path}`]: (call) => {
      const row = rowAt(call.world, 'WebhookSubscription', call.at('webhookSubscriptionId'));
      const wanted = call.text('executionStatus');
      const logs = logsOf(row).filter(({ log }) => !wanted || log.executionStatus === wanted);
      const keyOf = ({ log }: Dictionary): [string, string] => [log.createdAt, log.requestId];
      return { status: 200, body: pageOf(call, logs, keyOf, ({ log }) => log) };
    },

    [`GET ${path}/details`]: (call) => {
      const row = rowAt(call.world, 'WebhookSubscription', call.at('webhookSubscriptionId'));
      const found = logsOf(row).find(({ log }) => log.requestId === call.text('requestId'));
      if (!found) throw notFound('webhook log');
      return { status: 200, body: { results: found.attempts } };
    },
  };
}
