import { builder } from '../builder.ts';
import { type Context, requireAdmin } from '../context.ts';
import { readWords } from '../graph/enum.ts';
import { InputError } from '../graph/errors.ts';
import { globalId } from '../graph/ids.ts';
import { mutation } from '../graph/mutation.ts';
import { inputPath } from './contact-change.ts';
import { askIn, operation, readKey, readRow } from './load.ts';
import { omitNullish } from './omit-nullish.ts';
import type { components } from './openapi.gen.ts';
import { BirdWebhookSubscription, type SubscriptionRow } from './webhook-subscription.ts';
import { BirdWebhookService, BirdWebhookStatus } from './webhook-words.ts';
import { workspaceField, workspaceOf } from './workspace.ts';

const SUBSCRIPTION = '/workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}';

export const createSubscription = operation('POST', '/workspaces/{workspaceId}/webhook-subscriptions');
const updateSubscription = operation('PATCH', SUBSCRIPTION);
const deleteSubscription = operation('DELETE', SUBSCRIPTION);

/** The addresses that Bird posts to: https, a host name, no port. */
export const WEBHOOK_URL = /^https:\/\/([a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}(\/[^\s]*)?$/;

const FilterInput = builder.inputType('BirdWebhookFilterInput', {
  description: 'What an event must have to be posted.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'What is looked at, such as `channelId`.' }),
    value: t.string({ required: true, description: 'What it must be.' }),
  }),
});

const checkUrl = (url: string | null | undefined): void => {
  if (url != null && !WEBHOOK_URL.test(url))
    throw new InputError('input.url', 'must be https with a host name and without a port');
};

/** Subscribes to one event. */
export const subscribe = async (
  context: Context,
  workspaceId: string,
  body: components['schemas']['WebhookSubscriptionCreate'],
): Promise<SubscriptionRow> => {
  const answer = await askIn(context, createSubscription, workspaceId, { body, inputPath });
  const row = readRow<SubscriptionRow>(answer, workspaceId, 'BirdWebhookSubscription', createSubscription);
  BirdWebhookSubscription.prime(context, row);
  return row;
};

/** The workspace and the id that the input names. */
const target = (context: Context, value: string) => {
  const key = readKey(value, 'input.id', 'BirdWebhookSubscription', workspaceOf(context, undefined));
  const [workspaceId = '', webhookSubscriptionId = ''] = key.split('/');
  return { key, workspaceId, params: { webhookSubscriptionId } };
};

const subscriptionPayload = {
  subscription: { type: BirdWebhookSubscription, description: 'The subscription as it is now.' },
} as const;

interface SubscriptionPayload {
  readonly subscription: SubscriptionRow;
}

// Who changes subscriptions decides where every message is posted, so all of it is the admin's.
mutation('createBirdWebhookSubscription', {
  description:
    'Has Bird post the events of one name to an address. At most five may have the same filters. It needs the scope `admin`.',
  operations: [createSubscription],
  input: (t) => ({
    workspaceId: workspaceField(t),
    service: t.field({
      type: BirdWebhookService,
      required: true,
      description: 'The part of Bird whose events they are.',
    }),
    event: t.string({ required: true, description: 'The name of the events, such as `sms.outbound`.' }),
    eventFilters: t.field({ type: [FilterInput], description: 'What an event must have, all of it.' }),
    url: t.string({ required: true, description: 'Where to: https, a host name, no port.' }),
    signingKey: t.string({ description: 'What to sign with; without it nothing can be verified.' }),
    template: t.string({ description: 'The style in which to post.' }),
  }),
  resolve: async ({ workspaceId: of, ...input }, context): Promise<SubscriptionPayload> => {
    requireAdmin(context);
    const workspaceId = workspaceOf(context, of);
    checkUrl(input.url);
    readWords([input.service], 'input.service');
    const body = omitNullish(input) as unknown as components['schemas']['WebhookSubscriptionCreate'];
    return { subscription: await subscribe(context, workspaceId, body) };
  },
  payload: (t) => ({ subscription: t.expose('subscription', subscriptionPayload.subscription) }),
});

mutation('updateBirdWebhookSubscription', {
  description: 'Changes a webhook subscription, or has it rest. It needs the scope `admin`.',
  operations: [updateSubscription],
  input: (t) => ({
    id: t.id({
      required: true,
      description: 'The global id of a BirdWebhookSubscription, or Bird’s own.',
    }),
    eventFilters: t.field({
      type: [FilterInput],
      description: 'What an event must have from now on; an empty list lets every one through.',
    }),
    url: t.string({ description: 'Where to: https, a host name, no port.' }),
    signingKey: t.string({ description: 'What to sign with.' }),
    template: t.string({ description: 'The style in which to post.' }),
    status: t.field({ type: BirdWebhookStatus, description: 'Whether to post.' }),
  }),
  resolve: async ({ id, ...input }, context): Promise<SubscriptionPayload> => {
    requireAdmin(context);
    const { key, workspaceId, params } = target(context, id);
    checkUrl(input.url);
    readWords(input.status == null ? [] : [input.status], 'input.status');
    const body = omitNullish(input);
    if (Object.keys(body).length === 0) throw new InputError('input', 'changes nothing');
    BirdWebhookSubscription.forget(context, key);
    const answer = await askIn(context, updateSubscription, workspaceId, { params, body, inputPath });
    const row = readRow<SubscriptionRow>(answer, workspaceId, 'BirdWebhookSubscription', updateSubscription);
    BirdWebhookSubscription.prime(context, row);
    return { subscription: row };
  },
  payload: (t) => ({ subscription: t.expose('subscription', subscriptionPayload.subscription) }),
});

mutation('deleteBirdWebhookSubscription', {
  description: 'Deletes a webhook subscription: its events are posted no more. It needs the scope `admin`.',
  operations: [deleteSubscription],
  input: (t) => ({
    id: t.id({
      required: true,
      description: 'The global id of a BirdWebhookSubscription, or Bird’s own.',
    }),
  }),
  resolve: async ({ id }, context): Promise<{ readonly id: string }> => {
    requireAdmin(context);
    const { key, workspaceId, params } = target(context, id);
    BirdWebhookSubscription.forget(context, key);
    await askIn(context, deleteSubscription, workspaceId, { params });
    return { id: globalId('BirdWebhookSubscription', key) };
  },
  payload: (t) => ({ id: t.exposeID('id', { description: 'The global id of the subscription that was.' }) }),
});
