import { SignJWT } from 'jose';
import type { AuthConfig } from '../../src/config/config.ts';

const SECRET = 'a secret that only the issuer and Pigeon know';

/** How a test's gateway knows its callers. */
export const JWT_AUTH: AuthConfig = {
  kind: 'jwt',
  keys: { secret: SECRET },
  issuer: 'https://id.example',
  audience: 'pigeon',
};

/** A token with these claims, good for five minutes unless it is said otherwise; `null` for no end. */
export const tokenOf = (
  claims: Readonly<Record<string, unknown>> = {},
  {
    secret = SECRET,
    issuer = 'https://id.example',
    audience = 'pigeon',
    ends = '5 minutes' as string | Date | null,
  } = {},
): Promise<string> => {
  const token = new SignJWT({ sub: 'ada', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setAudience(audience);
  if (ends !== null) token.setExpirationTime(ends);
  return token.sign(new TextEncoder().encode(secret));
};
