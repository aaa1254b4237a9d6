import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { globalId } from '../../src/graph/ids.ts';

/** A document with its variables. */
export interface Generated {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What is left out of generated documents. */
export interface GenerateOptions {
  readonly skips: (type: GraphQLNamedType, field: GraphQLField<unknown, unknown>) => boolean;
  /** How many native ids make the key of each type whose ids are given to `node`. */
  readonly nodes: Readonly<Record<string, readonly string[]>>;
}

const SIZES = [1, 2, 0, 3, 5, 12];
const LARGE = [20, 100, 101];

/** A native id that no other has. */
const uuid = (number: number): string => `00000000-0000-4000-a000-${String(number).padStart(12, '0')}`;

/**
 * A valid query that a list of numbers decides, so that a shorter list, or lower numbers, make a simpler one: with
 * nested lists, aliases, fragments, conditions and variables.
 */
export const generateQuery = (
  schema: GraphQLSchema,
  choices: readonly number[],
  { skips, nodes }: GenerateOptions,
): Generated => {
  let next = 0;
  let names = 0;
  const variables: Record<string, unknown> = {};
  const definitions: string[] = [];
  const fragments: string[] = [];
  /** One of so many; the first when the choices are used up. */
  const choose = (count: number): number => (choices[next++] ?? 0) % count;
  const isLeft = (): boolean => next < choices.length;

  const declare = (type: string, value: unknown): string => {
    const name = `v${names++}`;
    definitions.push(`$${name}: ${type}`);
    variables[name] = value;
    return `$${name}`;
  };

  const literalOf = (type: GraphQLInputType, name: string): string => {
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      return `[${Array.from({ length: 1 + choose(4) }, () => literalOf(nullable.ofType, name)).join(' ')}]`;
    }
    if (isEnumType(nullable)) return nullable.getValues()[choose(nullable.getValues().length)]?.name ?? '';
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields());
      const [first] = fields;
      const needed = nullable.isOneOf && first ? [first] : fields.filter(isRequiredInputField);
      return `{${needed.map((field) => `${field.name}: ${literalOf(field.type, field.name)}`).join(' ')}}`;
    }
    if (name === 'node') {
      const known = Object.entries(nodes);
      const [typename, key] = known[choose(known.length)] ?? ['', []];
      return JSON.stringify(globalId(typename, [...key, uuid(names++)].join('/')));
    }
    const scalars: Record<string, string> = {
      Int: '1',
      Float: '1',
      Boolean: 'true',
      DateTime: '"2026-01-01T00:00:00Z"',
    };
    return scalars[getNamedType(nullable).name] ?? JSON.stringify(uuid(names++));
  };

  const argumentsOf = (field: GraphQLField<unknown, unknown>, depth: number): string => {
    const said = field.args.flatMap((argument) => {
      if (argument.name === 'first') {
        const kind = choose(4);
        if (kind === 3 && depth > 3) return [];
        const size = depth <= 3 && kind === 2 ? LARGE[choose(LARGE.length)] : SIZES[choose(SIZES.length)];
        return [`first: ${choose(3) === 1 ? declare('Int', size) : size}`];
      }
      if (!isRequiredArgument(argument)) return [];
      const name = /^nodes?$/.test(field.name) ? 'node' : argument.name;
      return [`${argument.name}: ${literalOf(argument.type, name)}`];
    });
    return said.length > 0 ? `(${said.join(' ')})` : '';
  };

  const conditionOf = (): string => {
    const kind = choose(12);
    if (kind === 1) return ` @include(if: ${declare('Boolean!', choose(2) === 1)})`;
    return kind === 2 ? ` @skip(if: ${declare('Boolean!', choose(2) === 1)})` : '';
  };

  const fieldOf = (type: GraphQLNamedType, depth: number): string => {
    if (!('getFields' in type)) return '__typename';
    const usable = Object.values((type as GraphQLObjectType).getFields()).filter((field) => {
      if (skips(type, field)) return false;
      return depth < 12 || !isCompositeType(getNamedType(field.type));
    });
    const composite = usable.filter((field) => isCompositeType(getNamedType(field.type)));
    // What costs something is asked for more often than what does not.
    const from = composite.length > 0 && choose(4) < 3 ? composite : usable;
    const field = from[choose(from.length || 1)];
    if (!field) return '__typename';
    const alias = `f${names++}: `;
    const below = getNamedType(field.type);
    const selection = isCompositeType(below) ? ` ${selectionOf(below, depth + 1)}` : '';
    return `${alias}${field.name}${argumentsOf(field, depth)}${conditionOf()}${selection}`;
  };

  const selectionOf = (type: GraphQLNamedType, depth: number): string => {
    const fields: string[] = [];
    const count = isLeft() ? 1 + choose(depth < 3 ? 4 : 2) : 0;
    for (let index = 0; index < count; index++) {
      const kind = choose(8);
      if (isAbstractType(type) && kind > 4) {
        const types = schema.getPossibleTypes(type);
        const one = types[choose(types.length)] as GraphQLObjectType;
        fields.push(`... on ${one.name} { ${fieldOf(one, depth)} }`);
      } else if (kind === 4 && isObjectType(type)) {
        const name = `F${names++}`;
        fragments.push(`fragment ${name} on ${type.name} { ${fieldOf(type, depth)} }`);
        fields.push(`...${name}`);
      } else fields.push(fieldOf(type, depth));
    }
    return `{ ${fields.join(' ') || '__typename'} }`;
  };

  const root = schema.getQueryType() as GraphQLObjectType;
  const selection = selectionOf(root, 0);
  const declared = definitions.length > 0 ? `(${definitions.join(', ')})` : '';
  return { query: [`query Q${declared} ${selection}`, ...fragments].join('\n'), variables };
};
