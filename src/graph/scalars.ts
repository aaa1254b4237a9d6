import { GraphQLError, Kind } from 'graphql';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';

/**
 * Makes `DateTime` fields over the texts of one upstream. A text that the upstream's reader cannot read is null, with
 * a warning.
 *
 * @param readTime the upstream's reader of its own format
 */
export const momentBy =
  (readTime: (value: unknown) => Date | undefined) =>
  <Row>(description: string, read: (row: Row) => unknown) => ({
    type: 'DateTime' as const,
    description,
    resolve: (row: Row, _args: object, context: Context): Date | undefined => {
      const value = read(row);
      const date = readTime(value);
      if (!date && typeof value === 'string' && value !== '') {
        context.services.warn('an upstream’s time cannot be read', { description });
      }
      return date;
    },
  });

/** RFC 3339 as GraphQL clients send it: a date, a `T`, a time and a zone. */
const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;

const readDateTime = (value: unknown): Date => {
  const date = typeof value === 'string' && RFC3339.test(value) ? new Date(value) : undefined;
  if (!date || Number.isNaN(date.getTime())) {
    throw new GraphQLError('a DateTime is an RFC 3339 time with a zone, such as 2026-01-31T12:00:00Z');
  }
  return date;
};

builder.scalarType('DateTime', {
  description: 'A moment as RFC 3339 in UTC with milliseconds, such as `2026-01-31T12:00:00.000Z`.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (value) => value.toISOString(),
  parseValue: readDateTime,
  parseLiteral: (node) => readDateTime(node.kind === Kind.STRING ? node.value : undefined),
});

builder.scalarType('JSON', {
  description: 'Any JSON value, as the upstream has it.',
  serialize: (value) => value,
});

/** A span of time; both ends are optional. */
export const TimeRange = builder.inputType('TimeRange', {
  description: 'A span of time. Both ends are optional.',
  fields: (t) => ({
    since: t.field({ type: 'DateTime', description: 'From this moment on, inclusive.' }),
    until: t.field({ type: 'DateTime', description: 'Up to this moment, exclusive.' }),
  }),
});
