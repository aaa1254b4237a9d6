import type { Context } from '../context.ts';
import type { Connection, ConnectionArgs } from '../graph/connection.ts';
import { UpstreamError } from '../upstream/errors.ts';
import { readChannels } from './channel.ts';
import { availableWebhooks } from './resources/available-webhook.ts';
import type { SubscriptionRow } from './resources/webhook-subscription.ts';

/** The part of Bird that tells of messages. */
export const SERVICE = 'channels';

/** What moves a message's status; other events would be posted in vain. */
export const EVENT = /^[\w-]+\.(?:outbound|inbound|interaction)$/;

/** Of interactions only those are of use that make a message READ. */
export const filtersOf = (event: string): { key: string; value: string }[] =>
  event.endsWith('.interaction') ? [{ key: 'interactionType', value: 'read' }] : [];

/** All rows of a connection. */
export const everyRow = async <Row>(
  read: (args: ConnectionArgs) => Promise<Connection<Row>>,
): Promise<Row[]> => {
  const rows: Row[] = [];
  let after: string | null = null;
  do {
    const { edges, pageInfo }: Connection<Row> = await read({ first: 1000, after });
    rows.push(...edges.map(({ node }) => node));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return rows;
};

/** The word that a platform's events begin with: `sms` of `sms-messagebird`. */
const prefixOf = (platformId: string): string => platformId.replace(/^(sms|email)-.*$/, '$1');

/** The events of all platforms that the workspace has channels on. */
export const eventsOfChannels = async (context: Context, scope: string): Promise<string[]> => {
  const channels = await everyRow((args) => readChannels(context, scope.replace(/\/$/, ''), args));
  const platforms = channels.flatMap(({ platformId, status }) =>
    platformId && status !== 'deleted' ? prefixOf(platformId) : [],
  );
  return [...new Set(platforms)].flatMap((prefix) =>
    ['outbound', 'inbound', 'interaction'].map((kind) => `${prefix}.${kind}`),
  );
};

/** The events that Bird says it has; undefined when it does not say. */
export const availableEvents = async (context: Context, scope: string): Promise<Set<string> | undefined> => {
  try {
    const rows = await availableWebhooks.all(context, { service: SERVICE }, scope);
    return new Set(rows.flatMap(({ events }) => events ?? []).map(({ name }) => name));
  } catch (error) {
    if (error instanceof UpstreamError) return undefined;
    throw error;
  }
};

const said = (filters: SubscriptionRow['eventFilters']): string[] =>
  (filters ?? []).map(({ key, value }) => `${key}=${value}`).sort();

/** True when the subscription posts all that is wanted of the event, perhaps more. */
export const covers = (row: SubscriptionRow, event: string): boolean => {
  const wanted = said(filtersOf(event));
  return (
    row.service === SERVICE &&
    row.event === event &&
    said(row.eventFilters).every((one) => wanted.includes(one))
  );
};

/** True when the subscription takes one of the places that Bird has for those with the same filters. */
export const isAlike = (row: SubscriptionRow, event: string): boolean =>
  covers(row, event) && said(row.eventFilters).length === filtersOf(event).length;
