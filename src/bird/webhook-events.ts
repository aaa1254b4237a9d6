import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { readWords } from '../graph/enum.ts';
import { rest } from '../graph/ledger.ts';
import { Bird } from './bird.ts';
import { askIn, operation, readResults } from './load.ts';
import type { components } from './openapi.gen.ts';
import { BirdWebhookService, readService } from './webhook-words.ts';

type Row = components['schemas']['AvailableWebhook'];

export const listAvailable = operation('GET', '/workspaces/{workspaceId}/available-webhooks');

/** What a workspace can subscribe to; of one service, if one is named. */
export const readAvailable = async (
  context: Context,
  workspaceId: string,
  service?: string | null,
): Promise<Row[]> => {
  const answer = await askIn(context, listAvailable, workspaceId, { query: { service } });
  return readResults(answer, listAvailable) as Row[];
};

const AvailableEvent = builder
  .objectRef<components['schemas']['AvailableWebhookEvent']>('BirdAvailableWebhookEvent')
  .implement({
    description: 'Events that can be subscribed to.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Their name, such as `sms.outbound`.' }),
      filterKeys: t.exposeStringList('filterKeys', { description: 'What they can be filtered by.' }),
    }),
  });

const AvailableWebhook = builder.objectRef<Row>('BirdAvailableWebhook').implement({
  description: 'The events of one part of Bird that can be subscribed to.',
  fields: (t) => ({
    service: t.field({
      type: BirdWebhookService,
      nullable: false,
      description: 'The part of Bird.',
      resolve: (row) => readService(row.service),
    }),
    nativeService: t.exposeString('service', { description: 'Bird’s own word for that part.' }),
    events: t.field({
      type: [AvailableEvent],
      description: 'Its events.',
      resolve: (row) => row.events,
    }),
  }),
});

builder.objectField(Bird, 'availableWebhooks', (t) =>
  t.field({
    type: [AvailableWebhook],
    description: 'What can be subscribed to.',
    directives: rest(listAvailable),
    args: { service: t.arg({ type: BirdWebhookService, description: 'Only what this part of Bird has.' }) },
    resolve: ({ workspaceId }, { service }, context) => {
      readWords(service == null ? [] : [service], 'service');
      return readAvailable(context, workspaceId, service);
    },
  }),
);
