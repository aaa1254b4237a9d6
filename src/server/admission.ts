import type { IncomingMessage } from 'node:http';
import type { AuthConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { credential } from '../upstream/auth.ts';
import { authentication } from './auth.ts';

/** Who asks, as `createContext` takes it. */
export type Who = Pick<Context, 'caller' | 'courierCredential'> & {
  /** True when answers are to say what they cost; only those who may read are told. */
  readonly explain?: boolean;
};

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
    const caller = await authenticate(said('authorization'));
    const mayRead = caller.may('bird', 'read') || caller.may('courier', 'read');
    return {
      caller,
      courierCredential: forwarded ? credential(forwarded, true) : undefined,
      ...(mayRead && said('x-pigeon-explain') === '1' && { explain: true }),
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
