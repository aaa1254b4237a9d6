import type { EnumRef } from '@pothos/core';
import { type BuilderTypes, builder } from '../builder.ts';
import { InputError } from './errors.ts';
import { enumValue } from './names.ts';

interface Words {
  readonly description: string;
  /** All words that there are, as the upstream spells them. */
  readonly values: readonly string[];
  /** What each word means, where that is known. */
  readonly meanings?: Readonly<Record<string, string>>;
  /** False for words that are only written, never read: then there is none that is not known. */
  readonly isRead?: boolean;
}

interface NativeEnum {
  readonly type: EnumRef<BuilderTypes, string, string>;
  /** The value of an upstream’s word; of one that it adds tomorrow, UNKNOWN’s. */
  readonly read: (word: string | null | undefined) => string;
}

const enums = new Map<string, NativeEnum & { readonly words: string }>();

/**
 * An enum over words that an upstream lists completely, with UNKNOWN for the word that it adds tomorrow. Asked for
 * again with the same words, it is the same one.
 *
 * @throws {Error} other words have the name already
 */
export const nativeEnum = (
  name: string,
  { description, values, meanings = {}, isRead = true }: Words,
): NativeEnum => {
  const words = values.toSorted().join(' ');
  const made = enums.get(name);
  if (made) {
    if (made.words !== words) throw new Error(`${name} has two lists of words`);
    return made;
  }
  const known = new Set(values);
  const named: Record<string, { value: string; description: string }> = isRead
    ? {
        UNKNOWN: {
          value: '',
          description: 'A word that is not known; the native one stands beside it. It is never written.',
        },
      }
    : {};
  for (const value of values) {
    named[enumValue(value)] = { value, description: meanings[value] ?? `The upstream’s \`${value}\`.` };
  }
  const type = builder.enumType(name, { description, values: named }) as EnumRef<
    BuilderTypes,
    string,
    string
  >;
  const created = {
    type,
    words,
    read: (word: string | null | undefined) => (known.has(word ?? '') ? (word ?? '') : ''),
  };
  enums.set(name, created);
  return created;
};

/**
 * The words of a filter.
 *
 * @throws {InputError} UNKNOWN is among them, which is no word of an upstream
 */
export const readWords = (words: readonly string[] | null | undefined, field: string): typeof words => {
  if (words?.includes('')) throw new InputError(field, 'UNKNOWN is only for reading');
  return words;
};
