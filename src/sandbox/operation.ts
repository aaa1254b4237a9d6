import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { Contract } from './contract.ts';
import type { Dictionary } from './dictionary.ts';
import { type Parameter, type Parameters, parametersOf, typed, type Value } from './parameters.ts';
import type { Fault } from './refusal.ts';

/** One operation of a contract: which paths it answers, and what it says about a request or an answer. */
export class ContractOperation {
  /** `GET /v1/messaging-channels/{id}/` */
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly braces: number;
  readonly contract: Contract;
  readonly #pointer: string[];
  readonly #names: string[] = [];
  readonly #pattern: RegExp;
  readonly #checks = new Map<string, ValidateFunction | undefined>();
  #parameters: Parameters | undefined;

  constructor(contract: Contract, method: string, path: string) {
    this.key = `${method} ${path}`;
    this.method = method;
    this.path = path;
    this.contract = contract;
    this.#pointer = ['paths', path, method.toLowerCase()];
    const pattern = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{([^}]+)\}/g, (_, name: string) => {
      this.#names.push(name);
      return '([^/]+)';
    });
    this.braces = this.#names.length;
    this.#pattern = new RegExp(`^${pattern}$`);
  }

  /** The values of the path parameters when a path matches this operation's template; undefined when it does not. */
  values(path: string): Record<string, string> | undefined {
    const found = this.#pattern.exec(path);
    return found ? Object.fromEntries(this.#names.map((name, at) => [name, found[at + 1] ?? ''])) : undefined;
  }

  /** What is wrong with the values of the path. */
  pathFaults(values: Record<string, string>): Fault[] {
    return this.#faults('path', this.#shape('path'), values);
  }

  /** What is wrong with the headers that the operation asks for; they are given by their names in lower case. */
  headerFaults(headers: Dictionary): Fault[] {
    return this.known.header
      .filter(({ name, required }) => required && !headers[name.toLowerCase()])
      .map(({ name }) => ({ in: 'header', name, says: 'is required' }));
  }

  /** The query's values by name in the contract's types, defaults included, and what is wrong with them. */
  query(search: URLSearchParams): { values: Record<string, Value>; faults: Fault[] } {
    const values: Record<string, Value> = {};
    const faults: Fault[] = [];
    for (const key of new Set(search.keys())) {
      const [, holder, member] = /^([^[]+)\[([^\]]+)\]$/.exec(key) ?? [];
      const within = this.known.query.find(({ name, types }) => name === holder && types.has('object'));
      const known = this.known.query.find(({ name }) => name === key);
      const given = search.getAll(key);
      const [only = ''] = given;
      if (!known && within && member)
        values[within.name] = { ...(values[within.name] as Record<string, string>), [member]: only };
      else if (!known) faults.push({ in: 'query', name: key, says: 'is not a known parameter' });
      else if (known.types.has('array') && (given.length > 1 || !known.types.has('string')))
        values[key] = given.map((text) => typed(text, known.items));
      else if (given.length > 1) faults.push({ in: 'query', name: key, says: 'must not be repeated' });
      else values[key] = typed(only, known.types);
    }
    if (faults.length === 0) faults.push(...this.#faults('query', this.#shape('query'), values));
    for (const { name, schema } of this.known.query)
      if (schema.default !== undefined) values[name] ??= schema.default;
    return { values, faults };
  }

  /** The media types of the request body; none when the operation takes no body. */
  get consumes(): string[] {
    return Object.keys(this.contract.at([...this.#pointer, 'requestBody', 'content'])?.value ?? {});
  }

  get bodyRequired(): boolean {
    return this.contract.at([...this.#pointer, 'requestBody'])?.value.required === true;
  }

  /** False for what takes no credential. */
  get guarded(): boolean {
    return this.#value.security?.length !== 0;
  }

  /** What is wrong with a request body. */
  bodyFaults(body: unknown): Fault[] {
    const [type = ''] = this.consumes;
    return this.#faults('body', this.#schemaCheck(['requestBody', 'content', type], 'request'), body);
  }

  /** The schema of the request's JSON body; empty when there is none. */
  get bodySchema(): Dictionary {
    return (
      this.contract.at([...this.#pointer, 'requestBody', 'content', 'application/json', 'schema'])?.value ??
      {}
    );
  }

  /** The status of success. */
  get success(): number {
    const [first = '200'] = Object.keys(this.#value.responses).filter((status) => status.startsWith('2'));
    return first === '2XX' ? 204 : Number(first);
  }

  /** The schema of the JSON answer of success; empty when there is none. */
  get answerSchema(): Dictionary {
    const at = ['responses', String(this.success), 'content', 'application/json', 'schema'];
    return this.contract.at([...this.#pointer, ...at])?.value ?? {};
  }

  /** What is wrong with an answer the sandbox is about to give: its JSON body, or the media type of its bytes. */
  answerFaults(status: number, body: unknown, media: string | undefined): Fault[] {
    const response = this.#response(status);
    const fault = (says: string): Fault[] => [{ in: 'body', name: '', says }];
    if (!response) return status < 400 ? fault(`status ${status} is not in the contract`) : [];
    const [type] = Object.keys(response.value.content ?? {});
    if (type === undefined)
      return body === undefined && media === undefined ? [] : fault('the contract wants no body');
    if (media !== undefined) return matches(type, media) ? [] : fault(`${media} is not ${type}`);
    return this.#faults(
      'body',
      this.#schemaCheck(['responses', response.key, 'content', type], 'answer'),
      body,
    );
  }

  /** The operation's parameters. */
  get known(): Parameters {
    this.#parameters ??= parametersOf(this.contract, this.#pointer);
    return this.#parameters;
  }

  get #value(): Dictionary {
    return this.contract.at(this.#pointer)?.value ?? {};
  }

  #response(status: number) {
    for (const key of [String(status), `${String(status)[0]}XX`, 'default']) {
      const found = this.contract.at([...this.#pointer, 'responses', key]);
      if (found) return { key, value: found.value };
    }
    return undefined;
  }

  #schemaCheck(place: readonly string[], judged: 'request' | 'answer'): ValidateFunction | undefined {
    return this.#check(place.join(' '), () => {
      const found = this.contract.at([...this.#pointer, ...place]);
      if (found?.value.schema === undefined) return undefined;
      return this.contract.compile(found.value.schema, judged);
    });
  }

  #shape(place: 'path' | 'query'): ValidateFunction | undefined {
    return this.#check(place, () => {
      const known = this.known[place];
      const properties = known.map(({ name, schema }) => [name, schema]);
      const required = known.filter((one) => one.required && place === 'query').map(nameOf);
      const schema = { type: 'object', properties: Object.fromEntries(properties), required };
      return this.contract.compile(schema, 'request');
    });
  }

  #check(key: string, made: () => ValidateFunction | undefined): ValidateFunction | undefined {
    if (!this.#checks.has(key)) this.#checks.set(key, made());
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
}

function nameOf({ name }: Parameter): string {
  return name;
}

function matches(range: string, media: string): boolean {
  return range.endsWith('/*') ? media.startsWith(range.slice(0, -1)) : range === media;
}
