import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { remove } from '../../graph/verbs/remove.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../bird.ts';
import type { RowOf } from '../types.ts';

/** A webhook subscription in its workspace. */
export type SubscriptionRow =
  RowOf<'/workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}'>;

export const BirdWebhookSubscription = resource(
  'BirdWebhookSubscription',
  '/workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}',
  {
    description: 'An address to which Bird posts the events of one name. Its signing key is never shown.',
    hide: ['signingKey'],
  },
);

/** The webhook subscriptions of a workspace. */
export const subscriptions = list(BirdWebhookSubscription);

// Who changes subscriptions decides where every message is posted, so all of it is the admin's.
export const createSubscription = create(BirdWebhookSubscription, {
  as: 'subscription',
  description:
    'Has Bird post the events of one name to an address. At most five may have the same filters. It needs the scope `admin`.',
});
update(BirdWebhookSubscription, {
  as: 'subscription',
  description:
    'Changes a webhook subscription, or has it rest; null or an empty list of filters lets every event through. It needs the scope `admin`.',
});
remove(BirdWebhookSubscription, {
  description: 'Deletes a webhook subscription: its events are posted no more. It needs the scope `admin`.',
});
