import { builder } from '../../builder.ts';
import { rest } from '../../graph/ledger.ts';
import { KEY_ONLY } from '../../graph/selection.ts';
import { list } from '../../graph/verbs/list.ts';
import { isAbsent } from '../../upstream/errors.ts';
import { resource } from '../bird.ts';
import { askIn, operation, readResults } from '../load.ts';
import { BirdWebhookSubscription } from './webhook-subscription.ts';

const PATH = '/workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}/logs';

const getDetails = operation('GET', `${PATH}/details`);

export const BirdWebhookLog = resource('BirdWebhookLog', PATH, {
  fields: (t) => ({
    requestId: t.exposeID('requestId', { description: 'The id of the delivery, which `logDetails` takes.' }),
  }),
});

list(BirdWebhookLog).under(BirdWebhookSubscription, {
  field: 'logs',
  description: 'What became of its events: Bird keeps failures for seven days.',
});

// What an attempt holds is printed nowhere, so it is shown as it comes.
builder.objectField(BirdWebhookSubscription, 'logDetails', (t) =>
  t.field({
    type: ['JSON'],
    description: 'Each attempt to post one event, with what was sent and answered; null when there is none.',
    directives: rest(getDetails),
    ...KEY_ONLY,
    args: { requestId: t.arg.id({ required: true, description: 'The log’s `requestId`.' }) },
    resolve: async ({ workspaceId, id }, { requestId }, context) => {
      try {
        const answer = await askIn(context, getDetails, workspaceId, {
          params: { webhookSubscriptionId: id },
          query: { requestId },
        });
        return readResults(answer, getDetails);
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    },
  }),
);
