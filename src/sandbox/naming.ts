import { hash } from 'node:crypto';

/** Gives the UUID of a thing by its name, the same one whenever seed and name are the same. */
export type IdOf = (...name: (string | number)[]) => string;

/**
 * Ids come from names rather than from a sequence, so that a person who is added to the world does not change
 * everybody else's ids.
 */
export function naming(seed: number): IdOf {
  return (...name) => {
    const hex = hash('sha1', [seed, ...name].join('\u0000'));
    const variant = '89ab'[Number.parseInt(hex.slice(16, 17), 16) & 3];
    const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`];
    return [...parts, variant + hex.slice(17, 20), hex.slice(20, 32)].join('-');
  };
}
