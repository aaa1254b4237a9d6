import type { Contract } from './contract.ts';
import type { Dictionary } from './dictionary.ts';

type Scalar = string | number | boolean;

/** One value of a query as the contract understands it; an object's are by its members' names. */
export type Value = Scalar | Scalar[] | Record<string, string>;

/** A parameter with its schema, and the JSON types that it and, in an array, its items may have. */
export interface Parameter {
  name: string;
  schema: Dictionary;
  required: boolean;
  deprecated: boolean;
  types: Set<string>;
  items: Set<string>;
}

/** The parameters of an operation by their place. */
export interface Parameters {
  path: Parameter[];
  query: Parameter[];
  header: Parameter[];
}

/** The parameters that stand at an operation and at the path it is on. */
export function parametersOf(contract: Contract, operation: readonly string[]): Parameters {
  const known: Parameters = { path: [], query: [], header: [] };
  for (const holder of [operation.slice(0, 2), operation]) {
    for (let index = 0; ; index++) {
      const found = contract.at([...holder, 'parameters', String(index)]);
      if (!found) break;
      const { name, in: place, required, deprecated } = found.value;
      const schema = contract.at([...found.pointer, 'schema']);
      if (!schema || !(place in known)) continue;
      known[place as keyof Parameters].push({
        name,
        schema: schema.value,
        required: required === true,
        deprecated: deprecated === true,
        types: typesOf(contract, schema.value),
        items: typesOf(contract, contract.resolved(schema.value.items)),
      });
    }
  }
  return known;
}

/** A text of the query in the type its schema wants; what does not fit stays text, for the schema to refuse. */
export function typed(text: string, types: ReadonlySet<string>): Scalar {
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if (types.has('integer') && /^-?\d+$/.test(text)) return Number(text);
  if (types.has('number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text;
}

/** The JSON types a schema allows, over its alternatives. */
function typesOf(contract: Contract, schema: Dictionary): Set<string> {
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return new Set([
    ...[schema.type ?? []].flat(),
    ...branches.flatMap((branch) => [...typesOf(contract, contract.resolved(branch))]),
  ]);
}
