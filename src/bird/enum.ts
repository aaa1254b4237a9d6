import { builder } from '../builder.ts';
import { InputError } from '../graph/errors.ts';

/**
 * An enum over words that Bird lists completely, with UNKNOWN for the word that it adds tomorrow.
 *
 * @returns the GraphQL type, and the way from Bird's word to its value
 */
export const nativeEnum = (
  name: string,
  { description, values }: { readonly description: string; readonly values: readonly string[] },
) => {
  const known = new Set(values);
  const named: Record<string, { value: string; description: string }> = {
    UNKNOWN: { value: '', description: 'A word that is not known; the native one stands beside it.' },
  };
  for (const value of values) {
    named[value.replaceAll('-', '_').toUpperCase()] = { value, description: `Bird’s \`${value}\`.` };
  }
  const type = builder.enumType(name, { description, values: named });
  return { type, read: (word: string | undefined): string => (known.has(word ?? '') ? (word ?? '') : '') };
};

/**
 * The words of a filter.
 *
 * @throws {InputError} UNKNOWN is among them, which is no word of Bird's
 */
export const readWords = (words: readonly string[] | null | undefined, field: string): typeof words => {
  if (words?.includes('')) throw new InputError(field, 'UNKNOWN is no word of Bird’s');
  return words;
};
