import { Collection } from '../collection.ts';
import type { Contract } from '../contract.ts';
import { Refusal } from '../refusal.ts';
import type { Api } from '../server.ts';
import type { World } from '../world.ts';
import { callBehaviours, callHandlers } from './calls.ts';
import { channelBehaviours, channelHandlers } from './channels.ts';
import { courierDialect } from './dialect.ts';
import { LOGIN_PATH, Logins } from './login.ts';
import { messageBehaviours, messageHandlers } from './messages.ts';
import { multicastBehaviours, multicastHandlers } from './multicasts.ts';
import { otherBehaviours, otherHandlers } from './others.ts';
import { textBehaviours, textHandlers } from './texts.ts';

/** courier: JSON:API behind `Authorization: Bearer …`, errors as `{ errors: [{ code, detail, meta, source, status }] }`. */
export function courierApi(
  world: World,
  contract: Contract,
  {
    logins = new Logins(world),
    mediaType = 'application/json',
  }: { logins?: Logins; mediaType?: string } = {},
): Api {
  const behaviours = {
    ...channelBehaviours,
    ...messageBehaviours,
    ...textBehaviours,
    ...multicastBehaviours(() => collection),
    ...callBehaviours,
    ...otherBehaviours,
  };
  const collection: Collection = new Collection(
    contract,
    courierDialect(contract),
    behaviours,
    (call) => call.world.courier.rows,
  );
  return {
    name: 'courier',
    contract,
    collection,
    handlers: {
      ...channelHandlers(collection),
      ...messageHandlers(collection),
      ...textHandlers(collection),
      ...multicastHandlers(collection),
      ...callHandlers(collection),
      ...otherHandlers(collection),
    },
    beside: { [`POST ${LOGIN_PATH}`]: (body) => logins.answer(body) },
    mediaType,
    faultStatus: { path: 404, query: 400, body: 400, header: 415 },
    bodyLimit: 1024 * 1024,
    admit(_method, _path, authorization) {
      const [, token = ''] = /^Bearer (\S+)$/.exec(authorization ?? '') ?? [];
      if (token !== world.courier.token && !logins.holds(token))
        throw new Refusal(401, 'Unauthorized', 'The token is missing, not valid, or has ended');
    },
    refuse({ status, code, message, faults, meta }) {
      const errors = faults.map(({ in: place, name, says }) => ({
        code,
        detail: `${name || 'The body'} ${says}`,
        meta,
        source: place === 'body' ? { pointer: name } : { parameter: name },
        status,
      }));
      return {
        status,
        body: { errors: errors.length > 0 ? errors : [{ code, detail: message, meta, source: {}, status }] },
      };
    },
  };
}
