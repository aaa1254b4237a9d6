/** A JSON Schema as the contract's generator writes it. */
export type Schema = Record<string, unknown>;

/** The scalar words of a compact shape, in JSON Schema. */
const SCALARS: Readonly<Record<string, Schema>> = {
  any: {},
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  datetime: { type: 'string', format: 'datetime' },
  email: { type: 'string', format: 'email' },
  integer: { type: 'integer' },
  json: { type: 'object', additionalProperties: true },
  number: { type: 'number' },
  phone: { type: 'string', format: 'phonenumberE164' },
  string: { type: 'string' },
  time: { type: 'string', format: 'time' },
  url: { type: 'string', format: 'uri' },
  uuid: { type: 'string', format: 'uuid' },
};

/** A shape of a compact contract: a line of text, or an object with its properties in `of`. */
export type CompactShape =
  | string
  | { readonly is?: string; readonly of: Readonly<Record<string, CompactShape | null>> };

/** What names mean where a contract says nothing more of them. */
export type Known = Readonly<Record<string, CompactShape | null>>;

const literal = (word: string, { type }: Schema): unknown => {
  if (type === 'boolean' && (word === 'true' || word === 'false')) return word === 'true';
  return (type === 'integer' || type === 'number') && !Number.isNaN(Number(word)) ? Number(word) : word;
};

const KEYWORDS = new Set([
  '->',
  'as',
  'named',
  'with',
  'in',
  '=',
  'e.g.',
  'deprecated',
  'nullable',
  'non-empty',
  'personal',
  'secret',
]);
const isModifier = (word: string): boolean =>
  KEYWORDS.has(word) || /^(?:<=|>=)\d+$|^\d+\.\.\d+$|^\/.+\/$/.test(word);

/** Takes the words up to the next modifier. */
const take = (words: string[]): string[] => {
  const until = words.findIndex(isModifier);
  return words.splice(0, until < 0 ? words.length : until);
};

const bound = (schema: Schema, low: number | undefined, high: number | undefined): void => {
  const isNumber = schema.type === 'integer' || schema.type === 'number';
  if (low !== undefined) schema[isNumber ? 'minimum' : 'minLength'] = low;
  if (high !== undefined) schema[isNumber ? 'maximum' : 'maxLength'] = high;
};

/** Applies the modifiers of a line to the schema of one value, and to the whole one where that is a list. */
const modify = (words: string[], item: Schema, whole: Schema, where: string): void => {
  while (words.length > 0) {
    const word = words.shift() ?? '';
    const range = /^(\d+)\.\.(\d+)$/.exec(word);
    if (range) bound(item, Number(range[1]), Number(range[2]));
    else if (/^<=\d+$/.test(word)) bound(item, undefined, Number(word.slice(2)));
    else if (/^>=\d+$/.test(word)) bound(item, Number(word.slice(2)), undefined);
    else if (/^\/.+\/$/.test(word)) item.pattern = word.slice(1, -1);
    else if (word === '->') item['x-points-to'] = words.shift();
    else if (word === 'as') item['x-relation'] = words.shift();
    else if (word === 'named') whole['x-field'] = words.shift();
    else if (word === 'with')
      item['x-embeds'] = Object.fromEntries(
        take(words).map((pair) => [pair.split('=')[0], pair.split('=').at(-1)]),
      );
    else if (word === 'in') item.enum = take(words);
    else if (word === '=') {
      const value = literal(take(words).join(' '), item);
      whole.default = item === whole ? value : [value];
    } else if (word === 'e.g.') item.examples = [literal(take(words).join(' '), item)];
    else if (word === 'nullable' && typeof item.type === 'string') item.type = [item.type, 'null'];
    else if (word === 'non-empty') whole[item === whole ? 'minLength' : 'minItems'] = 1;
    else if (word === 'deprecated') whole.deprecated = true;
    else if (word === 'personal' || word === 'secret') whole[`x-${word}`] = true;
    else throw new Error(`${where}: ${word} is not understood`);
  }
};

/**
 * Reads a compact shape such as `string 4..15 e.g. weather | The word by which messages call it.`
 *
 * - The type comes first: a scalar’s word, or the name of a shared shape with a capital; `[]` behind it makes a list.
 *   An object says `object` or `object[]` in `is`, and its properties in `of`; a star marks a required one.
 * - `4..15`, `<=255` and `>=0` bound a length or a number; `/…/` is a pattern; `non-empty` asks for at least one.
 * - `in a b c` lists all words there are; `e.g. a` shows one of a list that is not complete, or an example.
 * - `= x` is the default; `nullable`, `deprecated`; `personal` and `secret` say what must not be logged.
 * - `-> users` says which type of resource the id names, `as creator` what the relation is called, and
 *   `with first-name` or `with first-name=user-first-name` which of its attributes stand beside the id.
 * - `named text` is what the graph calls it, where that is not the attribute’s own name.
 * - What follows ` | ` is the description.
 *
 * @param known what a name means of which nothing is said
 * @throws {Error} a word is not understood
 */
export const readShape = (compact: CompactShape, where: string, known: Known = {}): Schema => {
  const line = typeof compact === 'string' ? compact : (compact.is ?? 'object');
  const at = line.search(/(?:^| )\| /);
  const [left, description] =
    at < 0 ? [line, undefined] : [line.slice(0, at), line.slice(line.indexOf('| ', at) + 2)];
  const words = left.trim().split(/\s+/);
  const head = words.shift() ?? '';
  const isList = head.endsWith('[]');
  const base = isList ? head.slice(0, -2) : head;
  const item = typeof compact === 'string' ? named(base, where) : objectOf(compact.of, where, known);
  const whole: Schema = isList ? { type: 'array', items: item } : item;
  modify(words, item, whole, where);
  return description === undefined ? whole : { ...whole, description };
};

const named = (base: string, where: string): Schema => {
  const scalar = SCALARS[base];
  if (!scalar && !/^[A-Z]/.test(base)) throw new Error(`${where}: ${base} is no type`);
  return scalar ? { ...scalar } : { $ref: `#/components/schemas/${base}` };
};

const objectOf = (of: Known, where: string, known: Known): Schema => {
  const properties = Object.fromEntries(
    Object.entries(of).map(([starred, shape]) => {
      const name = starred.replace(/\*$/, '');
      const meant = shape ?? known[name];
      if (!meant) throw new Error(`${where}: what is ${name}?`);
      return [name, readShape(meant, `${where}.${name}`, known)];
    }),
  );
  const required = Object.keys(of)
    .filter((name) => name.endsWith('*'))
    .map((name) => name.slice(0, -1));
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
};
