import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import type { Connection, ConnectionArgs } from '../graph/connection.ts';
import { connectionArgs, connectionOf } from '../graph/connection-type.ts';
import { rest } from '../graph/ledger.ts';
import { Bird } from './bird.ts';
import { type InWorkspace, operation, readKey } from './load.ts';
import { moment } from './moment.ts';
import type { components } from './openapi.gen.ts';
import { BirdWebhookService, BirdWebhookStatus, readService, readStatus } from './webhook-words.ts';
import { readList, workspaceNode } from './workspace-node.ts';

/** The signing key is nobody's to read, so no field can be made of it. */
type Subscription = Omit<components['schemas']['WebhookSubscription'], 'signingKey'>;

/** A webhook subscription in its workspace. */
export type SubscriptionRow = InWorkspace<Subscription>;

export const listSubscriptions = operation('GET', '/workspaces/{workspaceId}/webhook-subscriptions');
const getSubscription = operation(
  'GET',
  '/workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}',
);

export const BirdWebhookSubscription = workspaceNode<Subscription>('BirdWebhookSubscription', {
  get: getSubscription,
  param: 'webhookSubscriptionId',
});

const BirdWebhookFilter = builder
  .objectRef<components['schemas']['WebhookEventFilter']>('BirdWebhookFilter')
  .implement({
    description: 'What an event must have to be posted.',
    fields: (t) => ({
      key: t.exposeString('key', { description: 'What is looked at, such as `channelId`.' }),
      value: t.exposeString('value', { description: 'What it must be.' }),
    }),
  });

builder.node(BirdWebhookSubscription, {
  id: { resolve: BirdWebhookSubscription.key },
  description: 'An address to which Bird posts the events of one name. Its signing key is never shown.',
  fields: (t) => ({
    nativeId: t.string({ nullable: false, description: 'Its id at Bird.', resolve: (row) => row.id }),
    service: t.field({
      type: BirdWebhookService,
      nullable: false,
      description: 'The part of Bird whose events they are.',
      resolve: (row) => readService(row.service),
    }),
    nativeService: t.exposeString('service', { description: 'Bird’s own word for that part.' }),
    event: t.exposeString('event', { description: 'The name of the events, such as `sms.outbound`.' }),
    eventFilters: t.field({
      type: [BirdWebhookFilter],
      description: 'What an event must have, all of it; empty when every one is posted.',
      resolve: (row) => row.eventFilters ?? [],
    }),
    url: t.exposeString('url', { description: 'Where they are posted to.' }),
    template: t.exposeString('template', { description: 'The style in which they are posted.' }),
    status: t.field({
      type: BirdWebhookStatus,
      nullable: false,
      description: 'Whether they are posted.',
      resolve: (row) => readStatus(row.status),
    }),
    nativeStatus: t.exposeString('status', { description: 'Bird’s own word for that.' }),
    organizationId: t.exposeID('organizationId', {
      description: 'Native id of the organization, where Bird says it.',
    }),
    createdAt: t.field(moment('When it was made.', (row) => row.createdAt)),
    updatedAt: t.field(moment('When it was last changed.', (row) => row.updatedAt)),
  }),
});

const SubscriptionConnection = connectionOf(BirdWebhookSubscription, 'BirdWebhookSubscription');

/** The webhook subscriptions of a workspace, page by page. */
export const readSubscriptions = (
  context: Context,
  workspaceId: string,
  args: ConnectionArgs,
): Promise<Connection<SubscriptionRow>> =>
  readList(context, BirdWebhookSubscription, listSubscriptions, workspaceId, args);

builder.objectFields(Bird, (t) => ({
  webhookSubscriptions: t.field({
    type: SubscriptionConnection,
    description: 'Where the workspace’s events are posted to.',
    directives: rest(listSubscriptions),
    args: connectionArgs,
    resolve: ({ workspaceId }, args, context) => readSubscriptions(context, workspaceId, args),
  }),
  webhookSubscription: t.field({
    type: BirdWebhookSubscription,
    description: 'One webhook subscription by its id; null when Bird does not know it.',
    directives: rest(getSubscription),
    args: {
      id: t.arg.id({
        required: true,
        description: 'The global id of a BirdWebhookSubscription, or Bird’s own.',
      }),
    },
    resolve: ({ workspaceId }, { id }, context) =>
      BirdWebhookSubscription.load(context, readKey(id, 'id', 'BirdWebhookSubscription', workspaceId)),
  }),
}));
