import { decodeJwt } from 'jose/jwt/decode';
import { fingerprint } from '../upstream/auth.ts';
import { deadline } from '../upstream/deadline.ts';
import { InvalidResponseError } from '../upstream/errors.ts';
import { http } from '../upstream/http.ts';
import type { Account, Token } from '../upstream/login.ts';
import { retry } from '../upstream/retry.ts';
import { type Credential, compose, type Layer, type Operation } from '../upstream/send.ts';

/** Pigeon's own account at courier. */
interface Named {
  /** The whole address of the login. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** The longest life that a token can be asked for, in seconds: what the vendor's reference allows. */
const LIFE_S = 3600;

/** The shortest life that is believed, in seconds: a token that has ended already would be renewed without end. */
const LEAST_LIFE_S = 1;

/** By when a login must be answered, in milliseconds; those who wait for it have deadlines of their own. */
const LOGIN_MS = 15_000;

/** A login is made without a credential; what its refusal means is told by whoever keeps the login. */
const NOBODY: Credential = { header: '', key: '', secret: '', forwarded: false, handled: [401, 403] };

/** How Pigeon logs in to courier: a username and a password for a token that lives an hour at the most. */
export const courierAccount = (
  { url, username, password }: Named,
  observe: Layer,
): Account & { readonly credential: Credential; close(): Promise<void> } => {
  const { origin, pathname } = new URL(url);
  // A login may be repeated: each gives a token, and takes none away.
  const operation: Operation = { api: 'courier', method: 'POST', path: pathname, safe: true };
  const { send, close } = http(origin);
  const sendLogin = compose(send, deadline, retry({ refusedMeansUnprocessed: false }), observe);
  return {
    operation,
    // Stands for the account in keys. Its calls get their header from the login's layer.
    credential: {
      header: '',
      key: fingerprint(`login ${url} ${username}`),
      secret: `${username} ${password}`,
      forwarded: false,
    },
    obtain: async (signal) => {
      const { status, body } = await sendLogin({
        operation,
        credential: NOBODY,
        body: { username, password, 'access-token-expiration-seconds': LIFE_S },
        signal,
        deadline: performance.now() + LOGIN_MS,
      });
      const token = tokenOf(body);
      if (!token) throw new InvalidResponseError(operation, status);
      return token;
    },
    close,
  };
};

/**
 * Reads a login's answer. Only `access-token` is documented, and not whether it stands by itself or in an envelope
 * as courier's things do; whatever else the answer says of the token's life can but shorten it.
 */
export const tokenOf = (answer: unknown): Token | undefined => {
  for (const holder of holders(answer)) {
    const token = holder['access-token'];
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) continue;
    const lives = [...saidIn(holder), ...saidBy(token), LIFE_S];
    return { header: `Bearer ${token}`, lifeMs: Math.max(Math.min(...lives), LEAST_LIFE_S) * 1000 };
  }
  return undefined;
};

const holders = (answer: unknown): Record<string, unknown>[] => {
  const data = isRecord(answer) ? answer.data : undefined;
  return [answer, isRecord(data) ? data.attributes : undefined, data].filter(isRecord);
};

/** Lives in seconds that stand beside the token. */
const saidIn = (holder: Record<string, unknown>): number[] =>
  Object.entries(holder)
    .filter(([name]) => /^(?:access-token-)?(?:expiration-seconds|expires-in)$/.test(name))
    .map(([, value]) => Number(value))
    .filter((seconds) => seconds > 0);

/** The life in seconds that the token tells itself, if it is a JWT. Another clock may run ahead or behind. */
const saidBy = (token: string): number[] => {
  try {
    const { exp, iat } = decodeJwt(token);
    if (exp === undefined) return [];
    return [exp - (iat ?? 0), exp - Date.now() / 1000].filter((seconds) => seconds > 0);
  } catch {
    return [];
  }
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
