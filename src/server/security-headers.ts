/**
 * What every answer says to browsers. A page of ours says its own content-security-policy and how long it may be kept
 * in place of these.
 *
 * @param publicUrl what the outside calls Pigeon; only where that is https may browsers be told to use nothing else
 */
export const securityHeaders = (publicUrl: string): ReadonlyMap<string, string> =>
  new Map([
    // Answers hold what people said to each other.
    ['cache-control', 'no-store'],
    [
      'content-security-policy',
      "default-src 'self'; script-src 'none'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ],
    ['cross-origin-opener-policy', 'same-origin'],
    // Origins that may read ask by CORS, which this does not touch.
    ['cross-origin-resource-policy', 'same-origin'],
    // A query in an address does not travel on.
    ['referrer-policy', 'no-referrer'],
    ['x-content-type-options', 'nosniff'],
    // For what does not know `frame-ancestors`.
    ['x-frame-options', 'DENY'],
    ...(publicUrl.startsWith('https:') ? [['strict-transport-security', 'max-age=31536000'] as const] : []),
  ]);
