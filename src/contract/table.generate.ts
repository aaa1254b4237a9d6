// Writes what the graph reads of each contract at start: src/<api>/contract.gen.json. Run by `npm run generate`.
import { readFileSync, writeFileSync } from 'node:fs';
import { CORE_SCHEMA, load } from 'js-yaml';
import { tableOf } from './table.ts';

for (const api of ['bird', 'courier']) {
  const document = load(readFileSync(new URL(`../../schema/${api}.openapi.yaml`, import.meta.url), 'utf8'), {
    schema: CORE_SCHEMA,
  });
  writeFileSync(
    new URL(`../${api}/contract.gen.json`, import.meta.url),
    `${JSON.stringify(tableOf(document as Record<string, unknown>), null, 1)}\n`,
  );
}
