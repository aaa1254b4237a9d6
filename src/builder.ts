import SchemaBuilder from '@pothos/core';
import DirectivesPlugin from '@pothos/plugin-directives';
import RelayPlugin from '@pothos/plugin-relay';
import type { Context } from './context.ts';
import type { MessageStatus } from './ports.ts';

/** What the one builder knows of TypeScript: scalars, the context, the directive. */
export interface Types {
  Context: Context;
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
  Directives: {
    rest: { locations: 'FIELD_DEFINITION'; args: { api: string; method: string; path: string } };
  };
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: unknown; Output: unknown };
  };
  Enums: { MessageStatus: MessageStatus };
}

/** The one schema builder. Output fields are nullable unless they say otherwise. */
export const builder = new SchemaBuilder<Types>({
  plugins: [RelayPlugin, DirectivesPlugin],
  directives: { useGraphQLToolsUnorderedDirectives: true },
  relay: {
    cursorType: 'String',
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    edgesFieldOptions: {
      nullable: { list: false, items: false },
      description: 'The rows with their cursors.',
    },
    nodeFieldOptions: { nullable: false, description: 'The row itself.' },
    nodesOnConnection: { description: 'The rows without their cursors.' },
    cursorFieldOptions: { description: 'Give it as `after` to go on right behind this row.' },
    pageInfoFieldOptions: { nullable: false, description: 'Where this page ends and whether more follows.' },
    nodeTypeOptions: { description: 'Anything that can be fetched again by its `id` alone.' },
    idFieldOptions: { description: 'The global id: with it alone `node(id:)` finds the object again.' },
    pageInfoTypeOptions: { description: 'Where a page of a connection begins and ends.' },
    hasNextPageFieldOptions: { description: 'True when more rows follow.' },
    hasPreviousPageFieldOptions: { description: 'True when rows come before; pages only go forward.' },
    startCursorFieldOptions: { description: 'Cursor of the first row.' },
    endCursorFieldOptions: { description: 'Cursor of the last row: the next page’s `after`.' },
  },
});

/** The builder's types, resolved. */
export type BuilderTypes = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;
