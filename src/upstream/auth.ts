import { createHash } from 'node:crypto';
import type { Credential } from './send.ts';

/** Tells secrets apart without holding them. */
export const fingerprint = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url').slice(0, 22);

/** Stands for no credential at all. */
export const ANONYMOUS: Credential = { header: '', key: 'anonymous', secret: '', forwarded: false };

/** A whole `Authorization` header as a credential; `forwarded` when it is the caller's own. */
export const credential = (header: string, forwarded: boolean): Credential => ({
  header,
  key: fingerprint(header),
  secret: header,
  forwarded,
});
