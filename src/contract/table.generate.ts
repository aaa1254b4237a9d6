// Writes what is read of each contract at start: src/<api>/contract.gen.json for the graph, and for the sandbox the
// document itself as schema/<api>.openapi.gen.json, without its words. Run by `npm run generate`.
import { readFileSync, writeFileSync } from 'node:fs';
import { CORE_SCHEMA, load } from 'js-yaml';
import { tableOf } from './table.ts';
import { withoutWords } from './words.ts';

for (const api of ['bird', 'courier']) {
  const schema = new URL('../../schema/', import.meta.url);
  const document = load(readFileSync(new URL(`${api}.openapi.yaml`, schema), 'utf8'), {
    schema: CORE_SCHEMA,
  }) as Record<string, unknown>;
  const table = new URL(`../${api}/contract.gen.json`, import.meta.url);
  writeFileSync(table, `${JSON.stringify(tableOf(document), null, 1)}\n`);
  const judged = new URL(`${api}.openapi.gen.json`, schema);
  writeFileSync(judged, `${JSON.stringify(withoutWords(document), null, 1)}\n`);
}
