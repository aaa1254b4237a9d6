import { createHash } from 'node:crypto';

/** Gives the UUID of a thing by its name, the same one whenever seed and name are the same. */
export type IdOf = (...name: (string | number)[]) => string;

/**
 * Ids come from names rather than from a sequence, so that a person who is added to the world does not change
 * everybody else's ids.
 */
export function naming(seed: number): IdOf {
  return (...name) => {
    const hash = createHash('sha1')
      .update([seed, ...name].join('\u0000'))
      .digest('hex');
    const variant = ((Number.parseInt(hash.slice(16, 17), 16) & 3) | 8).toString(16);
    return [
      hash.slice(0, 8),
      hash.slice(8, 12),
      `4${hash.slice(13, 16)}`,
      variant + hash.slice(17, 20),
      hash.slice(20, 32),
    ].join('-');
  };
}
