import type { Call, Handler } from '../call.ts';
import { notFound } from '../refusal.ts';
import type { World } from '../world.ts';
import { pageOf } from './page.ts';
import {
  AVAILABLE,
  type Filter,
  type Log,
  refuseSubscription,
  type Subscription,
} from './webhook-subscription.ts';

type Create = Pick<Subscription, 'service' | 'event' | 'url' | 'template' | 'signingKey'> & {
  eventFilters?: Filter[] | null;
};
type Update = Partial<Pick<Subscription, 'eventFilters' | 'template' | 'url' | 'signingKey' | 'status'>>;

/** The operations on webhook subscriptions. They are kept, not posted to: events go where the sandbox was told. */
export const webhookHandlers: Record<string, Handler> = {
  'GET /workspaces/{workspaceId}/available-webhooks': (call) => {
    const wanted = call.text('service');
    return {
      status: 200,
      body: { results: AVAILABLE.filter(({ service }) => !wanted || service === wanted) },
    };
  },

  'GET /workspaces/{workspaceId}/webhook-subscriptions': (call) => {
    const page = pageOf(call, call.world.bird.subscriptions.all());
    return { status: 200, body: { ...page, results: page.results.map((row) => shown(call.world, row)) } };
  },

  'POST /workspaces/{workspaceId}/webhook-subscriptions': (call) => {
    const { world } = call;
    const given = call.body<Create>();
    const eventFilters = given.eventFilters ?? null;
    refuseSubscription(world.bird.subscriptions.all(), { ...given, eventFilters });
    const at = world.clock.stamp();
    const row: Subscription = {
      ...given,
      id: world.fresh('bird-webhook'),
      eventFilters,
      status: 'active',
      createdAt: at,
      updatedAt: at,
      logs: [],
    };
    world.bird.subscriptions.add(row);
    const { signingKey } = row;
    return {
      status: 201,
      body: { ...shown(world, row), ...(signingKey === undefined ? {} : { signingKey }) },
    };
  },

  'GET /workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}': (call) => ({
    status: 200,
    body: shown(call.world, subscriptionOf(call)),
  }),

  'PATCH /workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}': (call) => {
    const { world } = call;
    const row = subscriptionOf(call);
    const { eventFilters, template, url, signingKey, status } = call.body<Update>();
    if (eventFilters !== undefined)
      refuseSubscription(world.bird.subscriptions.all(), { ...row, eventFilters });
    Object.assign(row, {
      ...(eventFilters === undefined ? {} : { eventFilters }),
      ...(template === undefined ? {} : { template }),
      ...(url === undefined ? {} : { url }),
      ...(signingKey === undefined ? {} : { signingKey }),
      ...(status === undefined ? {} : { status }),
      updatedAt: world.clock.stamp(),
    });
    return { status: 200, body: shown(world, row) };
  },

  'DELETE /workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}': (call) => {
    call.world.bird.subscriptions.delete(subscriptionOf(call).id);
    return { status: 204 };
  },

  'GET /workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}/logs': (call) => {
    const wanted = call.text('executionStatus');
    const { logs } = subscriptionOf(call);
    const page = pageOf(
      call,
      logs.filter(({ executionStatus }) => !wanted || executionStatus === wanted),
    );
    return { status: 200, body: { ...page, results: page.results.map(shownLog) } };
  },

  'GET /workspaces/{workspaceId}/webhook-subscriptions/{webhookSubscriptionId}/logs/details': (call) => {
    const log = subscriptionOf(call).logs.find(({ id }) => id === call.text('requestId'));
    if (!log) throw notFound('webhook log');
    return { status: 200, body: { results: log.attempts } };
  },
};

function subscriptionOf(call: Call): Subscription {
  const row = call.world.bird.subscriptions.get(call.at('webhookSubscriptionId'));
  if (!row) throw notFound('webhook subscription');
  return row;
}

/** A subscription as it is told: the signing key is not. */
function shown({ bird }: World, { signingKey: _, logs: __, ...row }: Subscription): object {
  return { ...row, workspaceId: bird.workspaceId, organizationId: bird.organizationId };
}

function shownLog({ id, executionStatus, createdAt, attempts }: Log): object {
  return {
    requestId: id,
    attemptCount: attempts.length,
    httpStatusCode: attempts.at(-1)?.response.statusCode ?? 0,
    executionStatus,
    createdAt,
  };
}
