import { list } from '../../graph/verbs/list.ts';
import { resource } from '../bird.ts';

export const BirdAvailableWebhook = resource(
  'BirdAvailableWebhook',
  '/workspaces/{workspaceId}/available-webhooks',
);

/** What a workspace can subscribe to. */
export const availableWebhooks = list(BirdAvailableWebhook, { whole: true });
