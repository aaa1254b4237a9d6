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
export type CompactShape = string | { readonly is?: string; readonly of: Readonly<Record<string, CompactShape | null>> };

const literal = (word: string): unknown => {
  if (word === 'true' || word === 'false') return word === 'true';
  return /^-?\d+(?:\.\d+)?$/.test(word) ? Number(word) : word;
};

/** The words up to the next modifier. */
const KEYWORDS = new Set(['->', 'as', 'with', 'in', '=', 'e.g.', 'deprecated', 'nullable', 'non-empty', 'personal', 'secret']);
const isModifier = (word: string): boolean =>
  KEYWORDS.has(word) || /^(?:<=|>=)\d+$|^\d+\.\.\d+$|^\/.+\/$/.test(word);

const take = (words: string[]): string[] => {
  const until = words.findIndex(isModifier);
  return words.splice(0, until < 0 ? words.length : until);
};

const bounds = (schema: Schema, low: number | undefined, high: number | undefined): void => {
  const isNumber = schema.type === 'integer' || schema.type === 'number';
  if (low !== undefined) schema[isNumber ? 'minimum' : 'minLength'] = low;
  if (high !== undefined) schema[isNumber ? 'maximum' : 'maxLength'] = high;
};

/**
 * Reads a compact shape such as `string 4..15 e.g. weather | The word by which messages call it.`
 *
 * - The type comes first: a scalar's word, or the name of a shared shape with a capital; `[]` behind it makes a list.
 * - `4..15`, `<=255` and `>=0` bound a length or a number; `/…/` is a pattern; `non-empty` is a list's.
 * - `in a b c` lists all words there are; `e.g. a` shows one of a list that is not complete, or an example.
 * - `= x` is the default; `nullable`, `deprecated`; `personal` and `secret` say what must not be logged.
 * - `-> users` says which type of resource the id names, `as creator` what the relation is called, and
 *   `with first-name` or `with first-name=user-first-name` which of its attributes stand beside the id.
 * - What follows ` | ` is the description.
 *
 * @throws {Error} a word is not understood
 */
export const readShape = (compact: CompactShape, where: string): Schema => {
  if (typeof compact !== 'string') {
    const { is = 'object', of } = compact;
    const [type = '', ...about] = is.split(' | ');
    const properties = Object.fromEntries(
      Object.entries(of).map(([name, shape]) => [name.replace(/\*$/, ''), readShape(shape ?? 'any', `${where}.${name}`)]),
    );
    const required = Object.keys(of).filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
    const object = { type: 'object', properties, ...(required.length > 0 && { required }) };
    const description = about.length > 0 ? { description: about.join(' | ') } : {};
    return type.trim() === 'object[]' ? { ...description, type: 'array', items: object } : { ...description, ...object };
  }
  const at = compact.search(/(?:^| )\| /);
  const [left, description] = at < 0 ? [compact, undefined] : [compact.slice(0, at), compact.slice(compact.indexOf('| ', at) + 2)];
  const words = left.trim().split(/\s+/);
  const head = words.shift() ?? '';
  const isList = head.endsWith('[]');
  const base = isList ? head.slice(0, -2) : head;
  const scalar = SCALARS[base];
  if (!scalar && !/^[A-Z]/.test(base)) throw new Error(`${where}: ${base} is no type`);
  const item: Schema = scalar ? { ...scalar } : { $ref: `#/components/schemas/${base}` };
  const whole: Schema = isList ? { type: 'array', items: item } : item;
  while (words.length > 0) {
    const word = words.shift() ?? '';
    const range = /^(\d+)\.\.(\d+)$/.exec(word);
    if (range) bounds(item, Number(range[1]), Number(range[2]));
    else if (/^<=\d+$/.test(word)) bounds(item, undefined, Number(word.slice(2)));
    else if (/^>=\d+$/.test(word)) bounds(item, Number(word.slice(2)), undefined);
    else if (/^\/.+\/$/.test(word)) item.pattern = word.slice(1, -1);
    else if (word === '->') item['x-points-to'] = words.shift();
    else if (word === 'as') item['x-relation'] = words.shift();
    else if (word === 'with')
      item['x-embeds'] = Object.fromEntries(take(words).map((pair) => [pair.split('=')[0], pair.split('=').at(-1)]));
    else if (word === 'in') item.enum = take(words);
    else if (word === '=') whole.default = literal(take(words).join(' '));
    else if (word === 'e.g.') item.examples = [literal(take(words).join(' '))];
    else if (word === 'nullable') {
      if (typeof item.type === 'string') item.type = [item.type, 'null'];
      else throw new Error(`${where}: only a scalar can be nullable`);
    } else if (word === 'non-empty') whole[isList ? 'minItems' : 'minLength'] = 1;
    else if (word === 'deprecated') whole.deprecated = true;
    else if (word === 'personal' || word === 'secret') whole[`x-${word}`] = true;
    else throw new Error(`${where}: ${word} is not understood`);
  }
  return description === undefined ? whole : { ...whole, description };
};
