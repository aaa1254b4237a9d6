import { readFileSync } from 'node:fs';

/** A JSON Schema of a contract, as far as the graph reads it. References are names of components. */
export interface Shape {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly (string | number | null)[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly deprecated?: boolean;
  /** What to use instead of what is deprecated. */
  readonly 'x-deprecation-reason'?: string;
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly Shape[];
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  /** True for a parameter that must be given. */
  readonly mandatory?: boolean;
  /** The type of the resource whose id this is. */
  /** True for what tells something about a person. */
  readonly 'x-personal'?: boolean;
  readonly 'x-points-to'?: string;
  readonly 'x-relation'?: string;
  /** Attributes of that resource that stand beside the id, by the attribute that holds each. */
  readonly 'x-embeds'?: Readonly<Record<string, string>>;
  /** What the graph calls an attribute, where that is not its own name. */
  readonly 'x-field'?: string;
  /** What the graph calls a parameter, where that is not its own name. */
  readonly 'x-argument'?: string;
  /** What the graph calls the type of a component, where that is not the component’s name. */
  readonly 'x-type'?: string;
  /** The component whose input the graph takes in place of this one, which is a part of it. */
  readonly 'x-input'?: string;
  /** The attribute by which a row is known, where that is not its id. */
  readonly 'x-identified-by'?: string;
  /** What each word of an enumeration means. */
  readonly 'x-values'?: Readonly<Record<string, string>>;
  /** True for rows whose ids are no UUIDs. */
  readonly 'x-textual-id'?: boolean;
  /** True for rows that come without an id. */
  readonly 'x-unidentified'?: boolean;
  /** The attribute that a filter’s comparators look at. */
  readonly 'x-compares'?: string;
}

/** A shape whose references are followed. */
export interface ResolvedShape extends Shape {
  /** The component’s name, or what its type is called in place of it; none for a shape without a name. */
  readonly component?: string;
  /** What the component says of itself, whatever is said where it stands. */
  readonly about?: string;
  readonly nullable: boolean;
  /** The JSON type; undefined where any is allowed. */
  readonly type?: string;
}

/** What a contract says of one operation. */
export interface ContractOperation {
  readonly summary?: string;
  readonly description?: string;
  /** What no page of the vendor prints, and from what it was concluded. */
  readonly inferred?: string;
  /** The scope that a caller needs beside the usual one. */
  readonly scope?: string;
  /** True when it sends something to people. */
  readonly send?: boolean;
  /** Why it should not be used any more. */
  readonly deprecated?: string;
  /** The path parameters, by name. */
  readonly path?: Readonly<Record<string, Shape>>;
  readonly query?: Readonly<Record<string, Shape>>;
  readonly headers?: Readonly<Record<string, Shape>>;
  /** The vendor’s base URL for it, where that is not the one of the other operations. */
  readonly server?: string;
  /** True when it takes no credential. */
  readonly anonymous?: boolean;
  /** True when it may answer with a redirect. */
  readonly redirects?: boolean;
  readonly body?: Shape;
  readonly answer?: Shape;
  /** The media type of an answer that is not JSON. */
  readonly media?: string;
}

/** One upstream’s contract, as `npm run generate` makes it of the OpenAPI document. */
export interface Contract {
  /** The vendor’s base URL; undefined where the contract names none. */
  readonly server: string | undefined;
  /**
   * What it says of an operation, by `METHOD path`.
   *
   * @throws {Error} it has no such operation
   */
  operation(key: string): ContractOperation;
  /** A shape with its references followed, alternatives with null made nullable, and `allOf` laid flat. */
  resolve(shape: Shape): ResolvedShape;
  /** A component's shape. */
  component(name: string): ResolvedShape;
  /** True for a component that stands somewhere in an answer. */
  isAnswered(name: string): boolean;
}

/** Reads the table of a contract. */
export const openContract = (table: URL): Contract => {
  const { server, operations, schemas } = JSON.parse(readFileSync(table, 'utf8')) as {
    readonly server?: string;
    readonly operations: Readonly<Record<string, ContractOperation>>;
    readonly schemas: Readonly<Record<string, Shape>>;
  };

  const resolve = (shape: Shape): ResolvedShape => {
    const { $ref, allOf, anyOf, oneOf, ...own } = shape;
    if ($ref !== undefined) {
      const target = schemas[$ref];
      if (!target) throw new Error(`the contract has no ${$ref}`);
      const component = own['x-type'] ?? target['x-type'] ?? $ref;
      const about = target.description;
      return {
        ...resolve(target),
        ...own,
        component,
        ...(about !== undefined && { about }),
      } as ResolvedShape;
    }
    // An empty text is a value’s absence.
    const choices = (anyOf ?? oneOf)?.filter((one) => one.type !== 'null' && one.const !== '');
    const [only] = choices ?? [];
    if (choices?.length === 1 && only) {
      const nullable = (anyOf ?? oneOf)?.length !== 1;
      const resolved = resolve(only);
      return { ...resolved, ...own, nullable: nullable || resolved.nullable } as ResolvedShape;
    }
    if (allOf) {
      const parts = [...allOf.map(resolve), own as ResolvedShape];
      return {
        ...Object.assign({}, ...parts),
        properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
        required: parts.flatMap(({ required }) => required ?? []),
        nullable: false,
      };
    }
    const types = [own.type ?? []].flat();
    const [type] = types.filter((one) => one !== 'null');
    const { type: _type, ...rest } = own;
    return { ...rest, ...(type !== undefined && { type }), nullable: types.includes('null') };
  };

  const answered = new Set<string>();
  const visit = (shape: unknown): void => {
    if (typeof shape !== 'object' || shape === null) return;
    for (const [key, value] of Object.entries(shape)) {
      if (key !== '$ref' || typeof value !== 'string') visit(value);
      else if (!answered.has(value)) {
        answered.add(value);
        visit(schemas[value]);
      }
    }
  };
  for (const { answer } of Object.values(operations)) visit(answer);

  return {
    server,
    isAnswered: (name) => answered.has(name),
    operation: (key) => {
      const operation = operations[key];
      if (!operation) throw new Error(`the contract has no ${key}`);
      return operation;
    },
    resolve,
    component: (name) => resolve({ $ref: name }),
  };
};
