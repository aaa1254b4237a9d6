import type { Contract } from './contract.ts';
import { type Dictionary, isDictionary } from './dictionary.ts';
import type { Rows } from './row.ts';
import { toStored, toWire } from './times.ts';

/** What there is to do with the values of a schema; undefined where there is nothing. */
interface Plan {
  time?: true;
  items?: Plan;
  fields?: [name: string, plan: Plan][];
  /** For a field that holds an id: of which type, and which of that row's attributes stand beside it. */
  embeds?: [field: string, type: string, pairs: [there: string, here: string][]][];
}

/** The attributes of each type of row as the contract describes them, and the ways between rows and the wire. */
export class Fields {
  readonly #contract: Contract;
  readonly #plans = new Map<Dictionary, Plan | undefined>();

  constructor(contract: Contract) {
    this.#contract = contract;
  }

  /** A value as it goes over the wire: courier's times in its own form, and beside an id what its row says. */
  shown<Value>(schema: Dictionary, value: Value, rows: Rows): Value {
    return this.#walk(this.#plan(schema), value, toWire, rows);
  }

  /** A value of a request as rows store it. */
  stored<Value>(schema: Dictionary, value: Value): Value {
    return this.#walk(this.#plan(schema), value, toStored);
  }

  /** Every id that a value holds, with the type it is of and the pointer to it. */
  pointed(schema: Dictionary, value: unknown, pointer = ''): { type: string; id: string; pointer: string }[] {
    const resolved = this.#contract.resolved(schema);
    const type = resolved['x-points-to'];
    if (typeof value === 'string') return type ? [{ type, id: value, pointer }] : [];
    if (Array.isArray(value))
      return value.flatMap((one, index) => this.pointed(resolved.items ?? {}, one, `${pointer}/${index}`));
    if (!isDictionary(value)) return [];
    return Object.entries<Dictionary>(resolved.properties ?? {}).flatMap(([name, property]) =>
      this.pointed(property, value[name], `${pointer}/${name}`),
    );
  }

  #walk<Value>(plan: Plan | undefined, value: Value, time: (text: string) => string, rows?: Rows): Value {
    return plan ? (this.#changed(plan, value, time, rows) as Value) : value;
  }

  #changed(plan: Plan, value: unknown, time: (text: string) => string, rows?: Rows): unknown {
    if (typeof value === 'string') return plan.time ? time(value) : value;
    if (Array.isArray(value)) return value.map((one) => this.#walk(plan.items, one, time, rows));
    if (!isDictionary(value)) return value;
    const changed: Dictionary = { ...value };
    for (const [field, type, pairs] of (rows && plan.embeds) ?? []) {
      const attributes = rows?.attributes(type, value[field]) ?? {};
      for (const [there, here] of pairs)
        if (attributes[there] != null && !(here in changed)) changed[here] = attributes[there];
    }
    for (const [name, inner] of plan.fields ?? [])
      if (changed[name] != null) changed[name] = this.#changed(inner, changed[name], time, rows);
    return changed;
  }

  #plan(schema: Dictionary): Plan | undefined {
    const resolved = this.#contract.resolved(schema);
    if (!this.#plans.has(resolved)) {
      this.#plans.set(resolved, undefined); // what refers to itself holds nothing to do
      this.#plans.set(resolved, this.#planned(resolved));
    }
    return this.#plans.get(resolved);
  }

  #planned(schema: Dictionary): Plan | undefined {
    if (schema.format === 'datetime') return { time: true };
    const items = schema.items && this.#plan(schema.items);
    const properties = Object.entries<Dictionary>(schema.properties ?? {});
    const fields = properties.flatMap(([name, property]): [string, Plan][] => {
      const plan = this.#plan(property);
      return plan ? [[name, plan]] : [];
    });
    const embeds = properties.flatMap(([name, property]): [string, string, [string, string][]][] => {
      const { 'x-points-to': type, 'x-embeds': pairs } = this.#contract.resolved(property);
      return pairs ? [[name, type, Object.entries<string>(pairs)]] : [];
    });
    if (!items && fields.length === 0 && embeds.length === 0) return undefined;
    return { ...(items && { items }), fields, embeds };
  }
}
