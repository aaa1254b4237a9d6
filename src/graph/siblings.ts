const lists = new WeakMap<object, readonly { readonly node: unknown }[]>();

/** Remembers which rows stand in one list, so that what is asked of one of them can be learned of all. */
export const standTogether = (edges: readonly { readonly node: unknown }[]): void => {
  for (const { node } of edges) if (typeof node === 'object' && node !== null) lists.set(node, edges);
};

/** The edges of the list in which a row was given last, its own among them; undefined for a row of no list. */
export const siblingsOf = (row: object): readonly { readonly node: unknown }[] | undefined => lists.get(row);
