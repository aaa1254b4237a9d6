import type { IncomingMessage } from 'node:http';
import type { AuthConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { credential } from '../upstream/auth.ts';
import { authentication } from './auth.ts';

/** Who asks, as `createContext` takes it. */
export type Who = Pick<Context, 'caller' | 'courierCredential'>;

/**
 * Says who asks, by a request's headers or, for a socket, by the payload of its `connection_init`, which wins.
 * It rejects as `Authenticate` does.
 */
export type Admit = (request: IncomingMessage, payload?: Readonly<Record<string, unknown>>) => Promise<Who>;

/** How callers come in; their own credential for courier comes along where it is forwarded. */
export const admission = (auth: AuthConfig, courierForwards: boolean): Admit => {
  const authenticate = authentication(auth);
  return async ({ headers }, payload = {}) => {
    const said = (name: string) => payloadText(payload, name) ?? one(headers[name]);
    const forwarded = courierForwards ? said('x-courier-authorization') : undefined;
    return {
      caller: await authenticate(said('authorization')),
      courierCredential: forwarded ? credential(forwarded, true) : undefined,
    };
  };
};

const one = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

/** A member of a payload, its name compared as a header's; what no HTTP header could be is none. */
const payloadText = (payload: Readonly<Record<string, unknown>>, name: string): string | undefined => {
  const value = Object.entries(payload).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof value === 'string' && /^[\x20-\x7e]+$/.test(value) ? value : undefined;
};
