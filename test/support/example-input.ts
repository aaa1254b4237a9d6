import { randomUUID } from 'node:crypto';
import { type GraphQLInputType, getNullableType, isEnumType, isInputObjectType, isListType } from 'graphql';

/** Examples of scalars. */
const SCALARS: Readonly<Record<string, unknown>> = {
  Boolean: true,
  Int: 1,
  Float: 1.5,
  ID: '5a1b0c6e-0d1f-4a53-9c64-1f0d2b7e9a10',
  String: 'example',
  DateTime: '2026-01-31T12:00:00Z',
  JSON: { key: 'example' },
};

/** Examples of texts that must be of a kind, by the name of their field. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/url$/i, 'https://example.com/a.png'],
  [/contentType$/, 'image/png'],
  [/^currency/, 'EUR'],
];

/**
 * Values that are given in place of examples, by the coordinate of their field (`BirdRecipientInput.contactId`):
 * undefined leaves the field out. For a one-of type the name of its member that is given, by the type’s name.
 */
export type Given = Readonly<Record<string, unknown>>;

/** A value of an input type with every field of every input below it; a type within itself has its first field alone. */
export const exampleInput = (
  type: GraphQLInputType,
  field: string,
  given: Given = {},
  within: readonly string[] = [],
): unknown => {
  const plain = getNullableType(type);
  if (isListType(plain)) return [exampleInput(plain.ofType, field, given, within)];
  if (isEnumType(plain)) return plain.getValues().find(({ name }) => name !== 'UNKNOWN')?.name;
  if (field === 'idempotencyKey') return randomUUID();
  if (!isInputObjectType(plain)) {
    const [, text] = TEXTS.find(([pattern]) => pattern.test(field)) ?? [];
    return (plain.name === 'String' && text) || SCALARS[plain.name];
  }
  const fields = Object.values(plain.getFields());
  const isInside = within.includes(plain.name);
  const chosen = isInside ? fields[0]?.name : (given[plain.name] ?? fields[0]?.name);
  return Object.fromEntries(
    fields
      .filter(({ name }) => !plain.isOneOf || name === chosen)
      .map(({ name, type: of }): [string, unknown] => {
        const coordinate = `${plain.name}.${name}`;
        return coordinate in given
          ? [name, given[coordinate]]
          : [name, exampleInput(of, name, given, [...within, plain.name])];
      })
      .filter(([, value]) => value !== undefined),
  );
};
