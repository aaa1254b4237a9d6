import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { lexicographicSortSchema } from 'graphql';
import { schema } from './schema.ts';

/** The graph as SDL: sorted, with its `@rest`. */
export const printGraph = (): string => `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
