import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { Contract } from './contract.ts';
import { type Dictionary, isDictionary } from './dictionary.ts';
import { type Parameters, parametersOf, typed, type Value } from './parameters.ts';
import type { Fault } from './refusal.ts';

/** One operation of a contract: which paths it answers, and what it says about a request or an answer. */
export class ContractOperation {
  /** `GET /v1/messaging-channels/{id}/` */
  readonly key: string;
  readonly method: string;
  readonly braces: number;
  readonly #contract: Contract;
  readonly #pointer: string[];
  readonly #names: string[] = [];
  readonly #pattern: RegExp;
  readonly #checks = new Map<string, ValidateFunction | undefined>();
  #parameters: Parameters | undefined;

  constructor(contract: Contract, method: string, path: string) {
    this.key = `${method} ${path}`;
    this.method = method;
    this.#contract = contract;
    this.#pointer = ['paths', path, method.toLowerCase()];
    const pattern = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{([^}]+)\}/g, (_, name: string) => {
      this.#names.push(name);
      return '([^/]+)';
    });
    this.braces = this.#names.length;
    this.#pattern = new RegExp(`^${pattern}$`);
  }

  /** The values of the path's braces when this operation's path matches. */
  values(path: string): Record<string, string> | undefined {
    const found = this.#pattern.exec(path);
    return found ? Object.fromEntries(this.#names.map((name, at) => [name, found[at + 1] ?? ''])) : undefined;
  }

  /** What is wrong with the values of the path. */
  pathFaults(values: Record<string, string>): Fault[] {
    return this.#faults('path', this.#check('path', this.#shape('path')), values);
  }

  /** The query's values by name in the contract's types, and what is wrong with them. */
  query(search: URLSearchParams): { values: Record<string, Value>; faults: Fault[] } {
    const values: Record<string, Value> = {};
    const faults: Fault[] = [];
    for (const name of new Set(search.keys())) {
      const known = this.#known.query.find((parameter) => parameter.name === name);
      if (!known) {
        faults.push({ in: 'query', name, says: 'is not a known parameter' });
        continue;
      }
      const given = search.getAll(name);
      const [only = ''] = given;
      if (known.types.has('array') && (given.length > 1 || !known.types.has('string')))
        values[name] = given.map((text) => typed(text, known.items));
      else if (given.length > 1) faults.push({ in: 'query', name, says: 'must not be repeated' });
      else values[name] = typed(only, known.types);
    }
    if (faults.length === 0)
      faults.push(...this.#faults('query', this.#check('query', this.#shape('query')), values));
    return { values, faults };
  }

  /** The media types of the request body; none when the operation takes no body. */
  get consumes(): string[] {
    const body = this.#contract.at([...this.#pointer, 'requestBody', 'content']);
    return Object.keys(body?.value ?? {});
  }

  get bodyRequired(): boolean {
    return this.#contract.at([...this.#pointer, 'requestBody'])?.value.required === true;
  }

  /** What is wrong with a request body. */
  bodyFaults(body: unknown): Fault[] {
    const [type = ''] = this.consumes;
    return this.#faults('body', this.#schemaCheck(['requestBody', 'content', type]), body);
  }

  /** The media type in which a status is answered; undefined when the contract does not know the status. */
  produces(status: number): string | undefined {
    const response = this.#response(status);
    return response && (Object.keys(this.#object(response.value.content))[0] ?? '');
  }

  /** What is wrong with an answer the sandbox is about to give. */
  answerFaults(status: number, body: unknown): Fault[] {
    const response = this.#response(status);
    if (!response)
      return status < 400 ? [{ in: 'body', name: '', says: `status ${status} is not in the contract` }] : [];
    const [type] = Object.keys(this.#object(response.value.content));
    if (type === undefined)
      return body === undefined ? [] : [{ in: 'body', name: '', says: 'the contract wants no body' }];
    return this.#faults('body', this.#schemaCheck(['responses', response.key, 'content', type]), body);
  }

  #response(status: number) {
    for (const key of [String(status), `${String(status)[0]}XX`, 'default']) {
      const found = this.#contract.at([...this.#pointer, 'responses', key]);
      if (found) return { key, value: found.value };
    }
    return undefined;
  }

  #schemaCheck(place: readonly string[]): ValidateFunction | undefined {
    const found = this.#contract.at([...this.#pointer, ...place]);
    return this.#check(
      place.join(' '),
      () =>
        found?.value.schema !== undefined && { $ref: this.#contract.reference([...found.pointer, 'schema']) },
    );
  }

  #check(key: string, schema: () => Dictionary | false): ValidateFunction | undefined {
    if (!this.#checks.has(key)) {
      const wanted = schema();
      this.#checks.set(key, wanted ? this.#contract.compile(wanted) : undefined);
    }
    return this.#checks.get(key);
  }

  #faults(place: Fault['in'], check: ValidateFunction | undefined, value: unknown): Fault[] {
    if (!check || check(value)) return [];
    return (check.errors ?? []).map((error) => {
      const extra =
        error.params.additionalProperty ?? error.params.unevaluatedProperty ?? error.params.missingProperty;
      const pointer = error.instancePath + (extra === undefined ? '' : `/${extra}`);
      const name = place === 'body' ? pointer : (pointer.split('/')[1] ?? '').replaceAll('~1', '/');
      return { in: place, name, says: error.message ?? 'is not allowed' };
    });
  }

  #shape(place: 'path' | 'query'): () => Dictionary {
    return () => ({
      type: 'object',
      properties: Object.fromEntries(this.#known[place].map(({ name, schema }) => [name, { $ref: schema }])),
      required: place === 'query' ? this.#known.required : [],
    });
  }

  get #known(): Parameters {
    this.#parameters ??= parametersOf(this.#contract, this.#pointer);
    return this.#parameters;
  }

  #object(value: unknown): Dictionary {
    return isDictionary(value) ? value : {};
  }
}
