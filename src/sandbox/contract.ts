import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { CORE_SCHEMA, load } from 'js-yaml';
import { type Dictionary, isDictionary } from './dictionary.ts';
import { ContractOperation } from './operation.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** What a path led to: its operation and the values of its braces, still percent-encoded. */
export interface Match {
  operation: ContractOperation;
  path: Record<string, string>;
}

/** An OpenAPI 3.1 document as judge of requests and answers. Schemas are compiled when they are first needed. */
export class Contract {
  readonly operations: ContractOperation[] = [];
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
  readonly #document: Dictionary;
  readonly #base: string;

  /** Reads `schema/<name>.openapi.yaml`; throws when it is missing or no YAML. */
  constructor(name: string) {
    const text = readFileSync(new URL(`../../schema/${name}.openapi.yaml`, import.meta.url), 'utf8');
    const document: unknown = load(text, { schema: CORE_SCHEMA });
    if (!isDictionary(document)) throw new Error(`${name}.openapi.yaml holds no document`);
    formats.default(this.#ajv);
    this.#document = document;
    this.#base = `https://contract.invalid/${name}`;
    this.#ajv.addSchema({ ...document, $id: this.#base }, undefined, false, false);
    for (const [path, item] of Object.entries(this.#object(document.paths))) {
      for (const method of METHODS) {
        if (isDictionary(item) && isDictionary(item[method]))
          this.operations.push(new ContractOperation(this, method.toUpperCase(), path));
      }
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

  /** A reference to the schema at a pointer, for use in another schema. */
  reference(pointer: readonly string[]): string {
    const parts = pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')));
    return `${this.#base}#/${parts.join('/')}`;
  }

  /** A check by a schema that may refer to this document. */
  compile(schema: Dictionary) {
    return this.#ajv.compile(schema);
  }

  #object(value: unknown): Dictionary {
    return isDictionary(value) ? value : {};
  }
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
