import { builder } from '../builder.ts';
import { authorize, type Context, requireAdmin } from '../context.ts';
import { InputError } from '../graph/errors.ts';
import { operationsOf } from '../graph/ledger.ts';
import { mutation } from '../graph/mutation.ts';
import { AnswerError } from '../upstream/errors.ts';
import { listChannels } from './channel.ts';
import { dialect } from './dialect.ts';
import { availableWebhooks } from './resources/available-webhook.ts';
import {
  BirdWebhookSubscription,
  createSubscription,
  type SubscriptionRow,
  subscriptions,
} from './resources/webhook-subscription.ts';
import {
  availableEvents,
  covers,
  EVENT,
  eventsOfChannels,
  everyRow,
  filtersOf,
  isAlike,
  SERVICE,
} from './webhook-wanted.ts';

/** The addresses that Bird posts to: https, a host name, no port. */
const WEBHOOK_URL = new RegExp(dialect.contract.component('WebhookUrl').pattern ?? '', 'u');

/** How many subscriptions Bird lets have the same filters. */
const MAX_ALIKE = 5;

/** The statuses by which Bird refuses one subscription and no other. */
const REFUSALS = new Set([400, 409, 422]);

interface Refused {
  readonly event: string;
  readonly reason: string;
}

const BirdWebhookRefusal = builder.objectRef<Refused>('BirdWebhookRefusal').implement({
  description: 'An event that could not be subscribed to.',
  fields: (t) => ({
    event: t.exposeString('event', {
      nullable: false,
      description: 'The event that could not be subscribed to.',
    }),
    reason: t.exposeString('reason', { nullable: false, description: 'Why not.' }),
  }),
});

/**
 * Where Bird is to post to, and by which key it is to sign.
 *
 * @throws {InputError} Bird would not post there, or nothing could be verified
 */
const here = ({ services }: Context): { url: string; signingKey: string } => {
  const { url = '', signingKey } = services.birdWebhooks ?? {};
  if (!WEBHOOK_URL.test(url)) {
    throw new InputError(
      'input',
      `PUBLIC_URL must be https with a host name and without a port, or Bird does not post to ${url}`,
    );
  }
  if (!signingKey)
    throw new InputError('input', 'BIRD_WEBHOOK_SIGNING_KEY must be set, or no webhook is taken');
  return { url, signingKey };
};

mutation('ensureBirdWebhooks', {
  description: [
    'Has Bird post to this Pigeon, under its PUBLIC_URL and signed with its first signing key, what moves the',
    'statuses of messages. What is subscribed to already, be it inactive, stays as it is: calling it again',
    'changes nothing. It needs the scope `admin`.',
  ].join(' '),
  operations: operationsOf(subscriptions, availableWebhooks, listChannels, createSubscription),
  input: (t) => ({
    ...dialect.scopeInput(t, false),
    events: t.stringList({
      description:
        'The events, such as `sms.outbound`; by default `outbound`, `inbound` and `interaction` of every platform that the workspace has channels on, as far as Bird has them. Of interactions only `read` is posted.',
    }),
  }),
  resolve: async ({ events, ...input }, context) => {
    requireAdmin(context);
    authorize(context, 'bird', 'write');
    const scope = dialect.scopeOfInput(context, input);
    const { url, signingKey } = here(context);
    if (events?.some((event) => !EVENT.test(event)))
      throw new InputError('input.events', 'must end with .outbound, .inbound or .interaction');
    const [there, available, asked] = await Promise.all([
      everyRow((args) => subscriptions.read(context, args, {}, true, scope)),
      availableEvents(context, scope),
      events ? [...new Set(events)] : eventsOfChannels(context, scope),
    ]);

    const existing: SubscriptionRow[] = [];
    const refused: Refused[] = [];
    const missing: string[] = [];
    for (const event of asked) {
      const found = there.filter((row) => row.url === url && covers(row, event));
      if (found.length > 0) existing.push(...found);
      else if (available && !available.has(event)) {
        refused.push({ event, reason: 'Bird does not have it in this workspace' });
      } else if (there.filter((row) => isAlike(row, event)).length >= MAX_ALIKE) {
        refused.push({ event, reason: `${MAX_ALIKE} subscriptions have the same filters already` });
      } else missing.push(event);
    }

    const settled = await Promise.allSettled(
      missing.map((event) => {
        const filters = filtersOf(event);
        const values = {
          service: SERVICE,
          event,
          ...(filters.length > 0 && { eventFilters: filters }),
          url,
          signingKey,
        };
        return createSubscription.run(context, values, dialect.inputPath('input.'), scope);
      }),
    );
    const created: SubscriptionRow[] = [];
    for (const [index, result] of settled.entries()) {
      if (result.status === 'fulfilled') created.push(result.value);
      else if (result.reason instanceof AnswerError && REFUSALS.has(result.reason.status))
        refused.push({ event: missing[index] ?? '', reason: result.reason.message });
      else throw result.reason;
    }
    return { existing, created, refused };
  },
  payload: (t) => ({
    existing: t.expose('existing', {
      type: [BirdWebhookSubscription],
      nullable: false,
      description: 'The subscriptions that were there, inactive ones among them.',
    }),
    created: t.expose('created', {
      type: [BirdWebhookSubscription],
      nullable: false,
      description: 'The subscriptions that were made.',
    }),
    refused: t.expose('refused', {
      type: [BirdWebhookRefusal],
      nullable: false,
      description: 'The events that could not be subscribed to.',
    }),
  }),
});
