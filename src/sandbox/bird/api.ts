import type { Contract } from '../contract.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { Api } from '../server.ts';
import type { World } from '../world.ts';
import { channelHandlers } from './channels.ts';
import { contactHandlers } from './contacts.ts';
import { messageHandlers } from './messages.ts';
import { sendHandlers } from './send.ts';
import { webhookHandlers } from './webhook-handlers.ts';

/** Bird: one workspace behind `Authorization: AccessKey …`, errors as `{ code, message, details? }`. */
export function birdApi(world: World, contract: Contract): Api {
  const { accessKey, readOnlyKey, workspaceId } = world.bird;
  return {
    name: 'bird',
    contract,
    handlers: {
      ...channelHandlers,
      ...messageHandlers,
      ...sendHandlers,
      ...contactHandlers,
      ...webhookHandlers,
    },
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
      return {
        status,
        body: {
          code,
          message,
          ...(status === 422 && told.length > 0 ? { details: Object.fromEntries(told) } : {}),
        },
      };
    },
  };
}
