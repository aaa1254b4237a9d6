import type { Contract } from '../contract.ts';
import { Refusal } from '../refusal.ts';
import type { Api } from '../server.ts';
import type { World } from '../world.ts';
import { channelHandlers } from './channels.ts';
import { LOGIN_PATH, Logins } from './login.ts';
import { messageHandlers } from './messages.ts';
import { peopleHandlers } from './people.ts';
import { textAndEmailHandlers } from './texts-and-emails.ts';

/** courier: JSON:API behind `Authorization: Bearer …`, errors as `{ errors: [{ code, detail, meta, source, status }] }`. */
export function courierApi(world: World, contract: Contract, logins = new Logins(world)): Api {
  return {
    name: 'courier',
    contract,
    handlers: { ...peopleHandlers, ...channelHandlers, ...messageHandlers, ...textAndEmailHandlers },
    beside: { [`POST ${LOGIN_PATH}`]: (body) => logins.answer(body) },
    faultStatus: { path: 404, query: 400, body: 400, header: 415 },
    bodyLimit: 1024 * 1024,
    admit(_method, _path, authorization) {
      const [, token = ''] = /^Bearer (\S+)$/.exec(authorization ?? '') ?? [];
      if (token !== world.courier.token && !logins.holds(token))
        throw new Refusal(401, 'Unauthorized', 'The token is missing, not valid, or has ended');
    },
    refuse({ status, code, message, faults }) {
      const errors = faults.map(({ in: place, name, says }) => ({
        code,
        detail: `${name || 'The body'} ${says}`,
        meta: {},
        source: place === 'body' ? { pointer: name } : { parameter: name },
        status,
      }));
      return {
        status,
        body: {
          errors: errors.length > 0 ? errors : [{ code, detail: message, meta: {}, source: {}, status }],
        },
      };
    },
  };
}
