import type { Contract } from './contract.ts';

/** One value of a query as the contract understands it. */
export type Value = string | number | boolean | (string | number | boolean)[];

/** A parameter, the reference to its schema, and the JSON types that it and, in an array, its items may have. */
export interface Parameter {
  name: string;
  schema: string;
  types: Set<string>;
  items: Set<string>;
}

/** The parameters of an operation; `required` names those the query must have. */
export interface Parameters {
  path: Parameter[];
  query: Parameter[];
  required: string[];
}

/** The parameters that stand at an operation and at the path it is on. */
export function parametersOf(contract: Contract, operation: readonly string[]): Parameters {
  const known: Parameters = { path: [], query: [], required: [] };
  for (const holder of [operation.slice(0, 2), operation]) {
    for (let index = 0; ; index++) {
      const found = contract.at([...holder, 'parameters', String(index)]);
      if (!found) break;
      const { name, in: place, required } = found.value;
      if (typeof name !== 'string' || (place !== 'path' && place !== 'query')) continue;
      const pointer = [...found.pointer, 'schema'];
      const array = arrayAt(contract, pointer);
      known[place].push({
        name,
        schema: contract.reference(pointer),
        types: typesAt(contract, pointer),
        items: array ? typesAt(contract, [...array, 'items']) : new Set(),
      });
      if (place === 'query' && required === true) known.required.push(name);
    }
  }
  return known;
}

/** A text of the query in the type its schema wants; what does not fit stays text, for the schema to refuse. */
export function typed(text: string, types: ReadonlySet<string>): string | number | boolean {
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if (types.has('integer') && /^-?\d+$/.test(text)) return Number(text);
  if (types.has('number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text;
}

/** The JSON types a schema allows, over its alternatives. */
function typesAt(contract: Contract, pointer: readonly string[]): Set<string> {
  const schema = contract.at(pointer);
  const types = new Set([schema?.value.type].flat().filter((type) => typeof type === 'string'));
  for (const branch of schema ? branches(contract, schema.pointer) : [])
    for (const type of typesAt(contract, branch)) types.add(type);
  return types;
}

/** Where the schema is, or the alternative of it, that is an array's. */
function arrayAt(contract: Contract, pointer: readonly string[]): readonly string[] | undefined {
  const schema = contract.at(pointer);
  if (!schema || schema.value.items !== undefined) return schema?.pointer;
  return branches(contract, schema.pointer).find((branch) => typesAt(contract, branch).has('array'));
}

function branches(contract: Contract, pointer: readonly string[]): string[][] {
  const schema = contract.at(pointer)?.value ?? {};
  return ['anyOf', 'oneOf', 'allOf'].flatMap((word) => {
    const list = schema[word];
    return Array.isArray(list) ? list.map((_, index) => [...pointer, word, String(index)]) : [];
  });
}
