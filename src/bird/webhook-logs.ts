import { builder } from '../builder.ts';
import { byToken } from '../graph/connection.ts';
import { connectionArgs, connectionOf } from '../graph/connection-type.ts';
import { rest } from '../graph/ledger.ts';
import { isAbsent } from '../upstream/errors.ts';
import { askIn, MAX_PAGE, nextToken, operation, readResults } from './load.ts';
import { moment } from './moment.ts';
import type { components } from './openapi.gen.ts';
import { BirdWebhookSubscription } from './webhook-subscription.ts';

type Log = components['schemas']['WebhookLog'];

const listLogs = operation(
  'GET',
  '/workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}/logs',
);
const getDetails = operation(
  'GET',
  '/workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}/logs/details',
);

const BirdWebhookLog = builder.objectRef<Log>('BirdWebhookLog').implement({
  description: 'What became of one event that Bird posted.',
  fields: (t) => ({
    requestId: t.exposeID('requestId', { description: 'What `logDetails` takes.' }),
    attemptCount: t.exposeInt('attemptCount', { description: 'How often it was tried.' }),
    httpStatusCode: t.exposeInt('httpStatusCode', { description: 'What the address answered at last.' }),
    executionStatus: t.exposeString('executionStatus', {
      description: 'Bird’s word for the outcome, such as `succeeded`.',
    }),
    createdAt: t.field(moment('When it was posted first.', (row) => row.createdAt)),
  }),
});

const LogConnection = connectionOf<Log>(BirdWebhookLog, 'BirdWebhookLog');

builder.objectFields(BirdWebhookSubscription, (t) => ({
  logs: t.field({
    type: LogConnection,
    description: 'What became of its events: Bird keeps failures for seven days.',
    directives: rest(listLogs),
    args: {
      ...connectionArgs,
      executionStatus: t.arg.string({ description: 'Only those with this outcome, in Bird’s own word.' }),
    },
    resolve: ({ workspaceId, id }, { executionStatus, ...args }, context) =>
      byToken<Log>(args, {
        name: `bird webhook logs ${id}`,
        max: MAX_PAGE,
        id: (row) => row.requestId,
        read: async ({ limit, token }) => {
          const answer = await askIn(context, listLogs, workspaceId, {
            params: { webhookSubscriptionId: id },
            query: { limit, pageToken: token, executionStatus },
          });
          return { rows: readResults(answer, listLogs) as Log[], next: nextToken(answer) };
        },
      }),
  }),
  logDetails: t.field({
    type: ['JSON'],
    description: 'Each attempt to post one event, with what was sent and answered; null when there is none.',
    directives: rest(getDetails),
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
}));
