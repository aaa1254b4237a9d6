import { Collection } from '../collection.ts';
import type { Contract } from '../contract.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { Api } from '../server.ts';
import type { World } from '../world.ts';
import { channelBehaviours, channelHandlers } from './channels.ts';
import { contactBehaviours, contactHandlers } from './contacts.ts';
import { birdDialect } from './dialect.ts';
import { lookupHandlers } from './lookup.ts';
import { mediaHandlers } from './media.ts';
import { messageBehaviours, messageHandlers } from './messages.ts';
import { sendHandlers } from './send.ts';
import { refuseWriteKey, TRACK, trackingHandlers } from './tracking.ts';
import { webhookBehaviours, webhookHandlers } from './webhook-subscriptions.ts';

/** Bird: one workspace behind `Authorization: AccessKey …`, errors as `{ code, message, details? }`. */
export function birdApi(world: World, contract: Contract): Api {
  const { accessKey, readOnlyKey, workspaceId } = world.bird;
  const collection = new Collection(
    contract,
    birdDialect(contract),
    { ...channelBehaviours, ...messageBehaviours, ...contactBehaviours, ...webhookBehaviours },
    (call) => call.world.bird.rows,
  );
  return {
    name: 'bird',
    contract,
    collection,
    handlers: {
      ...channelHandlers,
      ...messageHandlers(collection),
      ...sendHandlers(collection),
      ...contactHandlers(collection),
      ...webhookHandlers(),
      ...mediaHandlers(),
      ...lookupHandlers(),
      ...trackingHandlers(),
    },
    elsewhere: new Set([TRACK]),
    faultStatus: { path: 422, query: 422, body: 422, header: 400 },
    bodyLimit: 200 * 1024,
    admit(method, path, authorization) {
      const key = /^AccessKey (\S+)$/.exec(authorization ?? '')?.[1];
      if (key !== accessKey && key !== readOnlyKey)
        throw new Refusal(401, 'Unauthorized', 'The access key is missing or not valid');
      const named = /^\/workspaces\/([^/]+)/.exec(path)?.[1];
      if (named !== undefined && named.toLowerCase() !== workspaceId) throw notFound('workspace');
      if (key === readOnlyKey && method !== 'GET')
        throw new Refusal(403, 'Forbidden', 'No policy of this access key allows this');
    },
    refuse({ status, code, message, faults }) {
      const details = Object.groupBy(
        faults,
        ({ name }) => name.replace(/^\//, '').replaceAll('/', '.') || 'body',
      );
      const told = Object.entries(details).map(([field, all = []]) => [field, all.map(({ says }) => says)]);
      const more = status === 422 && told.length > 0 ? { details: Object.fromEntries(told) } : {};
      return { status, body: { code, message, ...more } };
    },
  };
}

/** The host that takes tracked events: it asks for the application's write key and for nothing else. */
export function captureApi(world: World, contract: Contract): Api {
  const api = birdApi(world, contract);
  const handler = api.handlers[TRACK];
  const elsewhere = contract.operations.map(({ key }) => key).filter((key) => key !== TRACK);
  return {
    ...api,
    elsewhere: new Set(elsewhere),
    handlers: {
      [TRACK]: (call) => {
        refuseWriteKey(world, call.header('x-bird-write-key'));
        return handler?.(call) ?? { status: 204 };
      },
    },
  };
}
