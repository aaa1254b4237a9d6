import { setTimeout as pause } from 'node:timers/promises';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { AuthConfig } from '../config/config.ts';
import { type Budget, type Caller, UnauthenticatedError } from '../context.ts';
import { fingerprint } from '../upstream/auth.ts';

/** Who asks, by the value of an `Authorization` header. */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

/** Nobody proves anything, so everybody is one and the same. */
const ANYONE: Caller = { key: 'anonymous', known: false, may: () => true, admin: true, expiresAt: undefined };

/** Signatures that are accepted: by a shared secret, or by a published key. */
const SHARED = ['HS256', 'HS384', 'HS512'];
const PUBLISHED = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** How often the issuer's keys are fetched at the most when a token names one that is not known, in milliseconds. */
const KEYS_COOLDOWN_MS = 1000;

/** How far a clock may be off, in seconds. */
const CLOCK_TOLERANCE_S = 5;

/**
 * How callers are known. The promise rejects with an `UnauthenticatedError` when a token is missing or does
 * not hold, and with what jose throws when the issuer's keys cannot be had.
 */
export const authentication = (auth: AuthConfig): Authenticate => {
  if (auth.kind === 'none') return async () => ANYONE;
  const options = {
    issuer: auth.issuer,
    audience: auth.audience,
    clockTolerance: CLOCK_TOLERANCE_S,
    // A token without an end would be good for ever.
    requiredClaims: ['exp'],
  };
  const verify = verifier(auth.keys, options);
  return async (authorization) => {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (!token) throw new UnauthenticatedError('a bearer token is needed');
    try {
      return callerOf(await verify(token), token);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const expired = error instanceof errors.JWTExpired;
      throw new UnauthenticatedError(expired ? 'the token has expired' : 'the token does not hold');
    }
  };
};

const verifier = (keys: (AuthConfig & { kind: 'jwt' })['keys'], options: JWTVerifyOptions) => {
  if ('jwksUrl' in keys) {
    const published = createRemoteJWKSet(new URL(keys.jwksUrl), { cooldownDuration: KEYS_COOLDOWN_MS });
    const verify = async (token: string) =>
      (await jwtVerify(token, published, { ...options, algorithms: PUBLISHED })).payload;
    return async (token: string) => {
      try {
        return await verify(token);
      } catch (error) {
        // A key that was rotated in since the last fetch. One that was fetched just now is asked for once more as soon
        // as that may be, by one fetch for all who wait.
        if (!(error instanceof errors.JWKSNoMatchingKey) || !published.coolingDown) throw error;
        await pause(KEYS_COOLDOWN_MS);
        return verify(token);
      }
    };
  }
  const secret = new TextEncoder().encode(keys.secret);
  return async (token: string) =>
    (await jwtVerify(token, secret, { ...options, algorithms: SHARED })).payload;
};

/** True when the token is at fault, and not the way to the issuer's keys. */
const isRefusal = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout) &&
  !(error instanceof errors.JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC';

/** The values of a claim: a list, or words in one text. */
const listOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? value.split(/[ ,]+/).filter(Boolean)
    : Array.isArray(value)
      ? value.map(String)
      : [];

/** The ids that a claim binds its bearer to; a claim that is there and names none binds to nothing at all. */
const boundTo = (value: unknown): ReadonlySet<string> | undefined =>
  value === undefined ? undefined : new Set(listOf(value).map((id) => id.toLowerCase()));

const callerOf = (claims: JWTPayload, token: string): Caller => {
  const scopes = new Set([claims.scope, claims.scopes, claims.scp].flatMap(listOf));
  const workspaces = boundTo(claims.bird_workspaces);
  const organizations = boundTo(claims.courier_organizations);
  return {
    known: true,
    subject: claims.sub,
    // Another scope or bound is another caller: what the one may share, the other must not see.
    key: fingerprint(
      JSON.stringify([
        claims.sub ?? token,
        claims.client_id,
        claims.azp,
        ...[...scopes].sort(),
        ...(workspaces ? [['bird', ...[...workspaces].sort()]] : []),
        ...(organizations ? [['courier', ...[...organizations].sort()]] : []),
        budgetOf(claims),
      ]),
    ),
    may: (api, right) => scopes.has('admin') || scopes.has(`${api}:${right}`),
    admin: scopes.has('admin'),
    expiresAt: claims.exp === undefined ? undefined : claims.exp * 1000,
    workspaces,
    organizations,
    budget: budgetOf(claims),
  };
};

/** The claims by which an issuer gives a caller a budget of their own. */
const BUDGET_CLAIMS = { calls: 'budget_calls', objects: 'budget_objects', bytes: 'budget_bytes' } as const;

/** What the token says that one operation may use; what it does not say, or not as a number, is everybody's. */
const budgetOf = (claims: JWTPayload): Partial<Budget> =>
  Object.fromEntries(
    Object.entries(BUDGET_CLAIMS).flatMap(([name, claim]) => {
      const value = claims[claim];
      return Number.isSafeInteger(value) && (value as number) >= 0 ? [[name, value]] : [];
    }),
  );
