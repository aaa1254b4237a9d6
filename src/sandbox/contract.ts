import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { type Dictionary, isDictionary } from './dictionary.ts';
import { ContractOperation } from './operation.ts';
import { isWireTime, momentOf } from './times.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** The operation that a path belongs to, and the values of its path parameters, still percent-encoded. */
export interface Match {
  operation: ContractOperation;
  path: Record<string, string>;
}

/** An OpenAPI 3.1 document as judge of requests and answers. Schemas are compiled when they are first needed. */
export class Contract {
  readonly operations: ContractOperation[] = [];
  /** The document's schemas by name. */
  readonly schemas: Dictionary;
  readonly #document: Dictionary;
  readonly #judges: Partial<Record<'request' | 'answer', Ajv2020>> = {};
  readonly #bindings = new Map<Ajv2020, Set<string>>();

  /** Reads `schema/<name>.openapi.gen.json`, which `npm run generate` makes of the contract beside it. */
  constructor(name: string) {
    const text = readFileSync(new URL(`../../schema/${name}.openapi.gen.json`, import.meta.url), 'utf8');
    const document: unknown = JSON.parse(text);
    if (!isDictionary(document)) throw new Error(`${name}.openapi.gen.json holds no document`);
    this.#document = document;
    this.schemas = document.components.schemas;
    for (const [path, item] of Object.entries<Dictionary>(document.paths)) {
      for (const method of METHODS)
        if (item[method]) this.operations.push(new ContractOperation(this, method.toUpperCase(), path));
    }
    // `/channels/messages` before `/channels/{channelId}`
    this.operations.sort((a, b) => a.braces - b.braces);
  }

  /** The operation behind a method and a path as it came over the wire; `methods` when only the method is wrong. */
  match(method: string, path: string): Match | { methods: string[] } {
    const methods: string[] = [];
    for (const operation of this.operations) {
      const values = operation.values(path);
      if (!values) continue;
      if (operation.method === method) return { operation, path: values };
      methods.push(operation.method);
    }
    return { methods };
  }

  /** What stands at a pointer, and the pointer it stands at once references are followed. Undefined: nothing does. */
  at(pointer: readonly string[]): { value: Dictionary; pointer: readonly string[] } | undefined {
    let value: unknown = this.#document;
    for (const [index, part] of pointer.entries()) {
      if (Array.isArray(value)) value = value[Number(part)];
      else if (isDictionary(value)) value = value[part];
      else return undefined;
      if (isDictionary(value) && typeof value.$ref === 'string')
        return this.at([...pointerOf(value.$ref), ...pointer.slice(index + 1)]);
    }
    return isDictionary(value) ? { value, pointer } : undefined;
  }

  /** A schema once its reference is followed; an empty one when there is none. */
  resolved(schema: Dictionary | undefined): Dictionary {
    if (typeof schema?.$ref !== 'string') return schema ?? {};
    return this.at(pointerOf(schema.$ref))?.value ?? {};
  }

  /** A check by a schema that may refer to this document's schemas. Requests may write date-times in more ways than answers do. */
  compile(schema: Dictionary, judged: 'request' | 'answer' = 'answer'): ValidateFunction {
    this.#judges[judged] ??= judge(judged);
    return this.#judges[judged].compile(this.#bound(schema, this.#judges[judged]));
  }

  /** A schema whose references lead to schemas that the judge knows: each is made known when it is first needed. */
  #bound(schema: Dictionary, by: Ajv2020): Dictionary {
    const copied = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(copied);
      if (!isDictionary(value)) return value;
      const { $ref } = value;
      return typeof $ref === 'string'
        ? { $ref: this.#known($ref, by) }
        : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copied(inner)]));
    };
    return copied(schema) as Dictionary;
  }

  #known(reference: string, by: Ajv2020): string {
    const $id = `https://contract.invalid/${encodeURIComponent(reference)}`;
    if (!this.#bindings.has(by)) this.#bindings.set(by, new Set());
    const known = this.#bindings.get(by);
    if (known?.has($id)) return $id;
    known?.add($id);
    by.addSchema({ ...this.#bound(this.resolved({ $ref: reference }), by), $id }, undefined, false, false);
    return $id;
  }
}

function judge(judged: 'request' | 'answer'): Ajv2020 {
  const made = new Ajv2020({ strict: false, allErrors: true, logger: false, validateSchema: false });
  formats.default(made);
  made.addFormat('datetime', judged === 'answer' ? isWireTime : (text) => !Number.isNaN(momentOf(text)));
  made.addFormat('phonenumberE164', /^\+[1-9]\d{5,14}$/);
  return made;
}

const read = new Map<string, Contract>();

/** The contract of that name, read and compiled once however many sandboxes a process starts. */
export function contractOf(name: string): Contract {
  const contract = read.get(name) ?? new Contract(name);
  read.set(name, contract);
  return contract;
}

function pointerOf(reference: string): string[] {
  const parts = reference.replace(/^#\//, '').split('/');
  return parts.map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'));
}
