/** `reaction-type`, `content_type` and `reactionType` in camelCase. */
export const camel = (name: string): string =>
  // Most names are in camelCase already, and to see that takes a tenth of the time.
  /[-_ ]/.test(name) ? name.replace(/[-_ ]+(\w)/g, (_, letter: string) => letter.toUpperCase()) : name;

/** The same in PascalCase. */
export const pascal = (name: string): string => {
  const word = camel(name);
  return word.charAt(0).toUpperCase() + word.slice(1);
};

/** A sentence about an operation as one about what it gives: `Lists the plug-ins.` is `The plug-ins.` */
export const asNoun = (sentence: string): string => withCapital(sentence.replace(/^(?:Lists|Returns) /, ''));

/** A sentence about an id as one about what the id is of: `Native id of the user.` is `The user.` */
export const asThing = (sentence: string): string => withCapital(sentence.replace(/^Native ids? of /, ''));

const withCapital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);

/** A name that begins with a small letter. */
export const uncapitalized = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** `plugin` as `plugins`, `entry` as `entries`. */
export const plural = (noun: string): string => {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(?:s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
};

/** `participants` as `participant`, `entries` as `entry`; a word that is no plural stays. */
export const singular = (noun: string): string => {
  if (noun.endsWith('ies')) return `${noun.slice(0, -3)}y`;
  if (/(?:ss|x|ch|sh)es$/.test(noun)) return noun.slice(0, -2);
  return noun.endsWith('s') && !noun.endsWith('ss') ? noun.slice(0, -1) : noun;
};

/** `setting-up`, `productList` and `2fa` as the values of an enum: `SETTING_UP`, `PRODUCT_LIST`, `_2FA`. */
export const enumValue = (word: string): string =>
  word
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_')
    .toUpperCase();

/** A type and a part of it as one name, without saying a word twice: `VideoChannel` and `channel-state`. */
export const joinNames = (typename: string, part: string): string => {
  const words = pascal(part).split(/(?=[A-Z])/);
  const end = typename.split(/(?=[A-Z])/);
  for (let count = Math.min(words.length - 1, end.length); count > 0; count--) {
    if (end.slice(-count).join('') === words.slice(0, count).join(''))
      return typename + words.slice(count).join('');
  }
  return typename + words.join('');
};
