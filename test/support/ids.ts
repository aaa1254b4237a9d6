/** The same UUID for the same word, so that tests can name things. */
export const idOf = (word: string): string => {
  let hash = 0x811c9dc5;
  let digits = '';
  for (let round = 0; digits.length < 32; round++) {
    for (const char of `${round}${word}`)
      hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    digits += hash.toString(16).padStart(8, '0');
  }
  const d = digits.slice(0, 32);
  return `${d.slice(0, 8)}-${d.slice(8, 12)}-4${d.slice(13, 16)}-a${d.slice(17, 20)}-${d.slice(20)}`;
};
