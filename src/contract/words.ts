/** Members whose values are data of the API, in which the names below mean something else. */
const DATA = ['example', 'examples', 'default', 'const', 'enum'];

/** An OpenAPI document without what it says to people alone: its descriptions and summaries. */
export const withoutWords = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(withoutWords);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([name, value]) => !(['description', 'summary'].includes(name) && typeof value === 'string'))
      .map(([name, value]) => [name, DATA.includes(name) ? value : withoutWords(value)]),
  );
};
