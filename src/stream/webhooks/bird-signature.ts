import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What Bird signs of a webhook. */
export interface Signed {
  /** The `messagebird-request-timestamp` header as it came. */
  readonly timestamp: string;
  /** The URL that the subscription names, as Bird knows it. */
  readonly url: string;
  /** The body's exact bytes. */
  readonly body: Uint8Array;
}

/**
 * Bird's signature: the HMAC-SHA256, in base64, of the timestamp, a line feed, the URL, a line feed and the
 * body's SHA-256 as raw bytes. The key is its text's bytes, also where it looks like base64.
 */
export const birdSignature = (key: string, { timestamp, url, body }: Signed): string =>
  createHmac('sha256', key)
    .update(`${timestamp}\n${url}\n`)
    .update(createHash('sha256').update(body).digest())
    .digest('base64');

/**
 * True when one of the keys made the signature. The time taken tells nothing of how much of it is right. Age
 * does not count: Bird repeats a webhook for hours under its first timestamp.
 */
export const isSignedByBird = (signature: string, keys: readonly string[], signed: Signed): boolean => {
  const given = Buffer.from(signature);
  return keys
    .map((key) => Buffer.from(birdSignature(key, signed)))
    .some((right) => right.length === given.length && timingSafeEqual(right, given));
};
