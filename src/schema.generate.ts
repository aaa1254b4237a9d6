// Writes schema/schema.graphql, the graph with its `@rest`, sorted. Run by `npm run generate`.
import { writeFileSync } from 'node:fs';
import { printGraph } from './print.ts';

writeFileSync(new URL('../schema/schema.graphql', import.meta.url), printGraph());
